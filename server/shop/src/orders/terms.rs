//! Why a delivery costs what it costs and comes when it comes, to be told beside its price; and the same delivery
//! quoted for another postcode.

use onshelf_domain::{
    orders::{Reach, Zone},
    words,
};
use onshelf_vocabulary::{
    Lang, Money, Point,
    cart::Line,
    fulfilment::Way,
    orders::{Address, DeliveryTerms, WayOffer, ZoneReach, ZoneTerms},
    places::PlaceView,
};

use crate::{Book, Shop, Viewer, stores::Store};

/// Where a delivery goes, as far as it is known while it is only looked at.
pub(super) struct Destination {
    pub postcode: String,
    pub point: Option<Point>,
    /// What is told of it.
    pub name: Option<String>,
}

impl Shop {
    /// Of a postcode, when one was given; else where the shopper said they are.
    pub(super) fn destination(&self, viewer: &Viewer, book: &Book, postcode: Option<&str>) -> Destination {
        let postcode = postcode.unwrap_or_default().trim();
        if postcode.is_empty() {
            let name = viewer.near_name.clone().filter(|_| viewer.near.is_some());
            return Destination { postcode: String::new(), point: viewer.near, name };
        }
        // What is placed is quoted by its postcode alone, so that it is the same here.
        let place = book.places.find(viewer.lang, postcode, None, 1).into_iter().next();
        Destination {
            postcode: postcode.to_owned(),
            point: place.as_ref().map(|place| place.point),
            name: place.and_then(|place| told(viewer.lang, &place)),
        }
    }

    pub(super) fn delivery_terms(&self, store: &Store, to: &Destination) -> DeliveryTerms {
        let delivery = &self.settings().delivery;
        let metres = store.point.zip(to.point).map(|(from, to)| from.distance_m(to));
        let here = delivery.zone(metres, &to.postcode).map(|(place, _)| place);
        // Behind the zone that covers everything no other is ever asked.
        let last = delivery.0.iter().position(|zone| zone.reach == Reach::Anywhere);
        let zones = delivery.0.iter().take(last.map_or(usize::MAX, |last| last + 1)).enumerate();
        DeliveryTerms {
            place: to.name.clone(),
            zones: zones.map(|(place, zone)| zone_terms(store, zone, here == Some(place))).collect(),
        }
    }

    /// What was offered or is kept, brought to another postcode from the same store, as it would be placed now. Any
    /// other way stays as it is. What nobody brings there has no terms: that is said when it is placed.
    #[must_use]
    pub fn brought_to(
        &self,
        viewer: &Viewer,
        offer: WayOffer,
        lines: &[Line],
        postcode: Option<&str>,
    ) -> WayOffer {
        let Some(postcode) = postcode.filter(|_| offer.way == Way::Delivery) else { return offer };
        let (book, now) = (self.book(), self.now());
        let to = self.destination(viewer, &book, Some(postcode));
        let quoted = book.stores.by_code(&offer.store).and_then(|store| {
            let value = self.value(&book, store, lines)?;
            Some((store, self.delivery_quote(store, to.point, &to.postcode, value, now)?))
        });
        let Some((store, quote)) = quoted else { return WayOffer { terms: None, ..offer } };
        WayOffer {
            ready_by: words::moment(viewer.lang, quote.by, now, store.schedule.time_zone()),
            fee: Money::new(quote.fee, store.currency),
            terms: Some(self.delivery_terms(store, &to)),
            ..offer
        }
    }

    /// The terms of something that is kept for an address.
    pub(super) fn kept_terms(
        &self,
        viewer: &Viewer,
        book: &Book,
        store: &Store,
        address: Option<&Address>,
    ) -> DeliveryTerms {
        let to = self.destination(viewer, book, address.map(|address| address.postcode.as_str()));
        self.delivery_terms(store, &to)
    }
}

fn zone_terms(store: &Store, zone: &Zone, here: bool) -> ZoneTerms {
    let money = |amount: i64| Money::new(amount, store.currency);
    ZoneTerms {
        reach: match &zone.reach {
            Reach::Within(metres) => ZoneReach::Within(*metres),
            Reach::Postcodes(beginnings) => ZoneReach::Postcodes(beginnings.clone()),
            Reach::Anywhere => ZoneReach::Anywhere,
        },
        fee: money(zone.fee),
        free_from: zone.free_from.map(money),
        same_day_until: zone.same_day_until.map(|until| until.strftime("%H:%M").to_string()),
        days: zone.days.max(1),
        here,
    }
}

/// What a postcode's place is called: its district in Korean (of 서울특별시 동대문구 the last), else its name. A
/// postcode that only has itself for a name tells nothing.
fn told(lang: Lang, place: &PlaceView) -> Option<String> {
    let hangul = |word: &&str| word.chars().any(|c| ('가'..='힣').contains(&c));
    let district = place.region.split_whitespace().rfind(hangul).filter(|_| lang == Lang::Ko);
    let name = Some(place.name.as_str()).filter(|name| name.chars().any(char::is_alphabetic));
    district.or(name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_is_told_by_its_district() {
        let place = |name: &str, region: &str| PlaceView {
            name: name.to_owned(),
            region: region.to_owned(),
            point: Point::new(37.5, 127.0).unwrap(),
        };
        for (lang, name, region, said) in [
            (Lang::Ko, "제기동", "서울특별시 동대문구", Some("동대문구")),
            (Lang::Ko, "02500", "서울특별시 동대문구 Seoul Dongdaemun-gu", Some("동대문구")),
            (Lang::Ko, "성수역", "", Some("성수역")),
            (Lang::En, "Jegi-dong", "서울특별시 동대문구", Some("Jegi-dong")),
            (Lang::En, "02500", "서울특별시 동대문구", None),
        ] {
            assert_eq!(told(lang, &place(name, region)).as_deref(), said, "{name} {region}");
        }
    }
}
