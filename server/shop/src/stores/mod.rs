//! Stores: the book of them in memory, and what a page shows of one. Stock numbers come from the `stock` room.

mod chosen;
mod directions;
mod find;
mod show;
mod told;

pub use find::MOST;
pub(crate) use show::whole_metres;
pub(crate) use told::{Hours, Said};

use std::collections::HashMap;

use onshelf_db::{Tx, stores::StoreRow};
use onshelf_domain::{fulfilment::PickupRules, places::Nearest, stores::Schedule};
use onshelf_vocabulary::{
    Currency, Lang, Point, StoreCode, Text,
    fulfilment::Way,
    stores::{ServiceView, StoreKind},
};

use crate::{Error, Result, money::currency_of};

/// A store as the deeds need it: its hours parsed, its texts in both languages.
#[derive(Clone, Debug)]
pub struct Store {
    pub id: i64,
    pub code: StoreCode,
    pub name: Text,
    pub address: Text,
    pub region: Text,
    pub postcode: String,
    pub country: String,
    pub phone: String,
    pub point: Option<Point>,
    pub schedule: Schedule,
    pub rules: PickupRules,
    pub services: Vec<String>,
    pub currency: Currency,
    pub note: Text,
    pub kind: StoreKind,
    /// Not closed for good.
    pub trading: bool,
    /// Orders a quarter of an hour takes; none: as many as the setting says.
    pub window_capacity: Option<i64>,
    told: told::Told,
}

impl Store {
    /// Shoppers can come here: it trades, and it is no warehouse.
    #[must_use]
    pub fn is_visited(&self) -> bool {
        self.trading && self.kind == StoreKind::Store
    }

    /// Whether it gets things to people in this way as far as that is a service of its own: not every store goes out to
    /// a car. For the other ways it depends on what stands where, and on who delivers where.
    #[must_use]
    pub fn offers(&self, way: Way) -> bool {
        way != Way::Curbside || self.services.iter().any(|service| service == way.code())
    }
}

/// Services that the locator offers to look for.
const SERVICES: usize = 24;

/// All stores and warehouses, found by code, by id and by nearness. Who looks for a place to visit asks for
/// `visited`, `stores` and `from`; who looks for where something is sent from, or worked at, for `sources`.
pub struct StoreBook {
    stores: Vec<Store>,
    by_code: HashMap<String, u32>,
    by_id: HashMap<i64, u32>,
    nearest: Nearest,
    /// Few among thousands, so that nobody has to look through all for them.
    warehouses: Vec<u32>,
    services: Vec<String>,
}

impl StoreBook {
    pub(crate) async fn read(tx: &mut Tx<'_>) -> Result<StoreBook> {
        let rows = onshelf_db::stores::stores(tx).await?;
        let stores = rows.into_iter().map(Store::try_from).collect::<Result<Vec<_>>>()?;
        let index = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        let by_code = stores.iter().enumerate().map(|(i, s)| (s.code.to_string(), index(i))).collect();
        let by_id = stores.iter().enumerate().map(|(i, s)| (s.id, index(i))).collect();
        let points = stores
            .iter()
            .enumerate()
            .filter(|(_, store)| store.trading)
            .filter_map(|(i, store)| store.point.map(|point| (index(i), point)))
            .collect();
        let warehouse = |store: &Store| store.trading && store.kind == StoreKind::Warehouse;
        let warehouses =
            stores.iter().enumerate().filter(|(_, store)| warehouse(store)).map(|(i, _)| index(i)).collect();
        let services = commonest_services(&stores);
        Ok(StoreBook { nearest: Nearest::build(points), stores, by_code, by_id, warehouses, services })
    }

    /// A store that shoppers can come to; none for a warehouse, and for what has closed for good.
    #[must_use]
    pub fn visited(&self, code: &str) -> Option<&Store> {
        self.by_code(code).filter(|store| store.is_visited())
    }

    /// Also a warehouse, and what has closed for good.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&Store> {
        self.by_code.get(code).and_then(|index| self.stores.get(*index as usize))
    }

    /// By the database's id, also a warehouse, and what has closed for good.
    #[must_use]
    pub fn by_id(&self, id: i64) -> Option<&Store> {
        self.by_id.get(&id).and_then(|index| self.stores.get(*index as usize))
    }

    /// Every store that shoppers can come to, in the order of the operator's file.
    pub fn stores(&self) -> impl Iterator<Item = &Store> {
        self.trading().filter(|store| store.is_visited())
    }

    /// The same with the warehouses: wherever somebody works.
    pub fn trading(&self) -> impl Iterator<Item = &Store> {
        self.stores.iter().filter(|store| store.trading)
    }

    /// Warehouses that trade.
    pub fn warehouses(&self) -> impl Iterator<Item = &Store> {
        self.warehouses.iter().filter_map(|index| self.stores.get(*index as usize))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.stores.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stores.is_empty()
    }

    /// Stores that shoppers can come to by growing distance in metres; from nowhere, all in their own order; those
    /// without a position come last.
    pub fn from(&self, origin: Option<Point>) -> impl Iterator<Item = (&Store, Option<f64>)> {
        self.sources(origin).filter(|(store, _)| store.is_visited())
    }

    /// The same with the warehouses: wherever something can be sent from.
    pub fn sources(&self, origin: Option<Point>) -> Box<dyn Iterator<Item = (&Store, Option<f64>)> + '_> {
        let Some(origin) = origin else {
            return Box::new(self.trading().map(|store| (store, None)));
        };
        let near = self
            .nearest
            .walk(origin)
            .filter_map(|(index, metres)| self.stores.get(index as usize).map(|store| (store, Some(metres))));
        let nowhere = self.trading().filter(|store| store.point.is_none()).map(|store| (store, None));
        Box::new(near.chain(nowhere))
    }

    /// Of some stores, by their ids, those that shoppers can come to, each with what is known of it and its distance,
    /// in the order of [`StoreBook::from`].
    pub(crate) fn in_order<T>(
        &self,
        origin: Option<Point>,
        some: impl IntoIterator<Item = (i64, T)>,
    ) -> Vec<(&Store, T, Option<f64>)> {
        let placed = |(id, known): (i64, T)| {
            let place = *self.by_id.get(&id)?;
            let store = self.stores.get(place as usize).filter(|store| store.is_visited())?;
            let metres = origin.zip(store.point).map(|(here, there)| here.distance_m(there));
            Some((place, (store, known, metres)))
        };
        let far = |metres: Option<f64>| metres.unwrap_or(f64::INFINITY);
        let mut found: Vec<_> = some.into_iter().filter_map(placed).collect();
        found
            .sort_by(|(a, (.., far_a)), (b, (.., far_b))| far(*far_a).total_cmp(&far(*far_b)).then(a.cmp(b)));
        found.into_iter().map(|(_, store)| store).collect()
    }

    /// The commonest services of stores, the most common first.
    pub(crate) fn services(&self, lang: Lang) -> Vec<ServiceView> {
        self.services.iter().map(|code| service_view(lang, code)).collect()
    }
}

fn commonest_services(stores: &[Store]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for service in stores.iter().filter(|store| store.is_visited()).flat_map(|store| &store.services) {
        *counts.entry(service).or_default() += 1;
    }
    let mut codes: Vec<(&str, usize)> = counts.into_iter().collect();
    codes.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    codes.into_iter().take(SERVICES).map(|(code, _)| code.to_owned()).collect()
}

/// A service by its code; an operator's own service is called what the operator calls it.
pub(crate) fn service_view(lang: Lang, code: &str) -> ServiceView {
    let (ko, en) = match code {
        "collect" => ("매장 픽업", "Pick up"),
        "curbside" => ("차에서 받기", "Curbside"),
        "returns" => ("반품", "Returns"),
        "parking" => ("주차", "Parking"),
        "engraving" => ("각인", "Engraving"),
        "ship" => ("택배 보내기", "Ships from store"),
        "lockers" => ("무인 보관함", "Lockers"),
        "assembly" => ("조립", "Assembly"),
        "tax_refund" => ("세금 환급", "Tax refund"),
        "wrapping" | "gift_wrap" => ("선물 포장", "Gift wrapping"),
        "cafe" => ("카페", "Café"),
        "repair" => ("수선", "Repair"),
        "wheelchair" => ("휠체어 접근", "Step-free"),
        other => (other, other),
    };
    ServiceView { code: code.to_owned(), label: lang.pick(ko, en).to_owned() }
}

/// The schema keeps these at or above zero.
fn minutes(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

impl TryFrom<StoreRow> for Store {
    type Error = Error;

    fn try_from(row: StoreRow) -> Result<Store> {
        let wrong = |what: &dyn std::fmt::Display| Error::internal(format!("store {}: {what}", row.code));
        let schedule =
            Schedule::from_parts(&row.time_zone, &row.hours, &row.exceptions).map_err(|e| wrong(&e))?;
        let point = row.lat.zip(row.lng).and_then(|(lat, lng)| Point::new(lat, lng).ok());
        Ok(Store {
            id: row.id,
            code: StoreCode::new(row.code.clone()).map_err(|e| wrong(&e))?,
            point,
            schedule,
            rules: PickupRules {
                lead_minutes: minutes(row.lead_minutes),
                cutoff_minutes: minutes(row.cutoff_minutes),
                keep_days: minutes(row.keep_days),
            },
            services: serde_json::from_str(&row.services)?,
            currency: currency_of(&row.currency).map_err(|e| wrong(&e))?,
            kind: StoreKind::from_code(&row.kind).ok_or_else(|| wrong(&"of no known kind"))?,
            trading: row.status == "open",
            window_capacity: row.window_capacity,
            told: told::Told::default(),
            name: Text::new(row.name_ko, row.name_en),
            address: Text::new(row.address_ko, row.address_en),
            region: Text::new(row.region_ko, row.region_en),
            note: Text::new(row.note_ko, row.note_en),
            postcode: row.postcode,
            country: row.country,
            phone: row.phone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selling_in(currency: &str) -> StoreRow {
        StoreRow {
            code: "seongsu".to_owned(),
            time_zone: "Asia/Seoul".to_owned(),
            services: "[]".to_owned(),
            hours: "{}".to_owned(),
            exceptions: "[]".to_owned(),
            currency: currency.to_owned(),
            kind: "store".to_owned(),
            ..StoreRow::default()
        }
    }

    #[test]
    fn a_store_goes_out_to_cars_where_it_says_so() {
        let with = |services: &str| StoreRow { services: services.to_owned(), ..selling_in("KRW") };
        for (services, curbside) in [("[]", false), (r#"["collect"]"#, false), (r#"["curbside"]"#, true)] {
            let store = Store::try_from(with(services)).unwrap();
            assert_eq!(store.offers(Way::Curbside), curbside, "{services}");
            assert!(store.offers(Way::Collect), "{services}");
        }
    }

    #[test]
    fn a_store_that_sells_in_money_nobody_knows_is_in_no_book() {
        assert_eq!(Store::try_from(selling_in("USD")).unwrap().currency, Currency::Usd);
        let refused = Store::try_from(selling_in("XYZ")).unwrap_err().to_string();
        assert!(refused.contains("seongsu") && refused.contains("XYZ"), "{refused}");
    }
}
