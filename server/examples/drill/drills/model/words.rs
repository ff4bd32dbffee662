//! What the model says in the shop's words, and what the shop shows in the model's.

use jiff::Timestamp;
use onshelf_shop::journeys::PickReport;
use onshelf_vocabulary::{
    Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{ReservationLineView, Way},
    orders::{Address, GroupInput, GroupView},
};

use super::{
    Failure,
    ledger::{Pick, summed},
    orders::{Seen, Wish},
    shop::STORES,
};
use crate::drills::ground::{self, sku};

/// Which SKU has that name.
pub fn sku_of(name: &str) -> Result<usize, Failure> {
    (0..ground::SKUS).find(|index| sku(*index) == name).ok_or_else(|| "a SKU of nobody's".into())
}

/// Which store has that code.
pub fn place_of(code: &str) -> Result<usize, Failure> {
    STORES.iter().position(|own| *own == code).ok_or_else(|| "a store of nobody's".into())
}

/// Lines as the shop shows them, each SKU once.
pub fn lines_in(shown: &[ReservationLineView]) -> Result<Vec<(usize, i64)>, Failure> {
    let line = |line: &ReservationLineView| Ok::<_, Failure>((sku_of(&line.sku)?, line.quantity));
    Ok(summed(&shown.iter().map(line).collect::<Result<Vec<_>, _>>()?))
}

/// A group as the shop shows it.
pub fn seen(group: GroupView) -> Result<Seen, Failure> {
    let store = place_of(&group.store.code)?;
    Ok(Seen {
        expires_at: group.expires_at.at.parse::<Timestamp>()?.as_millisecond(),
        wish: Wish { way: group.way, store, named: true, lines: lines_in(&group.lines)? },
        fee: group.fee.amount,
        asked: group.total.amount,
        instead_of: group.offered_for,
        split_from: group.split_from,
        number: group.id,
    })
}

/// Lines as the shop is told them.
fn lines_for(lines: &[(usize, i64)]) -> Result<Vec<Line>, Failure> {
    let line = |(index, units): &(usize, i64)| -> Result<Line, Failure> {
        Ok(Line { sku: Sku::new(sku(*index))?, quantity: Quantity::try_from(*units)? })
    };
    lines.iter().map(line).collect()
}

/// What a store tells of a pick.
pub fn told(pick: &Pick) -> Result<PickReport, Failure> {
    if pick.found {
        let count = |(index, units): &(usize, i64)| Ok((Sku::new(sku(*index))?, *units));
        return Ok(PickReport::Found(pick.counts.iter().map(count).collect::<Result<_, Failure>>()?));
    }
    Ok(PickReport::Missing(lines_for(&pick.counts)?))
}

/// Groups as they are asked for.
pub fn groups_of(wishes: &[Wish]) -> Result<Vec<GroupInput>, Failure> {
    let group = |wish: &Wish| -> Result<GroupInput, Failure> {
        Ok(GroupInput {
            way: wish.way,
            store: wish.named.then(|| StoreCode::new(STORES[wish.store])).transpose()?,
            address: (wish.way == Way::Delivery).then(home),
            window: None,
            lines: lines_for(&wish.lines)?,
        })
    };
    wishes.iter().map(group).collect()
}

/// Where everything is brought that is.
pub fn home() -> Address {
    Address { line1: "연무장길 12".to_owned(), postcode: "04782".to_owned(), ..Address::default() }
}

/// The payment's name, as the last part of its page's address.
pub fn name_in(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
