//! The lines of the basket: each on its shelf, with how many and what it costs.

use axum::http::StatusCode;
use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    cart::{BasketLine, BasketView},
};

use crate::{
    catalog::{checked::Checked, shelf::StockNumber},
    ssr::Visit,
    ui::{
        icon::{Glyph, Icon},
        picture::{Picture, is_drawing},
    },
};

/// Why a change of the basket was refused.
pub(super) struct Refused {
    pub(super) said: &'static str,
    pub(super) status: StatusCode,
    /// The line it is about, and what was typed there.
    pub(super) at: Option<(String, String)>,
}

impl Refused {
    pub(super) fn new(said: &'static str, status: StatusCode) -> Refused {
        Refused { said, status, at: None }
    }
}

pub(super) fn lines(visit: &Visit, basket: &BasketView, refused: Option<&Refused>) -> AnyView {
    let rows = basket.lines.iter().map(|line| row(visit, line, refused)).collect_view();
    view! { <ul class="basket-lines">{rows}</ul> }.into_any()
}

fn row(visit: &Visit, line: &BasketLine, refused: Option<&Refused>) -> AnyView {
    let lang = visit.lang;
    let href = visit.href(&format!("/p/{}", line.slug));
    let photo = line.image.as_ref().is_some_and(|image| !is_drawing(&image.src));
    let options =
        (!line.options.is_empty()).then(|| view! { <p class="basket-options">{line.options.clone()}</p> });
    let each = (line.quantity > 1).then(|| {
        let text = match lang {
            Lang::Ko => format!("하나에 {}", line.price.display()),
            Lang::En => format!("{} each", line.price.display()),
        };
        view! { <small>{text}</small> }
    });
    view! {
        <li class="basket-line">
            <a class="basket-picture board" class:board-photo=photo href=href.clone() tabindex="-1" aria-hidden="true">
                <Picture image=line.image.clone() silent=true />
            </a>
            <div class="basket-what">
                <h2><a href=href>{line.name.clone()}</a></h2>
                {options}
                {on_shelf(visit, line)}
            </div>
            {quantity(visit, line, refused)}
            <p class="basket-sum"><b>{line.total.display()}</b>{each}</p>
        </li>
    }
    .into_any()
}

/// Where it stands at the store the page speaks of, and whether that is enough.
fn on_shelf(visit: &Visit, line: &BasketLine) -> AnyView {
    let Some(shelf) = &line.shelf else {
        return view! { <p class="basket-shelf" data-level="out">{visit.say("고른 매장에서는 취급하지 않아요", "Not carried at the chosen store")}</p> }
            .into_any();
    };
    let (name, number) = (shelf.store_name.clone(), shelf.clone());
    // A capped number is at least that many; only a smaller one can be too few.
    let short = shelf.available > 0 && shelf.available < line.quantity && !shelf.shown.ends_with('+');
    let have = match visit.lang {
        Lang::Ko => view! { {name.clone()} " 선반에 " <StockNumber shelf=number /> "개" }.into_any(),
        Lang::En => view! { <StockNumber shelf=number /> " at " {name.clone()} }.into_any(),
    };
    let out = match visit.lang {
        Lang::Ko => format!("{name}에는 지금 없어요"),
        Lang::En => format!("None at {name} now"),
    };
    let few = short.then(|| match visit.lang {
        Lang::Ko => format!(" · {}개 모자라요", line.quantity - shelf.available),
        Lang::En => format!(" · {} short", line.quantity - shelf.available),
    });
    view! {
        <p class="basket-shelf" class:short=short data-shelf data-level=shelf.level.code()>
            <span class="when-have">{have}{few}</span>
            <span class="when-out">{out}</span>
            " "
            <Checked lang=visit.lang at=shelf.checked.clone() />
        </p>
    }
    .into_any()
}

/// Buttons carry the number they lead to; the field takes any other, by Enter or the button beside it.
fn quantity(visit: &Visit, line: &BasketLine, refused: Option<&Refused>) -> AnyView {
    let at = refused.and_then(|refused| {
        refused.at.as_ref().filter(|(sku, _)| *sku == line.sku).map(|(_, typed)| (refused, typed))
    });
    let fault_id = format!("fault-{}", line.sku);
    let value = at.map_or_else(|| line.quantity.to_string(), |(_, typed)| typed.clone());
    let described = at.map(|_| fault_id.clone());
    let (less, more) = ((line.quantity - 1).max(0), line.quantity + 1);
    let of = |ko: &str, en: &str| match visit.lang {
        Lang::Ko => format!("{} {ko}", line.name),
        Lang::En => format!("{en} {}", line.name),
    };
    let fault = at.map(|(refused, _)| view! { <p class="fault" id=fault_id role="alert">{refused.said}</p> });
    view! {
        <form class="stepper" method="post" action=visit.href("/basket/change")>
            <input type="hidden" name="sku" value=line.sku.clone() />
            // The first button is what Enter in the field presses.
            <button class="stepper-enter" tabindex="-1" aria-hidden="true"></button>
            <span class="stepper-box">
                <button name="to" value=less.to_string() aria-label=of("하나 빼기", "One less of")><Icon glyph=Glyph::Minus /></button>
                <input
                    name="quantity"
                    inputmode="numeric"
                    autocomplete="off"
                    maxlength="20"
                    value=value
                    aria-label=of("수량", "Quantity of")
                    aria-invalid=at.map(|_| "true")
                    aria-describedby=described
                />
                <button name="to" value=more.to_string() disabled={line.quantity >= onshelf_vocabulary::Quantity::MAX} aria-label=of("하나 더", "One more of")>
                    <Icon glyph=Glyph::Plus />
                </button>
            </span>
            <button class="basket-remove" name="to" value="0" aria-label=of("빼기", "Remove")>{visit.say("빼기", "Remove")}</button>
            {fault}
        </form>
    }
    .into_any()
}

/// What can no longer be had, to be taken out knowingly.
pub(super) fn gone(visit: &Visit, basket: &BasketView) -> Option<AnyView> {
    let lost =
        visit.basket.iter().filter(|line| !basket.lines.iter().any(|view| view.sku == line.sku.as_str()));
    let rows: Vec<AnyView> = lost
        .zip(&basket.gone)
        .map(|(line, name)| {
            let label = match visit.lang {
                Lang::Ko => format!("{name} 빼기"),
                Lang::En => format!("Remove {name}"),
            };
            view! {
                <li>
                    <span>{name.clone()}</span>
                    <form method="post" action=visit.href("/basket/change")>
                        <input type="hidden" name="sku" value=line.sku.to_string() />
                        <button class="basket-remove" name="to" value="0" aria-label=label>{visit.say("빼기", "Remove")}</button>
                    </form>
                </li>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let view = view! {
        <section class="notice heads-up basket-gone" aria-labelledby="gone">
            <b id="gone">{visit.say("더는 살 수 없는 것이 있어요", "Some things are no longer available")}</b>
            <ul>{rows}</ul>
        </section>
    };
    Some(view.into_any())
}
