//! What is held in place of something that was not found: every way to have it still, each one tap; or the money.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{FieldFault, Way},
    orders::{Address, GroupView, OrderView},
};

use super::{
    super::{
        checkout::{
            things::{Thing, named, row},
            trouble::words,
        },
        forms::own_fields,
        whereto::address_fields,
        words::{instant, is_offer, there, way_name},
    },
    group::Card,
};
use crate::ssr::Visit;

/// An address that was given with an answer and cannot be brought to: what was typed, and what to mend.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::orders) struct Mending {
    /// The offer that was answered.
    pub(in crate::orders) group: String,
    pub(in crate::orders) address: Address,
    pub(in crate::orders) faults: Vec<FieldFault>,
}

/// What is offered for a group that was not found.
pub(super) fn stand_ins(card: &Card<'_>, mending: Option<&Mending>) -> Option<AnyView> {
    let Card { visit, order, token, group } = card;
    let lang = visit.lang;
    let stand_in =
        |other: &&GroupView| is_offer(other) && other.offered_for.as_deref() == Some(group.id.as_str());
    let held: Vec<&GroupView> = order.groups.iter().filter(stand_in).collect();
    let first = held.first()?;
    let best = recommended(group, &held);
    let any = best.is_some();
    let one = |offer: &&GroupView| {
        let mending = mending.filter(|mending| mending.group == offer.id);
        let best = best.is_some_and(|best| best.id == offer.id);
        choice(&Choice { visit, order, token, lost: group, offer, best, quiet: any && !best, mending })
    };
    let refuse = visit.href(&format!("/orders/{}/offers/{}", order.number, first.id));
    let paid = order.payment.paid.amount > 0;
    let view = view! {
        <section class="stand-ins" aria-label=lang.pick("대신할 것", "What could take its place")>
            <h3>{if held.len() > 1 { lang.pick("모두 잡아 두었어요. 하나를 골라 주세요", "All of these are held: choose one") } else { lang.pick("대신 이렇게 받으실 수 있어요", "You can have this instead") }}</h3>
            <p class="stand-ins-until">
                <b><time datetime=first.expires_at.at.clone()>{deadline(lang, &first.expires_at.label)}</time></b>
                <span>{silence(lang, paid)}</span>
            </p>
            <ul>{held.iter().map(one).collect_view()}</ul>
            <form method="post" action=refuse>
                {own_fields(token)}
                <button class="alt" name="accept" value="0">
                    {if paid { lang.pick("괜찮아요, 환불해 주세요", "No, please refund it") } else { lang.pick("괜찮아요, 빼 주세요", "No, leave it out") }}
                </button>
            </form>
        </section>
    };
    Some(view.into_any())
}

/// Until when there is time to decide: the first thing to know.
fn deadline(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Ko => format!("{at}까지 정해 주세요"),
        Lang::En => format!("Decide by {at}"),
    }
}

/// What happens when nobody answers: said before it does.
const fn silence(lang: Lang, paid: bool) -> &'static str {
    if paid {
        lang.pick(
            "그때까지 모두 잡아 둘게요. 정하지 않으시면 선반에 돌려놓고 돈을 돌려드려요.",
            "All of it is held until then. If you don't choose, it goes back on the shelf and your money goes back to you.",
        )
    } else {
        lang.pick(
            "그때까지 모두 잡아 둘게요. 정하지 않으시면 선반에 돌려놓고, 내실 돈은 없어요.",
            "All of it is held until then. If you don't choose, it goes back on the shelf and you pay nothing for it.",
        )
    }
}

/// The one to be taken by whoever does not want to weigh them: what was ordered itself, at no extra cost, the soonest.
/// Something else is a matter of taste, and what goes to an address nobody knows yet has no sure moment. None where
/// there is nothing to choose between.
fn recommended<'o>(lost: &GroupView, held: &[&'o GroupView]) -> Option<&'o GroupView> {
    let sure = |offer: &&&GroupView| {
        let known = offer.way != Way::Delivery || offer.address.is_some();
        known && !is_substitute(lost, offer) && offer.total.amount <= lost.total.amount
    };
    let soonest = held.iter().filter(sure).min_by_key(|offer| instant(&offer.ready_by));
    soonest.copied().filter(|_| held.len() > 1)
}

/// One thing to be had instead.
struct Choice<'c> {
    visit: &'c Visit,
    order: &'c OrderView,
    token: &'c str,
    lost: &'c GroupView,
    offer: &'c GroupView,
    best: bool,
    /// Another one is recommended: this one's button stands back.
    quiet: bool,
    mending: Option<&'c Mending>,
}

fn choice(choice: &Choice<'_>) -> AnyView {
    let Choice { visit, order, token, lost, offer, best, quiet, mending } = *choice;
    let lang = visit.lang;
    // Another colour of the same thing has the same name.
    let things: Vec<Thing> = offer.lines.iter().map(Thing::with_options).collect();
    let action = visit.href(&format!("/orders/{}/offers/{}", order.number, offer.id));
    let asks_where = offer.way == Way::Delivery && offer.address.is_none();
    let when = match asks_where {
        true => lang.pick("시각은 주소에 따라 정해져요", "the time depends on the address").to_owned(),
        false => there(lang, offer.way, &offer.ready_by),
    };
    let said = [when, cost(lang, order, lost, offer)].join(" · ");
    let because = best.then(|| {
        view! {
            <p class="stand-in-best">
                <em>{lang.pick("추천", "Recommended")}</em>
                {lang.pick("주문하신 상품을 더 내지 않고 가장 빨리 받아요", "What you ordered, soonest, at no extra cost")}
            </p>
        }
    });
    let form = if asks_where {
        let open = mending.is_some();
        let (typed, faults) =
            mending.map(|own| (own.address.clone(), own.faults.clone())).unwrap_or_default();
        let fault = move |field: &str| {
            let pointer = format!("/address{field}");
            faults.iter().find(|fault| fault.pointer == pointer).map(|fault| words(lang, fault).to_owned())
        };
        view! {
            <details class="stand-in-where" open=open>
                <summary>{lang.pick("주소 적고 집에서 받기", "Give an address and have it delivered")}</summary>
                <form method="post" action=action>
                    {own_fields(token)}
                    {address_fields(lang, &offer.id, &typed, fault)}
                    <button class="go" name="accept" value="1">{lang.pick("이 주소로 받을게요", "Deliver it there")}</button>
                </form>
            </details>
        }
        .into_any()
    } else {
        view! {
            <form method="post" action=action>
                {own_fields(token)}
                <button class=if quiet { "alt" } else { "go" } name="accept" value="1">{lang.pick("이걸로 받을게요", "I'll take this")}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class:best=best>
            {because}
            <p><b>{title(lang, lost, offer)}</b><small>{said}</small></p>
            {row(lang, &things)}
            <p class="stand-in-names">{named(lang, &things, 3)}</p>
            {form}
        </li>
    }
    .into_any()
}

/// Whether it is something else than what was lost.
fn is_substitute(lost: &GroupView, offer: &GroupView) -> bool {
    offer.lines.iter().any(|line| lost.lines.iter().all(|own| own.sku != line.sku))
}

/// What is another about it.
fn title(lang: Lang, lost: &GroupView, offer: &GroupView) -> String {
    let store = &offer.store.name;
    match (lang, offer.way, is_substitute(lost, offer)) {
        (Lang::Ko, _, true) => format!("{store} · 비슷한 상품으로"),
        (Lang::En, _, true) => format!("Something like it, at {store}"),
        (_, Way::Delivery, _) => way_name(lang, offer.way).to_owned(),
        (Lang::Ko, way, _) => format!("{store} · {}", way_name(lang, way)),
        (Lang::En, way, _) => format!("{} · {store}", way_name(lang, way)),
    }
}

/// What it costs beside what was to be paid for what was lost: nothing more, or less.
fn cost(lang: Lang, order: &OrderView, lost: &GroupView, offer: &GroupView) -> String {
    let less = onshelf_vocabulary::Money::new(lost.total.amount - offer.total.amount, lost.total.currency);
    let paid = order.payment.paid.amount > 0;
    match (less.amount > 0, lang) {
        (true, Lang::Ko) if paid => format!("차액 {} 환불", less.display()),
        (true, Lang::En) if paid => format!("{} refunded", less.display()),
        (true, Lang::Ko) => format!("{} 덜 내요", less.display()),
        (true, Lang::En) => format!("{} less to pay", less.display()),
        (false, _) if offer.way == Way::Delivery && lost.way != Way::Delivery => {
            lang.pick("배송비 없이", "delivered free").to_owned()
        }
        (false, _) => lang.pick("추가 비용 없음", "no extra cost").to_owned(),
    }
}
