//! The minutes an order is held for paying: a tick each on the shelf line, taken away as they pass.

use leptos::prelude::*;
use onshelf_vocabulary::{Lang, orders::OrderView, payments::ProviderCode};

use super::{
    super::{
        forms::{deed, own_fields},
        words::provider_name,
    },
    headline::headline,
};
use crate::{catalog::shelf::StockTicks, ssr::Visit};

/// The least number of minutes drawn.
const MINUTES: i64 = 10;

/// `9:47`.
pub(in crate::orders) fn clock(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The order's head while it can be paid: how long, how much, and the button.
pub(super) fn hold(visit: &Visit, view: &OrderView, token: &str, others: &[ProviderCode]) -> AnyView {
    let lang = visit.lang;
    let (title, said) = headline(lang, view);
    let minutes = (view.held_seconds.max(0) + 59) / 60;
    let until = view.held_until.as_ref().map(|until| {
        let text = match lang {
            Lang::Ko => format!("{}까지 잡아 둘게요", until.label),
            Lang::En => format!("Held until {}", until.label),
        };
        view! { <time datetime=until.at.clone()>{text}</time> }
    });
    let pay = match lang {
        Lang::Ko => format!("{} 결제하기", view.total.display()),
        Lang::En => format!("Pay {}", view.total.display()),
    };
    let with = view.payment.provider.map(|provider| provider_name(lang, provider).0);
    let switch = others.iter().filter(|other| Some(**other) != view.payment.provider).map(|other| {
        let (name, _) = provider_name(lang, *other);
        let label = match lang {
            Lang::Ko => format!("{name}로 결제"),
            Lang::En => format!("Pay by {name}"),
        };
        view! { <button class="alt" name="provider" value=other.code()>{label}</button> }
    });
    let extend = view.can_extend.then(|| {
        view! {
            <form method="post" action=visit.href(&deed(view, "extend"))>
                {own_fields(token)}
                <button class="alt">{visit.say("10분 더 잡아 두기", "Hold it 10 more minutes")}</button>
            </form>
        }
    });
    view! {
        <section class="hold" data-hold aria-labelledby="held">
            <div role="status">
                <p class="reservation-whose">{whose(lang, view)}</p>
                <h1 id="held">{title}</h1>
                <p class="reservation-said">{said}</p>
            </div>
            <div class="hold-time" data-level={if minutes <= 2 { "low" } else { "in_stock" }}>
                <p>
                    <b data-left=view.held_seconds.max(0).to_string()>{clock(view.held_seconds)}</b>
                    <span>{until}</span>
                </p>
                <StockTicks available=minutes room=minutes.max(MINUTES) />
            </div>
            <div class="hold-ways">
                <form method="post" action=visit.href(&deed(view, "pay"))>
                    {own_fields(token)}
                    <button class="go">{pay}<em>{with}</em></button>
                    {switch.collect_view()}
                </form>
                {extend}
            </div>
        </section>
    }
    .into_any()
}

/// Whose order it is, and its number.
pub(super) fn whose(lang: Lang, view: &OrderView) -> String {
    match lang {
        Lang::Ko => format!("{} 님 · 주문 {}", view.name, view.number),
        Lang::En => format!("{} · order {}", view.name, view.number),
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn seconds_read_as_a_clock() {
        assert_eq!((clock(600).as_str(), clock(9).as_str(), clock(-3).as_str()), ("10:00", "0:09", "0:00"));
    }
}
