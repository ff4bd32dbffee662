//! What search engines are told of a store (schema.org).

use std::time::Duration;

use onshelf_domain::stores::{Schedule, Span};
use onshelf_shop::stores::Store;
use onshelf_vocabulary::stores::StoreView;
use serde_json::{Value, json};

use crate::ssr::Visit;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// How far ahead dated exceptions are told.
const AHEAD: Duration = Duration::from_secs(90 * 86_400);

/// A store as `schema.org/Store`.
pub(super) fn facts(visit: &Visit, store: &Store, view: &StoreView) -> Value {
    let site = &visit.door.site;
    let url = format!("{}{}", site.public_url, visit.href(&format!("/stores/{}", store.code)));
    let mut facts = json!({
        "@context": "https://schema.org",
        "@type": "Store",
        "@id": url,
        "url": url,
        "name": format!("{} {}", site.name.get(visit.lang), view.card.name),
        "image": format!("{}/drawings/storefront.svg", site.public_url),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": view.card.address,
            "addressRegion": view.region,
            "postalCode": store.postcode,
            "addressCountry": store.country,
        },
        "openingHoursSpecification": week(&store.schedule),
        "specialOpeningHoursSpecification": exceptions(visit, &store.schedule),
        "currenciesAccepted": store.currency.code(),
    });
    if !view.card.phone.is_empty() {
        facts["telephone"] = json!(view.card.phone);
    }
    if let Some(point) = store.point {
        facts["geo"] =
            json!({ "@type": "GeoCoordinates", "latitude": point.lat(), "longitude": point.lng() });
    }
    facts
}

fn week(schedule: &Schedule) -> Vec<Value> {
    let days = schedule.week().days().iter().zip(DAYS);
    days.flat_map(|(spans, day)| {
        spans.iter().map(move |span| hours(*span, "dayOfWeek", &format!("https://schema.org/{day}")))
    })
    .collect()
}

fn exceptions(visit: &Visit, schedule: &Schedule) -> Vec<Value> {
    let today = schedule.date_of(visit.shop().now());
    let mut told = Vec::new();
    for exception in schedule.exceptions_between(today, today.saturating_add(AHEAD)) {
        let date = exception.date.to_string();
        let spans = exception.hours.iter().map(|span| hours(*span, "validFrom", &date));
        let closed = exception
            .hours
            .is_empty()
            .then(|| json!({ "opens": "00:00", "closes": "00:00", "validFrom": date }));
        told.extend(spans.chain(closed).map(|mut one| {
            one["@type"] = json!("OpeningHoursSpecification");
            one["validThrough"] = json!(date);
            one
        }));
    }
    told
}

/// A span past midnight closes at that hour of the next day, which is how it is understood.
fn hours(span: Span, when: &str, value: &str) -> Value {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let closes = if span.close() == 24 * 60 { "23:59".to_owned() } else { clock(span.close()) };
    json!({ "@type": "OpeningHoursSpecification", "opens": clock(span.open()), "closes": closes, when: value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_told_as_machines_read_them() {
        for (open, close, said) in
            [(630, 1260, "10:30 21:00"), (0, 1440, "00:00 23:59"), (1080, 1560, "18:00 02:00")]
        {
            let told = hours(Span::new(open, close).unwrap(), "dayOfWeek", "Monday");
            assert_eq!(format!("{} {}", told["opens"], told["closes"]).replace('"', ""), said);
        }
    }
}
