//! Shelves as a program asks for them: plain numbers and moments, no words for people.

use jiff::Timestamp;
use onshelf_domain::{stock as rules, words};
use onshelf_vocabulary::{Lang, Point, StoreCode, stock::Level};

use super::{Need, carriers::Carrier};
use crate::{Error, Result, Shop, stores::whole_metres};

/// One store's shelf of the SKU that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub code: String,
    pub name: String,
    pub point: Option<Point>,
    pub distance_m: Option<u32>,
    /// Capped by the operator's setting.
    pub available: i64,
    pub level: Level,
    /// RFC 3339 with the offset of the store's time zone, as is `ready_by`.
    pub checked_at: String,
    /// None where it has not that many, or cannot say when.
    pub ready_by: Option<String>,
}

impl Shop {
    /// Stores that carry a SKU: those with at least `quantity` first, each part by distance from `near` (in the
    /// operator's order without one).
    pub fn stores_with(
        &self,
        lang: Lang,
        sku: &str,
        near: Option<Point>,
        quantity: i64,
        most: usize,
    ) -> Result<Vec<Answer>> {
        let book = self.book();
        let variant = book.catalogue.variant(sku).ok_or(Error::NotFound)?;
        let need = Need { quantity, now: self.now() };
        let somewhere = self.is_on_a_shelf(&book, variant, need);
        let (mut enough, mut short) = (Vec::new(), Vec::new());
        for carrier in self.carriers(&book, variant, near, need, most) {
            let (_, known, _) = carrier;
            if known.available >= quantity {
                enough.push(carrier);
            } else if short.len() < most {
                short.push(carrier);
            }
            if enough.len() >= most || (short.len() >= most && !somewhere) {
                break;
            }
        }
        let answer = |carrier| self.answer(lang, carrier, need);
        Ok(enough.into_iter().chain(short).take(most).map(answer).collect())
    }

    fn answer(&self, lang: Lang, (store, known, metres): Carrier<'_>, need: Need) -> Answer {
        let Need { quantity, now } = need;
        let zone = store.schedule.time_zone();
        let stamp = |at: Timestamp| words::stamp(at, zone);
        let ready_by = (known.available >= quantity).then(|| self.promise_told(store, now)).flatten();
        Answer {
            code: store.code.to_string(),
            name: store.name.get(lang).to_owned(),
            point: store.point,
            distance_m: metres.map(whole_metres),
            available: self.shown_to_programs(known.available),
            level: Level::of(known.available),
            checked_at: stamp(Timestamp::from_millisecond(known.checked_at).unwrap_or(now)),
            ready_by: ready_by.map(stamp),
        }
    }

    /// What may be promised of a SKU at one store, capped by the operator's setting; 0 where it is not carried,
    /// none where either is unknown.
    #[must_use]
    pub fn available_at(&self, store: &StoreCode, sku: &str) -> Option<i64> {
        let book = self.book();
        let store = book.stores.by_code(store.as_str())?;
        let variant = book.catalogue.variant(sku)?;
        Some(self.shown_to_programs(self.shelves().available(store.id, variant.id, self.now())))
    }

    /// A number as calls are answered it: at most the operator's cap.
    #[must_use]
    pub fn shown_to_programs(&self, available: i64) -> i64 {
        rules::capped(available, self.settings().shown_cap.unwrap_or(0))
    }

    /// The same as a page says it: `3`, or `9+` above the cap.
    #[must_use]
    pub fn shown_to_people(&self, available: i64) -> String {
        rules::shown(available, self.settings().shown_cap.unwrap_or(0))
    }
}
