//! Stores as they are shown: in the locator, on their own page, in a choice.

use serde::{Deserialize, Serialize};

use crate::{Moment, Point, stock::ShelfView};

/// What a place with shelves is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// Shoppers come here.
    #[default]
    Store,
    /// Nobody comes here: things are sent from it, to stores and to homes.
    Warehouse,
}

impl StoreKind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            StoreKind::Store => "store",
            StoreKind::Warehouse => "warehouse",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<StoreKind> {
        [StoreKind::Store, StoreKind::Warehouse].into_iter().find(|kind| kind.code() == code)
    }
}

/// A store in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreCard {
    pub code: String,
    pub kind: StoreKind,
    pub name: String,
    pub address: String,
    pub phone: String,
    /// None where the operator's file gave none or one that cannot be.
    pub point: Option<Point>,
    pub distance_m: Option<u32>,
    pub open_now: bool,
    /// "21:00까지" / "until 21:00", "내일 10:30에 열어요" / "opens tomorrow 10:30".
    pub hours: String,
    pub closes_at: Option<Moment>,
    pub opens_at: Option<Moment>,
    /// Codes and labels.
    pub services: Vec<ServiceView>,
    pub mine: bool,
    /// The product the shopper is looking for, at this store.
    pub shelf: Option<ShelfView>,
}

/// A service of a store: its code in addresses, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceView {
    pub code: String,
    pub label: String,
}

/// What the locator asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreQuery {
    pub near: Option<Point>,
    /// A place's name or a postcode, as typed.
    pub place: String,
    pub open_now: bool,
    pub service: Option<String>,
    /// Only stores that have this SKU.
    pub sku: Option<String>,
    pub in_stock: bool,
    /// 1 to 100.
    pub limit: u32,
}

/// The locator's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreList {
    pub stores: Vec<StoreCard>,
    /// Stores that meet the filters in all.
    pub total: u32,
    /// Where the search was understood to be.
    pub centre: Option<Point>,
    pub place: Option<String>,
    /// Other places of the same name: name, region, point.
    pub other_places: Vec<crate::places::PlaceView>,
    /// Services to filter by.
    pub services: Vec<ServiceView>,
}

/// One day of a store's hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayView {
    /// ISO 8601 date.
    pub date: String,
    /// "오늘", "월", "Mon".
    pub label: String,
    /// "10:30–21:00", "쉬는 날" / "closed".
    pub hours: String,
    /// Why it differs from the week's rule, if it does.
    pub note: String,
    pub today: bool,
    /// The door stays shut that day; not so where nobody told the hours.
    pub closed: bool,
    pub exceptional: bool,
}

/// A store's own page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreView {
    pub card: StoreCard,
    pub note: String,
    pub region: String,
    pub time_zone: String,
    /// Today and the six days after it, in the store's own time zone.
    pub week: Vec<DayView>,
    /// Dated exceptions further ahead, up to 90 days.
    pub exceptions: Vec<DayView>,
    pub directions: Vec<DirectionView>,
    pub nearby: Vec<StoreCard>,
}

/// A link that opens a map with the way to the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionView {
    pub label: String,
    pub href: String,
}
