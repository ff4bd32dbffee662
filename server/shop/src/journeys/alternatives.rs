//! What could take the place of something that was not found, each as a group that can be held at once: the same from
//! another store, the same brought home, something else of the same store. None costs the shopper more than they
//! paid: it was the shop that could not keep its word, so bringing it home is free, too.

use jiff::Timestamp;
use onshelf_db::{
    fulfilment::{ReservationLineRow, ReservationRow},
    stock::LevelKey,
};
use onshelf_domain::orders::{Candidate, Charge, Kinship, substitute};
use onshelf_vocabulary::{
    Currency, Point, Quantity, Sku,
    cart::Line,
    fulfilment::{Fault, ReservationStatus, Way},
    orders::Address,
};

use super::heal::Lost;
use crate::{
    Book, Error, Result, Shop,
    catalog::Variant,
    fulfilment::{NO_DISCOUNTS, astray_of, way_of},
    money::currency_of,
    orders::Group,
    stock::demand,
    stores::Store,
};

/// How long something else is held for the shopper to say yes. Milliseconds.
const ASKED_FOR: i64 = 4 * 3_600_000;

/// A search for what could take something's place.
struct Search<'b> {
    book: &'b Book,
    lost: &'b Lost,
    way: Way,
    /// Where it was to be handed over, or sent from.
    store: &'b Store,
    /// Where it was looked for, or sent from.
    failed: &'b Store,
    wanted: Vec<Line>,
    /// What it was asked for in: nothing is offered in another one.
    currency: Currency,
    now: Timestamp,
    /// What the offers found so far take, so that no unit is counted on twice.
    taken: Vec<(LevelKey, i64)>,
}

/// One way to look for what could take its place.
type Find = fn(&Shop, &Search<'_>) -> Result<Option<Group>>;

impl Shop {
    /// All there are, in the order they are shown in.
    pub(super) fn alternatives(&self, book: &Book, lost: &Lost) -> Result<Vec<Group>> {
        let store = book.stores.by_id(lost.row.store_id);
        let failed = book.stores.by_id(lost.row.source_id.unwrap_or(lost.row.store_id));
        let wanted: Option<Vec<Line>> = lost.lines.iter().map(|line| wanted(book, line)).collect();
        let (Some(store), Some(failed), Some(wanted)) = (store, failed, wanted) else {
            return Ok(Vec::new());
        };
        let way = way_of(&lost.row)?;
        let (currency, now) = (currency_of(&lost.row.currency)?, self.now());
        let mut search = Search { book, lost, way, store, failed, wanted, currency, now, taken: Vec::new() };
        let mut found = Vec::new();
        let finds: [Find; 3] = [Shop::at_another_store, Shop::brought_home, Shop::something_else];
        for find in finds {
            if let Some(group) = find(self, &search)? {
                search.taken.extend(group.demand.iter().copied());
                found.push(group);
            }
        }
        Ok(found)
    }

    /// The same lines at the same prices, from the nearest store that has them.
    fn at_another_store(&self, search: &Search<'_>) -> Result<Option<Group>> {
        let sent = matches!(search.way, Way::Transfer | Way::Delivery);
        let Some(other) = self.other_store(search, search.store.point, sent) else { return Ok(None) };
        let (at, source, ready_by) = match search.way {
            Way::Transfer if other.id != search.store.id => {
                (search.store, Some(other.id), self.transfer_by(other, search.store, search.now))
            }
            Way::Delivery => (other, None, self.home_by(search, other)?),
            _ => (other, None, self.promise(other, search.now)),
        };
        let Some(ready_by) = ready_by else { return Ok(None) };
        let way = match search.way {
            Way::Curbside if !at.offers(Way::Curbside) => Way::Collect,
            Way::Transfer if source.is_none() => Way::Collect,
            way => way,
        };
        let row = ReservationRow {
            store_id: at.id,
            source_id: source,
            way: way.code().to_owned(),
            ready_by: ready_by.as_millisecond(),
            ..self.pending_for(search)?
        };
        Ok(Some(Group {
            row,
            lines: search.lost.lines.clone(),
            demand: levels(search, other, &search.wanted)?,
            places: None,
        }))
    }

    /// The same, brought to the shopper, where it was paid online. Without an address they give one as they say yes.
    fn brought_home(&self, search: &Search<'_>) -> Result<Option<Group>> {
        if search.way == Way::Delivery || search.lost.order.settled_at.is_none() {
            return Ok(None);
        }
        let known = known_address(search)?;
        let to = known.as_ref().and_then(|address| self.point_of(search.book, address));
        let Some(other) = self.other_store(search, to.or(search.store.point), true) else { return Ok(None) };
        let Some(ready_by) = self.home_by(search, other)? else { return Ok(None) };
        let row = ReservationRow {
            store_id: other.id,
            source_id: None,
            way: Way::Delivery.code().to_owned(),
            address: search.lost.address.clone(),
            ready_by: ready_by.as_millisecond(),
            ..self.pending_for(search)?
        };
        Ok(Some(Group {
            row,
            lines: search.lost.lines.clone(),
            demand: levels(search, other, &search.wanted)?,
            places: None,
        }))
    }

    /// By when a store would have brought it; none where it does not go there. Where nobody knows yet how far it is, it
    /// is told as for next door: the address decides when it is given.
    fn home_by(&self, search: &Search<'_>, from: &Store) -> Result<Option<Timestamp>> {
        let known = known_address(search)?;
        let to = known.as_ref().and_then(|address| self.point_of(search.book, address));
        let postcode = known.as_ref().map_or("", |address| address.postcode.as_str());
        let value = search.lost.row.total;
        let quote = self.delivery_quote(from, to, postcode, value, search.now).or_else(|| {
            let near = from.point.filter(|_| known.is_none());
            self.delivery_quote(from, near, postcode, value, search.now)
        });
        Ok(quote.map(|quote| quote.by))
    }

    /// Something else that the same store has, of the same price or less, got in the same way.
    fn something_else(&self, search: &Search<'_>) -> Result<Option<Group>> {
        let mut taken = search.taken.clone();
        let mut lines = Vec::with_capacity(search.lost.lines.len());
        for line in &search.lost.lines {
            let Some((variant_id, price)) = self.stand_in(search, line, &taken) else { return Ok(None) };
            taken.push((LevelKey { store_id: search.failed.id, variant_id }, line.quantity));
            let discounts = NO_DISCOUNTS.to_owned();
            lines.push(ReservationLineRow { variant_id, price, discounts, ..line.clone() });
        }
        let Some(ready_by) = self.again_by(search)? else { return Ok(None) };
        let wanted: Option<Vec<Line>> = lines.iter().map(|line| wanted(search.book, line)).collect();
        let Some(wanted) = wanted else { return Ok(None) };
        let row = &search.lost.row;
        let total = lines.iter().map(|line| line.quantity * line.price).sum();
        let whole = Charge { total: row.total, fee: row.fee, tax: row.tax, asked: row.asked };
        let (charge, _) = whole.part(total, self.tax_of(search.book, row));
        let row = ReservationRow {
            total: charge.total,
            tax: charge.tax,
            asked: charge.asked,
            ready_by: ready_by.as_millisecond(),
            ..self.pending_for(search)?
        };
        let demand = levels(search, search.failed, &wanted)?;
        Ok(Some(Group { row, lines, demand, places: None }))
    }

    /// When something of the same store would be ready in the same way.
    fn again_by(&self, search: &Search<'_>) -> Result<Option<Timestamp>> {
        Ok(match search.way {
            Way::Collect | Way::Curbside => self.promise(search.store, search.now),
            Way::Transfer => self.transfer_by(search.failed, search.store, search.now),
            Way::Delivery => self.home_by(search, search.store)?,
        })
    }

    /// The variant that stands in for a line, and its price.
    fn stand_in(
        &self,
        search: &Search<'_>,
        line: &ReservationLineRow,
        taken: &[(LevelKey, i64)],
    ) -> Option<(i64, i64)> {
        let catalogue = &search.book.catalogue;
        let missing = catalogue.variant_by_id(line.variant_id)?;
        let product = catalogue.product_of(missing)?;
        let related = product.related.iter().filter_map(|slug| catalogue.product(slug));
        let kin = catalogue.variants_of(product).iter().map(|variant| (variant, Kinship::SameProduct));
        let kin = kin.chain(related.flat_map(|other| {
            catalogue.variants_of(other).iter().map(|variant| (variant, Kinship::Related))
        }));
        let currency = search.currency;
        let lost = |variant: &Variant| search.lost.lines.iter().any(|own| own.variant_id == variant.id);
        let candidates: Vec<Candidate<i64>> = kin
            .filter(|(variant, _)| !lost(variant) && catalogue.for_sale(variant, currency))
            .filter_map(|(variant, kinship)| {
                let key = LevelKey { store_id: search.failed.id, variant_id: variant.id };
                Some(Candidate {
                    key: variant.id,
                    kinship,
                    price: variant.price(currency)?.0.amount,
                    available: self.left_of(key, taken, search.now),
                })
            })
            .collect();
        substitute(&candidates, line.quantity, line.price).map(|chosen| (chosen.key, chosen.price))
    }

    /// The nearest store that has all of it, whatever is offered of it already, and sells in the same money; a warehouse,
    /// too, where it is `sent`. Where nobody found it is none; a store whose parcel did not come may well have another one.
    fn other_store<'b>(&self, search: &Search<'b>, near: Option<Point>, sent: bool) -> Option<&'b Store> {
        let has_all = |store: &Store| {
            demand(search.book, store.id, &search.wanted).is_ok_and(|levels| {
                levels.iter().all(|(key, wanted)| self.left_of(*key, &search.taken, search.now) >= *wanted)
            })
        };
        search
            .book
            .stores
            .sources(near)
            .map(|(store, _)| store)
            .filter(|store| sent || store.is_visited())
            .filter(|store| store.id != search.failed.id || astray_of(&search.lost.row).is_some())
            .filter(|store| store.currency == search.currency)
            .find(|store| has_all(store))
    }

    fn left_of(&self, key: LevelKey, taken: &[(LevelKey, i64)], now: Timestamp) -> i64 {
        let gone: i64 = taken.iter().filter(|(own, _)| *own == key).map(|(_, count)| count).sum();
        self.shelves().available(key.store_id, key.variant_id, now) - gone
    }

    /// What all offers for it have in common: the lost one's owner and money, held until they decide.
    fn pending_for(&self, search: &Search<'_>) -> Result<ReservationRow> {
        let (row, now, names) = (&search.lost.row, search.now.as_millisecond(), self.new_group()?);
        Ok(ReservationRow {
            token_hash: names.token_hash,
            number: names.number,
            code: names.code,
            status: ReservationStatus::Pending.code().to_owned(),
            placed_at: now,
            expires_at: now + ASKED_FOR,
            offered_for: Some(row.number.clone()),
            split_from: None,
            window_at: None,
            picking_at: None,
            ready_at: None,
            ended_at: None,
            on_way_at: None,
            arrived_at: None,
            ..row.clone()
        })
    }
}

fn known_address(search: &Search<'_>) -> Result<Option<Address>> {
    Ok(search.lost.address.as_deref().map(serde_json::from_str).transpose()?)
}

/// What these lines take of a store's shelves. What is wrong with them nobody can be told here, who asks for nothing.
fn levels(search: &Search<'_>, store: &Store, lines: &[Line]) -> Result<Vec<(LevelKey, i64)>> {
    let wrong = |fault: Fault| Error::internal(format!("reservation {}: {fault:?}", search.lost.row.id));
    demand(search.book, store.id, lines).map_err(wrong)
}

/// A line as it would be asked for again; none where the catalogue has it no more.
fn wanted(book: &Book, line: &ReservationLineRow) -> Option<Line> {
    let variant = book.catalogue.variant_by_id(line.variant_id)?;
    Some(Line { sku: Sku::new(&*variant.sku).ok()?, quantity: Quantity::try_from(line.quantity).ok()? })
}
