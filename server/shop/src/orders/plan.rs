//! What an order comes to: every group with its store, its source, its price, fee, tax and promise. Priced by the
//! server, from the catalogue as it is now; nothing here is believed from a form.

mod faults;
mod priced;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use onshelf_db::{
    fulfilment::{ReservationLineRow, ReservationRow},
    orders::{OrderRow, Sums},
    stock::LevelKey,
};
use onshelf_domain::{
    fulfilment::{keep_until, ready_by},
    orders::{Tax, is_window},
    stock::sum_demand,
};
use onshelf_vocabulary::{
    Lang, Point,
    cart::Line,
    fulfilment::{Contact, Fault, ReservationStatus, Way},
    orders::{Address, GroupInput, OrderRefusal},
};

pub(crate) use self::faults::address_faults;
pub(super) use self::faults::fault_of_all;
use self::faults::{fault, group_faults};
use super::{
    Placed,
    keep::{Held, in_order},
};
use crate::{
    Book, Error, Result, Shop, draws::Names, fulfilment::shopper_key, secrets::fingerprint, stock::demand,
    stores::Store,
};

/// After its promise, what was not sent off by then is given up. Milliseconds.
pub(super) const SEND_WITHIN: i64 = 7 * 86_400_000;

/// One group, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Without id and order; its expiry is that of a confirmed group.
    pub row: ReservationRow,
    pub lines: Vec<ReservationLineRow>,
    /// Summed per level, in key order.
    pub demand: Vec<(LevelKey, i64)>,
    /// How many orders the quarter of an hour takes that was asked for; none: none was, and it waits in the queue.
    pub places: Option<i64>,
}

/// An order, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub groups: Vec<Group>,
    pub sums: Sums,
    pub tax_included: bool,
    pub currency: onshelf_vocabulary::Currency,
}

impl Plan {
    /// The order it becomes under this name, which is nobody's yet and waits for no money.
    pub(super) fn order_row(&self, placed: &Placed, lang: Lang, now: Timestamp) -> OrderRow {
        OrderRow {
            number: placed.number.clone(),
            token_hash: fingerprint(&placed.token),
            lang: lang.tag().to_owned(),
            currency: self.currency.code().to_owned(),
            subtotal: self.sums.subtotal,
            fees: self.sums.fees,
            tax: self.sums.tax,
            tax_included: i64::from(self.tax_included),
            total: self.sums.total,
            placed_at: now.as_millisecond(),
            ..OrderRow::default()
        }
    }
}

/// For whom it is planned.
pub(super) struct For<'a> {
    pub contact: &'a Contact,
    pub lang: Lang,
    pub near: Option<Point>,
    /// Paid online: what travels must be.
    pub online: bool,
    pub now: Timestamp,
    /// What is held for them already and goes back for this.
    pub held: &'a [Held],
    /// How much of each level that is: the shelves do not show it, and it is there for this.
    pub own: &'a HashMap<LevelKey, i64>,
}

impl For<'_> {
    /// From where the same lines would be sent already, or more of them; the shelves there no longer show them.
    fn held_at(&self, way: Way, store: Option<&Store>, lines: &[Line]) -> Option<i64> {
        let lines = in_order(lines);
        let there =
            |held: &&Held| held.way == way.code() && store.is_none_or(|store| store.id == held.store_id);
        let has = |held: &Held, (sku, quantity): &(String, i64)| {
            held.lines.iter().any(|(own, held)| own == sku && quantity <= held)
        };
        let same = self.held.iter().filter(there).find(|held| held.lines == lines);
        let more = || self.held.iter().filter(there).find(|held| lines.iter().all(|line| has(held, line)));
        same.or_else(more).map(|held| held.source_id)
    }
}

/// Where a group's stock is, and where it is handed over: there it is sold, at that store's prices and tax, wherever it
/// was brought from.
struct Place<'b> {
    store: &'b Store,
    source: &'b Store,
    ready_by: Timestamp,
    fee: i64,
}

impl Shop {
    pub(super) fn plan_groups(&self, book: &Book, asked: &[GroupInput], whom: &For<'_>) -> Result<Plan> {
        let faults = group_faults(book, asked, whom.online);
        if !faults.is_empty() {
            return Err(OrderRefusal::Invalid { faults }.into());
        }
        let mut groups = Vec::with_capacity(asked.len());
        let (mut sums, mut shared) = (Sums::default(), None);
        for (index, input) in asked.iter().enumerate() {
            let place = self.place(book, index, input, whom)?;
            let tax = self.tax_at(place.store);
            let one_currency = (place.store.currency, tax.included);
            if *shared.get_or_insert(one_currency) != one_currency {
                return Err(fault(index, "store", Fault::NotForSale));
            }
            let group = self.group(book, input, &place, tax, whom)?;
            let add = |sum: &mut i64, amount: i64| match sum.checked_add(amount) {
                Some(more) => {
                    *sum = more;
                    Ok(())
                }
                None => Err(Error::internal("the total is beyond all money")),
            };
            add(&mut sums.subtotal, group.row.total)?;
            add(&mut sums.fees, group.row.fee)?;
            add(&mut sums.tax, group.row.tax)?;
            add(&mut sums.total, group.row.asked)?;
            groups.push(group);
        }
        let (currency, tax_included) = shared.unwrap_or((self.settings().currency, true));
        Ok(Plan { groups, sums, tax_included, currency })
    }

    fn place<'b>(
        &self,
        book: &'b Book,
        index: usize,
        input: &GroupInput,
        whom: &For<'_>,
    ) -> Result<Place<'b>> {
        let chosen = match &input.store {
            Some(code) => {
                // Things are brought home from a warehouse, too; nobody collects there.
                let serves = |store: &&Store| match input.way {
                    Way::Delivery => store.trading,
                    Way::Collect | Way::Curbside | Way::Transfer => store.is_visited(),
                };
                let store = book.stores.by_code(code.as_str()).filter(serves);
                Some(store.ok_or_else(|| fault(index, "store", Fault::UnknownStore))?)
            }
            None => None,
        };
        match input.way {
            Way::Collect | Way::Curbside => {
                let store = chosen.ok_or_else(|| fault(index, "store", Fault::Missing))?;
                if !store.offers(input.way) {
                    return Err(fault(index, "way", Fault::NotOffered));
                }
                let ready = self.promise(store, whom.now).ok_or(OrderRefusal::StoreClosed)?;
                let ready_by =
                    window_or(store, input, ready).ok_or_else(|| fault(index, "window", Fault::BadWindow))?;
                Ok(Place { store, source: store, ready_by, fee: 0 })
            }
            Way::Transfer => {
                let store = chosen.ok_or_else(|| fault(index, "store", Fault::Missing))?;
                let held = whom.held_at(input.way, Some(store), &input.lines);
                let source = held
                    .and_then(|id| book.stores.by_id(id))
                    .or_else(|| self.source_for(book, &input.lines, store.point, Some(store), whom.own));
                let source = source.ok_or_else(|| self.short(book, store, &input.lines, whom))?;
                let ready = self.transfer_by(source, store, whom.now).ok_or(OrderRefusal::StoreClosed)?;
                let ready_by =
                    window_or(store, input, ready).ok_or_else(|| fault(index, "window", Fault::BadWindow))?;
                Ok(Place { store, source, ready_by, fee: 0 })
            }
            Way::Delivery => {
                if chosen_window(input).is_some() {
                    return Err(fault(index, "window", Fault::BadWindow));
                }
                let address =
                    input.address.as_ref().ok_or_else(|| fault(index, "address", Fault::Missing))?;
                let point = self.point_of(book, address);
                let near = point.or(whom.near);
                let held = whom.held_at(input.way, None, &input.lines);
                let store = chosen
                    .or_else(|| held.and_then(|id| book.stores.by_id(id)))
                    .or_else(|| self.source_for(book, &input.lines, near, None, whom.own));
                let Some(store) = store.or_else(|| book.stores.from(near).next().map(|(store, _)| store))
                else {
                    return Err(OrderRefusal::StoreClosed.into());
                };
                let value = self.value(book, store, &input.lines).unwrap_or(0);
                let quote = self
                    .delivery_quote(store, point, &address.postcode, value, whom.now)
                    .ok_or_else(|| fault(index, "address/postcode", Fault::OutOfZone))?;
                Ok(Place { store, source: store, ready_by: quote.by, fee: quote.fee })
            }
        }
    }

    /// The tax of what is handed over at a store, or sent to an address from it.
    pub(crate) fn tax_at(&self, store: &Store) -> Tax {
        self.settings().taxes.at(&store.country, &store.postcode)
    }

    /// The nearest store or warehouse that has all of it now, with what is the shopper's `own` there; for what is brought
    /// to a store (`but`), another one that sells in the same money.
    pub(crate) fn source_for<'b>(
        &self,
        book: &'b Book,
        lines: &[Line],
        near: Option<Point>,
        but: Option<&Store>,
        own: &HashMap<LevelKey, i64>,
    ) -> Option<&'b Store> {
        let now = self.now();
        let wanted = sum_demand(lines).ok()?;
        let wanted: Vec<(i64, i64)> = wanted
            .iter()
            .map(|(sku, quantity)| Some((book.catalogue.variant(sku.as_str())?.id, *quantity)))
            .collect::<Option<_>>()?;
        let left = |store_id: i64, variant_id: i64| {
            let own = own.get(&LevelKey { store_id, variant_id }).copied().unwrap_or(0);
            self.shelves().available(store_id, variant_id, now) + own
        };
        let has_all = |store: &Store| wanted.iter().all(|(id, quantity)| left(store.id, *id) >= *quantity);
        book.stores
            .sources(near)
            .map(|(store, _)| store)
            .filter(|store| but.is_none_or(|other| other.id != store.id && other.currency == store.currency))
            .find(|store| has_all(store))
    }

    /// When something sent from `source` now can be collected at `store`.
    pub(crate) fn transfer_by(&self, source: &Store, store: &Store, now: Timestamp) -> Option<Timestamp> {
        let picked = self.promise(source, now)?;
        let travel = SignedDuration::from_hours(i64::from(self.settings().transfer_hours));
        ready_by(&store.schedule, &store.rules, picked.checked_add(travel).ok()?, 0)
    }

    pub(crate) fn delivery_quote(
        &self,
        store: &Store,
        to: Option<Point>,
        postcode: &str,
        value: i64,
        now: Timestamp,
    ) -> Option<onshelf_domain::orders::Quote> {
        let metres = store.point.zip(to).map(|(from, to)| from.distance_m(to));
        self.settings().delivery.quote(&store.schedule, metres, postcode, value, now)
    }

    /// By when a group like this would be there if it was begun now; none where that cannot be told. A delivery whose
    /// address nobody knows yet is told as it was.
    pub(crate) fn ready_anew(
        &self,
        book: &Book,
        row: &ReservationRow,
        address: Option<&Address>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let store = book.stores.by_id(row.store_id)?;
        match Way::from_code(&row.way)? {
            Way::Collect | Way::Curbside => self.promise(store, now),
            Way::Transfer => self.transfer_by(book.stores.by_id(row.source_id?)?, store, now),
            Way::Delivery => {
                let Some(address) = address else { return super::moment(row.ready_by).ok() };
                let to = self.point_of(book, address);
                Some(self.delivery_quote(store, to, &address.postcode, row.total, now)?.by)
            }
        }
    }

    /// Where a postcode lies, as far as the operator's places tell.
    pub(crate) fn point_of(&self, book: &Book, address: &Address) -> Option<Point> {
        let postcode = address.postcode.trim();
        (!postcode.is_empty())
            .then(|| book.places.find(Lang::Ko, postcode, None, 1).into_iter().next())
            .flatten()
            .map(|place| place.point)
    }

    /// A group with nothing in it but names of its own. Its owner comes by the order: its token is never given out.
    pub(crate) fn new_group(&self) -> Result<ReservationRow> {
        let Names { number, code, token } = self.draw_names("group")?;
        Ok(ReservationRow { token_hash: fingerprint(&token), number, code, ..ReservationRow::default() })
    }

    /// Orders a quarter of an hour takes at a store: its own number, else the operator's.
    pub(super) fn window_capacity(&self, store: &Store) -> i64 {
        store.window_capacity.unwrap_or(self.settings().window_capacity)
    }

    pub(super) fn value(&self, book: &Book, store: &Store, lines: &[Line]) -> Option<i64> {
        lines.iter().try_fold(0i64, |sum, line| {
            let (price, _) = book.catalogue.variant(line.sku.as_str())?.price(store.currency)?;
            sum.checked_add(price.checked_mul(line.quantity.get())?.amount)
        })
    }

    fn group(
        &self,
        book: &Book,
        input: &GroupInput,
        place: &Place<'_>,
        tax: Tax,
        whom: &For<'_>,
    ) -> Result<Group> {
        let (lines, total) = self.priced(book, place.store, &input.lines, whom.now)?;
        let taxed =
            total.checked_add(place.fee).ok_or_else(|| Error::internal("the total is beyond all money"))?;
        let travels = matches!(input.way, Way::Transfer | Way::Delivery);
        let kept = keep_until(&place.store.schedule, &place.store.rules, place.ready_by);
        let ready_by = place.ready_by.as_millisecond();
        let expires_at = if travels { ready_by.saturating_add(SEND_WITHIN) } else { kept.as_millisecond() };
        let row = ReservationRow {
            store_id: place.store.id,
            source_id: (place.source.id != place.store.id).then_some(place.source.id),
            status: ReservationStatus::Pending.code().to_owned(),
            name: whom.contact.name.clone(),
            email: whom.contact.email.clone(),
            phone: whom.contact.phone.clone(),
            lang: whom.lang.tag().to_owned(),
            shopper: shopper_key(whom.contact),
            currency: place.store.currency.code().to_owned(),
            total,
            fee: place.fee,
            tax: tax.of(taxed),
            asked: tax.on_top(taxed),
            way: input.way.code().to_owned(),
            address: input.address.as_ref().map(serde_json::to_string).transpose()?,
            window_at: chosen_window(input).map(|_| ready_by),
            placed_at: whom.now.as_millisecond(),
            ready_by,
            expires_at,
            ..self.new_group()?
        };
        let places = row.window_at.map(|_| self.window_capacity(place.store));
        let demand = demand(book, place.source.id, &input.lines).map_err(fault_of_all)?;
        Ok(Group { row, lines, demand, places })
    }
}

/// The quarter of an hour that was asked for. Empty is as soon as it is ready. What is brought has none: whoever asks
/// for one is told so, instead of waiting for a time that nobody has noted.
fn chosen_window(input: &GroupInput) -> Option<&str> {
    input.window.as_deref().filter(|asked| !asked.is_empty())
}

/// The window that was asked for, or as soon as it is ready; none where it is no window.
fn window_or(store: &Store, input: &GroupInput, ready: Timestamp) -> Option<Timestamp> {
    let Some(asked) = chosen_window(input) else { return Some(ready) };
    let start = asked.parse().ok()?;
    is_window(&store.schedule, ready, start).then_some(start)
}
