//! What a plan costs, group by group, as it is shown before it is ordered. The shop prices it again when it is
//! placed, and refuses where its total is another: that total is then shown instead.

use onshelf_vocabulary::{Money, orders::WayOffer};

use super::{
    draft::Draft,
    plan::Plan,
    things::{Thing, sum, things},
};
use crate::ssr::Visit;

/// A plan with its prices.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    /// The things of each group, priced where it is fulfilled.
    pub(super) things: Vec<Vec<Thing>>,
    pub(super) subtotal: Money,
    pub(super) fees: Money,
    /// Tax on top.
    pub(super) added: Money,
    /// Tax that is in the prices; none where there is none.
    pub(super) within: Option<Money>,
    pub(super) total: Money,
}

/// `told` is the total the shop itself named. None where the things of the plan are no longer sold, or not in one
/// currency.
pub(super) fn quote(
    visit: &Visit,
    draft: &Draft,
    plan: &Plan,
    offers: &[WayOffer],
    told: Option<Money>,
) -> Option<Quote> {
    let groups = plan.groups();
    let things: Vec<Vec<Thing>> =
        groups.iter().map(|group| things(visit, draft, group.store.as_ref(), &group.lines)).collect();
    let complete = things.iter().zip(groups).all(|(things, group)| things.len() == group.lines.len());
    complete.then_some(())?;
    let currency = sum(things.first()?)?.currency;
    let none = Money::new(0, currency);
    let (mut subtotal, mut fees, mut added, mut within) = (none, none, none, none);
    for (things, offer) in things.iter().zip(offers) {
        let goods = sum(things)?;
        let taxed = goods.checked_add(offer.fee)?;
        let (on_top, in_it) = tax(visit, offer, taxed);
        subtotal = subtotal.checked_add(goods)?;
        fees = fees.checked_add(offer.fee)?;
        added = added.checked_add(on_top)?;
        within = within.checked_add(in_it)?;
    }
    let own = subtotal.checked_add(fees)?.checked_add(added)?;
    let total = told.filter(|told| told.currency == currency).unwrap_or(own);
    let added = Money::new(added.amount + total.amount - own.amount, currency);
    Some(Quote { things, subtotal, fees, added, within: Some(within).filter(|tax| tax.amount > 0), total })
}

/// The tax on top of an amount and the tax within it, by the store that hands it over or sends it.
fn tax(visit: &Visit, offer: &WayOffer, amount: Money) -> (Money, Money) {
    let book = visit.shop().book();
    let none = Money::new(0, amount.currency);
    let Some(store) = book.stores.by_code(&offer.store) else { return (none, none) };
    let tax = visit.shop().settings().taxes.at(&store.country, &store.postcode);
    let of = Money::new(tax.of(amount.amount), amount.currency);
    if tax.included { (none, of) } else { (of, none) }
}
