//! What is held in place of something that was not found: every way to have it still, each one tap; or the money.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    fulfilment::{FieldFault, Way},
    orders::{Address, GroupView, OrderView},
};

use super::{
    forms::token_field,
    group::Card,
    things::{Thing, named, row},
    trouble::words,
    whereto::address_fields,
    words::{by, is_offer, way_name},
};
use crate::{fulfilment::summary::until, ssr::Visit};

/// An address that was given with an answer and cannot be brought to: what was typed, and what to mend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mending {
    /// The offer that was answered.
    pub(super) group: String,
    pub(super) address: Address,
    pub(super) faults: Vec<FieldFault>,
}

/// What is offered for a group that was not found.
pub(super) fn stand_ins(card: &Card<'_>, mending: Option<&Mending>) -> Option<AnyView> {
    let Card { visit, order, token, group } = card;
    let lang = visit.lang;
    let stand_in =
        |other: &&GroupView| is_offer(other) && other.offered_for.as_deref() == Some(group.id.as_str());
    let held: Vec<&GroupView> = order.groups.iter().filter(stand_in).collect();
    let first = held.first()?;
    let one = |offer: &&GroupView| {
        let mending = mending.filter(|mending| mending.group == offer.id);
        choice(visit, order, token, group, offer, mending)
    };
    let refuse = visit.href(&format!("/orders/{}/offers/{}", order.number, first.id));
    let paid = order.payment.paid.amount > 0;
    let view = view! {
        <section class="stand-ins" aria-label=lang.pick("대신할 것", "What could take its place")>
            <h3>{if held.len() > 1 { lang.pick("모두 잡아 두었어요. 하나를 골라 주세요", "All of these are held: choose one") } else { lang.pick("대신 이렇게 받으실 수 있어요", "You can have this instead") }}</h3>
            <ul>{held.iter().map(one).collect_view()}</ul>
            <form method="post" action=refuse>
                {token_field(token)}
                <button class="alt" name="accept" value="0">
                    {if paid { lang.pick("괜찮아요, 환불해 주세요", "No, please refund it") } else { lang.pick("괜찮아요, 빼 주세요", "No, leave it out") }}
                </button>
            </form>
            <p class="fine">{deadline(lang, &first.expires_at.label, paid)}</p>
        </section>
    };
    Some(view.into_any())
}

/// What happens when nobody answers: said before it does.
fn deadline(lang: Lang, at: &str, paid: bool) -> String {
    let kept = until(lang, at);
    match (lang, paid) {
        (Lang::Ko, true) => {
            format!("{kept} 잡아 둡니다. 그때까지 정하지 않으시면 모두 선반에 돌려놓고 돈을 돌려드려요.")
        }
        (Lang::Ko, false) => format!("{kept} 잡아 둡니다. 그때까지 정하지 않으시면 모두 선반에 돌려놓아요."),
        (Lang::En, true) => {
            format!("Held {kept}. If you decide nothing by then, all of it goes back and your money to you.")
        }
        (Lang::En, false) => {
            format!("Held {kept}. If you decide nothing by then, all of it goes back on the shelf.")
        }
    }
}

fn choice(
    visit: &Visit,
    order: &OrderView,
    token: &str,
    lost: &GroupView,
    offer: &GroupView,
    mending: Option<&Mending>,
) -> AnyView {
    let lang = visit.lang;
    // Another colour of the same thing has the same name.
    let things: Vec<Thing> = offer.lines.iter().map(Thing::with_options).collect();
    let action = visit.href(&format!("/orders/{}/offers/{}", order.number, offer.id));
    let asks_where = offer.way == Way::Delivery && offer.address.is_none();
    let said = [Some(by(lang, &offer.ready_by)), cost(lang, order, lost, offer)];
    let said = said.into_iter().flatten().collect::<Vec<_>>().join(" · ");
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
                <summary>{lang.pick("주소 적고 집에서 받기", "Give an address, have it brought")}</summary>
                <form method="post" action=action>
                    {token_field(token)}
                    {address_fields(lang, &typed, fault)}
                    <button class="go" name="accept" value="1">{lang.pick("이 주소로 받을게요", "Bring it there")}</button>
                </form>
            </details>
        }
        .into_any()
    } else {
        view! {
            <form method="post" action=action>
                {token_field(token)}
                <button class="go" name="accept" value="1">{lang.pick("이걸로 받을게요", "I take this")}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
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

/// What it costs beside what was paid: nothing, or less.
fn cost(lang: Lang, order: &OrderView, lost: &GroupView, offer: &GroupView) -> Option<String> {
    let less = onshelf_vocabulary::Money::new(lost.total.amount - offer.total.amount, lost.total.currency);
    let paid = order.payment.paid.amount > 0;
    match (less.amount > 0, lang) {
        (true, Lang::Ko) if paid => Some(format!("차액 {} 환불", less.display(lang))),
        (true, Lang::En) if paid => Some(format!("{} refunded", less.display(lang))),
        (true, Lang::Ko) => Some(format!("{} 덜 내요", less.display(lang))),
        (true, Lang::En) => Some(format!("{} less to pay", less.display(lang))),
        (false, _) if offer.way == Way::Delivery && lost.way != Way::Delivery => {
            Some(lang.pick("배송비 없이", "delivered free").to_owned())
        }
        (false, _) => None,
    }
}
