//! What else there is for a group that is changed: each other way with what it costs more or gives back, the soonest
//! first. The shop prices each as it would price the change itself; here nothing is reckoned.

use leptos::prelude::*;
use onshelf_shop::{Error, Viewer, orders::Looked};
use onshelf_vocabulary::{
    Lang, Money, StoreCode,
    cart::Line,
    fulfilment::{Fault, FieldFault, Way},
    orders::{Address, CheckoutView, GroupInput, GroupView, OrderRefusal, OrderView, WayOffer},
    stores::StoreKind,
};

use super::{
    super::words::{instant, there, way_glyph, way_name},
    typed::{as_it_is, is_open},
};
use crate::{
    catalog::shelf::{is_itself, way},
    ssr::Visit,
    ui::icon::Icon,
};

/// Stores shown for one group; being brought home comes on top.
const STORES: usize = 8;

/// Another way, and what it would cost beside what the order does; none where an address decides it.
pub(super) struct Another {
    pub(super) offer: WayOffer,
    pub(super) cost: Option<Money>,
}

/// What there is for the lines of a group, seen from its store.
pub(super) struct Offered {
    /// The way it is got now, with its times.
    pub(super) same: Option<WayOffer>,
    /// What staying costs, where it is of another quantity, brought elsewhere, or of other prices than it was.
    pub(super) staying: Option<Money>,
    pub(super) others: Vec<Another>,
    /// Nobody brings it where it would go.
    pub(super) out_of_zone: Option<FieldFault>,
}

/// What is asked for of a group while it is only looked at.
pub(super) struct Wanted {
    pub(super) lines: Vec<Line>,
    /// Where it is brought, if it is.
    pub(super) to: Address,
}

impl Wanted {
    fn postcode(&self) -> Option<&str> {
        Some(self.to.postcode.as_str()).filter(|postcode| !postcode.is_empty())
    }
}

/// The store around which something else is looked for: the group's, or the shopper's own where a warehouse sends it.
fn looked_from(visit: &Visit, group: &GroupView) -> Option<StoreCode> {
    match group.store.kind {
        StoreKind::Store => StoreCode::new(group.store.code.clone()).ok(),
        StoreKind::Warehouse => visit.viewer.store.clone(),
    }
}

/// What there is for each of these groups with what is wanted of it. The order is read once for all of them.
pub(super) async fn offered(
    visit: &Visit,
    view: &OrderView,
    token: &str,
    groups: &[(&GroupView, Wanted)],
) -> Result<Vec<Offered>, Error> {
    let looked: Vec<Looked<'_>> = groups
        .iter()
        .map(|(group, wanted)| Looked {
            group: &group.id,
            viewer: Viewer { store: looked_from(visit, group), ..visit.viewer.clone() },
            lines: &wanted.lines,
            postcode: wanted.postcode(),
        })
        .collect();
    let changing = visit.shop().changing(&view.number, token).await?;
    let seen = visit.shop().change_offers(&changing, &looked).await?;
    let seen: Vec<Seen> = seen
        .into_iter()
        .zip(groups)
        .map(|(seen, (group, wanted))| Seen::of(view, group, wanted, seen))
        .collect();
    let wishes: Vec<Vec<GroupInput>> = seen.iter().flat_map(|seen| seen.wishes.iter().cloned()).collect();
    let costs = visit.shop().change_costs(visit.lang, &changing, &wishes)?;
    let mut costs = costs.into_iter();
    let priced = |(seen, (group, wanted)): (Seen, &(&GroupView, Wanted))| {
        let own = costs.by_ref().take(seen.wishes.len()).collect();
        seen.priced(view, group, wanted, own)
    };
    Ok(seen.into_iter().zip(groups).map(priced).collect())
}

/// The ways a group could be got in, and what is to be priced of them.
struct Seen {
    same: Option<WayOffer>,
    others: Vec<WayOffer>,
    /// The order with each of the others whose price can be known, then as it is with what is wanted, then brought to an
    /// address that nobody offered to bring it to.
    wishes: Vec<Vec<GroupInput>>,
}

impl Seen {
    fn of(view: &OrderView, group: &GroupView, wanted: &Wanted, seen: CheckoutView) -> Seen {
        let whole = seen.offers.into_iter().filter(|offer| offer.covered_lines == offer.lines);
        let (same, others): (Vec<WayOffer>, Vec<WayOffer>) = whole.partition(|offer| is_this(group, offer));
        let others = soonest(others);
        let known = others.iter().filter(|offer| is_known(offer, wanted));
        let mut to: Vec<Option<(Way, &str)>> =
            known.map(|offer| Some((offer.way, offer.store.as_str()))).collect();
        to.push(None);
        let brought = |offer: &WayOffer| offer.way == Way::Delivery;
        let asked = wanted.postcode().is_some() && view.payment.provider.is_some();
        if asked && group.way != Way::Delivery && !others.iter().any(brought) {
            to.push(Some((Way::Delivery, "")));
        }
        let wishes = to.into_iter().filter_map(|to| wish(view, group, to, wanted)).collect();
        Seen { same: same.into_iter().next(), others, wishes }
    }

    fn priced(
        self,
        view: &OrderView,
        group: &GroupView,
        wanted: &Wanted,
        costs: Vec<Result<Money, OrderRefusal>>,
    ) -> Offered {
        let out_of_zone = costs.iter().find_map(|cost| zone_fault(cost.as_ref().err()?));
        let mut costs = costs.into_iter();
        let paid_online = view.payment.provider.is_some();
        let others = self
            .others
            .into_iter()
            .filter_map(|offer| match is_known(&offer, wanted) {
                // What would be refused is not offered.
                true => costs.next()?.ok().map(|cost| Another { offer, cost: Some(cost) }),
                false => paid_online.then_some(Another { offer, cost: None }),
            })
            .collect();
        let moved = group.address.as_ref().is_some_and(|was| was.postcode != wanted.to.postcode);
        let staying = costs.next().and_then(Result::ok).filter(|cost| moved || cost.amount != 0);
        Offered { same: self.same, staying, others, out_of_zone }
    }
}

/// Whether its price can be told: what goes to an address has none before there is one.
fn is_known(offer: &WayOffer, wanted: &Wanted) -> bool {
    offer.way != Way::Delivery || wanted.postcode().is_some()
}

fn zone_fault(refusal: &OrderRefusal) -> Option<FieldFault> {
    let OrderRefusal::Invalid { faults } = refusal else { return None };
    faults.iter().find(|fault| fault.fault == Fault::OutOfZone).cloned()
}

fn is_this(group: &GroupView, offer: &WayOffer) -> bool {
    offer.way == group.way && (offer.way == Way::Delivery || offer.store == group.store.code)
}

/// The soonest first, of those the nearest; as many stores as are shown.
fn soonest(mut offers: Vec<WayOffer>) -> Vec<WayOffer> {
    let place = |offer: &WayOffer| (instant(&offer.ready_by), offer.distance_m.unwrap_or(u32::MAX));
    offers.sort_by_key(place);
    let mut stores = 0;
    offers.retain(|offer| {
        stores += usize::from(offer.way != Way::Delivery);
        offer.way == Way::Delivery || stores <= STORES
    });
    offers
}

/// The whole order with this group got in another way, from or at this store, or as it is but with what is wanted of it.
/// None where its lines are no more.
fn wish(
    view: &OrderView,
    group: &GroupView,
    other: Option<(Way, &str)>,
    wanted: &Wanted,
) -> Option<Vec<GroupInput>> {
    let to = &wanted.to;
    let brought = || {
        // To be priced, a street is not needed.
        let line1 = if to.line1.is_empty() { "-".to_owned() } else { to.line1.clone() };
        Address { line1, ..to.clone() }
    };
    let one = |own: &GroupView| {
        let mut input = as_it_is(own)?;
        if own.id != group.id {
            return Some(input);
        }
        input.lines = wanted.lines.clone();
        if let Some((way, store)) = other {
            input.way = way;
            input.store = StoreCode::new(store).ok().filter(|_| way != Way::Delivery);
            input.window = None;
        }
        input.address = (input.way == Way::Delivery).then(brought);
        Some(input)
    };
    view.groups.iter().filter(|own| is_open(own)).map(one).collect()
}

pub(super) fn place(lang: Lang, way: Way, store: &str) -> String {
    match (lang, way) {
        (_, Way::Delivery) => way_name(lang, way).to_owned(),
        (Lang::Ko, _) => format!("{store} · {}", way_name(lang, way)),
        // The dot stays with what is before it, wherever the line breaks.
        (Lang::En, _) => format!("{}\u{a0}· {store}", way_name(lang, way)),
    }
}

/// What its radio button sends.
fn value_of(offer: &WayOffer) -> String {
    let store = if offer.way == Way::Delivery { "" } else { offer.store.as_str() };
    format!("{}@{store}", offer.way.code())
}

pub(super) fn ways(
    visit: &Visit,
    view: &OrderView,
    group: &GroupView,
    offered: &Offered,
    picked: &str,
) -> AnyView {
    let lang = visit.lang;
    let paid = view.payment.paid.amount > 0;
    let from = looked_from(visit, group).filter(|_| visit.viewer.near.is_none());
    let row = |another: &Another| {
        let Another { offer, cost } = another;
        let brought = offer.way == Way::Delivery;
        let value = value_of(offer);
        let far = offer.distance_m.filter(|metres| !(from.is_some() && is_itself(*metres)));
        // The store is what one looks for in the list; how it is got there stands below it.
        let (title, how) = match brought {
            true => (way_name(lang, offer.way).to_owned(), String::new()),
            false => (offer.store_name.clone(), way_name(lang, offer.way).to_owned()),
        };
        let about = [how, there(lang, offer.way, &offer.ready_by), way(lang, far)];
        let about = about.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
        let checked = picked == value;
        view! {
            <label class="change-way" data-way=offer.way.code()>
                <input type="radio" name="pick" value=value checked=checked />
                <Icon glyph=way_glyph(offer.way) />
                <span><b>{title}</b><small>{about}</small></span>
                <em>{difference(lang, *cost, paid)}</em>
            </label>
        }
    };
    // What was picked and is no more there to be picked leaves it as it is.
    let kept = !offered.others.iter().any(|another| picked == value_of(&another.offer));
    let book = visit.shop().book();
    let from = from.as_ref().and_then(|code| book.stores.visited(code.as_str()));
    let order = match (lang, from.map(|store| store.name.get(lang))) {
        (Lang::Ko, Some(store)) => format!("빠른 순 · 거리는 {store}에서"),
        (Lang::En, Some(store)) => format!("Soonest first; distances from {store}"),
        _ => lang.pick("빠른 순", "Soonest first").to_owned(),
    };
    view! {
        <fieldset class="change-ways">
            <legend>{lang.pick("어디서, 어떻게", "Where and how")}<small>{order}</small></legend>
            <label class="change-way">
                <input type="radio" name="pick" value="keep" checked=kept />
                <Icon glyph=way_glyph(group.way) />
                <span><b>{lang.pick("지금 그대로", "As it is")}</b><small>{place(lang, group.way, &group.store.name)}</small></span>
                {offered.staying.map(|cost| view! { <em>{difference(lang, Some(cost), paid)}</em> })}
            </label>
            {offered.others.iter().map(row).collect_view()}
        </fieldset>
    }
    .into_any()
}

/// What it costs beside what the order does now.
fn difference(lang: Lang, cost: Option<Money>, paid: bool) -> String {
    let Some(cost) = cost else {
        return lang.pick("주소를 적으면 정해져요", "depends on the address").to_owned();
    };
    let amount = Money::new(cost.amount.saturating_abs(), cost.currency).display();
    match (lang, cost.amount.signum(), paid) {
        (Lang::Ko, 1, true) => format!("{amount} 더 결제"),
        (Lang::Ko, 1, false) => format!("{amount} 더"),
        (Lang::Ko, -1, true) => format!("{amount} 환불"),
        (Lang::Ko, -1, false) => format!("{amount} 덜"),
        (Lang::Ko, _, _) => "차액 없음".to_owned(),
        (Lang::En, 1, _) => format!("{amount} more"),
        (Lang::En, -1, true) => format!("{amount} back"),
        (Lang::En, -1, false) => format!("{amount} less"),
        (Lang::En, _, _) => "same price".to_owned(),
    }
}

/// What happens to the money when it is changed.
pub(super) fn money(lang: Lang, view: &OrderView) -> &'static str {
    match (view.payment.paid.amount > 0, view.payment.provider.is_some()) {
        (true, _) => lang.pick(
            "더 드는 만큼은 먼저 결제하시고, 그때 바뀌어요. 덜 드는 만큼은 결제하신 곳으로 바로 돌려드려요.",
            "If it costs more, you pay the difference first, and then it is changed. If it costs less, the difference goes back the way you paid, right away.",
        ),
        (false, true) => lang.pick(
            "아직 결제하지 않아 돈은 오가지 않아요. 결제하실 금액만 달라져요.",
            "Nothing has been paid yet, so no money moves: only the amount to pay changes.",
        ),
        (false, false) => lang.pick(
            "계산은 매장에서 하니 지금 돈은 오가지 않아요. 받아 가실 때 바뀐 금액으로 계산해 주세요.",
            "You pay in store, so no money moves now: you pay the new amount when you collect.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::Moment;

    use super::*;

    fn offer(way: Way, store: &str, at: &str, metres: Option<u32>) -> WayOffer {
        WayOffer {
            way,
            store: store.to_owned(),
            store_name: store.to_owned(),
            source_name: None,
            distance_m: metres,
            covered_lines: 1,
            lines: 1,
            ready_by: Moment { at: at.to_owned(), label: String::new() },
            fee: Money::won(0),
            windows: Vec::new(),
            terms: None,
        }
    }

    #[test]
    fn the_soonest_comes_first_and_of_those_the_nearest() {
        let offers = vec![
            offer(Way::Delivery, "home", "2026-11-25T21:00:00+09:00", None),
            offer(Way::Collect, "far", "2026-11-24T11:00:00+09:00", Some(9_000)),
            offer(Way::Collect, "late", "2026-11-24T12:00:00+09:00", Some(100)),
            // Stores of one chain lie in more than one zone.
            offer(Way::Collect, "west", "2026-11-24T10:30:00+08:00", Some(50)),
            offer(Way::Collect, "near", "2026-11-24T11:00:00+09:00", Some(900)),
        ];
        let order: Vec<String> = soonest(offers).into_iter().map(|offer| offer.store).collect();
        assert_eq!(order, ["near", "far", "west", "late", "home"]);
    }

    #[test]
    fn however_many_stores_there_are_being_brought_home_is_shown() {
        let mut offers: Vec<WayOffer> = (0..20)
            .map(|n| offer(Way::Collect, &format!("s{n}"), "2026-11-24T11:00:00+09:00", Some(n)))
            .collect();
        offers.push(offer(Way::Delivery, "home", "2026-11-25T21:00:00+09:00", None));
        let shown = soonest(offers);
        assert_eq!(shown.len(), STORES + 1);
        assert_eq!(shown.last().map(|offer| offer.way), Some(Way::Delivery));
    }

    #[test]
    fn a_difference_says_which_way_the_money_goes() {
        for (cost, paid, ko, en) in [
            (Some(3_000), true, "₩3,000 더 결제", "₩3,000 more"),
            (Some(3_000), false, "₩3,000 더", "₩3,000 more"),
            (Some(-3_000), true, "₩3,000 환불", "₩3,000 back"),
            (Some(-3_000), false, "₩3,000 덜", "₩3,000 less"),
            (Some(0), true, "차액 없음", "same price"),
            (None, true, "주소를 적으면 정해져요", "depends on the address"),
        ] {
            let cost = cost.map(Money::won);
            assert_eq!(difference(Lang::Ko, cost, paid), ko);
            assert_eq!(difference(Lang::En, cost, paid), en);
        }
    }
}
