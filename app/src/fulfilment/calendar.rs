//! A visit as a calendar file (RFC 5545): when it is ready, how long it is kept, where to go.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use icalendar::{Alarm, Calendar, Component, Event, EventLike, EventStatus, Trigger};
use jiff::{SignedDuration, Timestamp, fmt::temporal::Pieces, tz::TimeZone};
use onshelf_domain::words::moment;
use onshelf_vocabulary::{
    Lang, Moment, Point,
    fulfilment::{ReservationStatus, ReservationView},
};

use super::{address, summary::until};
use crate::{
    error::AppError,
    ssr::{Visit, explain},
};

/// How long a visit to the counter takes in a calendar.
const VISIT: SignedDuration = SignedDuration::from_mins(30);
/// How long before it goes back on the shelf the calendar reminds once more.
const LAST_CALL: SignedDuration = SignedDuration::from_hours(3);

/// `GET /reservations/{number}/calendar.ics?t=TOKEN`.
pub async fn calendar(
    visit: Visit,
    Path(number): Path<String>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    let view = match visit.shop().reservation(visit.lang, &number, token).await {
        Ok(view) => view,
        Err(error) => return visit.failure(&explain(&error)),
    };
    let link = format!("{}{}", visit.door.site.public_url, visit.href(&address(&view.number, token)));
    let Some(file) = calendar_file(visit.lang, &view, &link) else {
        return visit.failure(&AppError::NotFound);
    };
    calendar_answer(&view.number, file)
}

/// A calendar file to be kept, under a name.
pub(crate) fn calendar_answer(name: &str, file: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.ics\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, file).into_response()
}

/// A visit to a store as a calendar shows it: offered by a page, and beside a mail.
#[derive(Clone, Debug)]
pub struct Entry {
    /// A reservation's or a group's. It makes the UID, so that a newer file takes an older one's place.
    pub number: String,
    pub title: String,
    pub text: String,
    /// Where to go, in words.
    pub place: String,
    pub point: Option<Point>,
    /// The whole address of the page that tells more; its host ends the UID.
    pub link: String,
    /// From when it can be collected.
    pub from: Timestamp,
    /// Until when it is kept.
    pub until: Timestamp,
    /// As of when this is said.
    pub stamp: Timestamp,
    pub status: ReservationStatus,
}

impl Entry {
    /// The file (RFC 5545), with times in UTC.
    #[must_use]
    pub fn file(&self) -> String {
        let mut calendar = Calendar::empty();
        calendar
            .append_property(("VERSION", "2.0"))
            .append_property(("PRODID", "-//Onshelf//Reservation//EN"));
        calendar.append_property(("CALSCALE", "GREGORIAN")).append_property(("METHOD", "PUBLISH"));
        calendar.push(self.event()).to_string()
    }

    fn event(&self) -> Event {
        let end = self.from.checked_add(VISIT).map_or(self.until, |end| end.min(self.until));
        let status = match self.status {
            ReservationStatus::Cancelled | ReservationStatus::Expired | ReservationStatus::NotFound => {
                EventStatus::Cancelled
            }
            _ => EventStatus::Confirmed,
        };
        let mut event = Event::with_uid(&format!("{}@{}", self.number, host(&self.link)));
        event
            .add_property("DTSTAMP", utc(self.stamp))
            .add_property("DTSTART", utc(self.from))
            .add_property("DTEND", utc(end))
            .add_property("TRANSP", "TRANSPARENT")
            .add_property("SEQUENCE", if self.status.is_live() { "0" } else { "1" })
            .status(status)
            .summary(&self.title)
            .description(&self.text)
            .location(&self.place)
            .url(&self.link);
        if let Some(point) = self.point {
            event.add_property("GEO", format!("{:.6};{:.6}", point.lat(), point.lng()));
        }
        if self.status.is_live() {
            let last_call = self.until.checked_sub(LAST_CALL).ok().filter(|at| *at > end);
            for at in [Some(self.from), last_call].into_iter().flatten() {
                if let Ok(at) = utc(at).parse() {
                    event.alarm(Alarm::display(&self.title, Trigger::DateTime(at)));
                }
            }
        }
        event.done()
    }
}

/// The file of a reservation. None where the view's times cannot be read.
#[must_use]
pub fn calendar_file(lang: Lang, view: &ReservationView, link: &str) -> Option<String> {
    let (title, text) = words(lang, view, link);
    let entry = Entry {
        number: view.number.clone(),
        title,
        text,
        place: format!("{}, {}", view.store.name, view.store.address),
        point: view.store.point,
        link: link.to_owned(),
        from: view.ready_by.at.parse().ok()?,
        until: view.expires_at.at.parse().ok()?,
        stamp: view.placed_at.at.parse().ok()?,
        status: view.status,
    };
    Some(entry.file())
}

fn words(lang: Lang, view: &ReservationView, link: &str) -> (String, String) {
    let store = &view.store.name;
    let things: Vec<String> =
        view.lines.iter().map(|line| format!("{} × {}", line.name, line.quantity)).collect();
    let kept = until(lang, &dated(lang, &view.expires_at));
    match lang {
        Lang::Ko => (
            format!("{store}에서 픽업 · 코드 {}", view.code),
            format!(
                "{}\n코드 {} · 예약 {}\n{kept} 맡아둘게요. 계산은 매장에서 해요.\n{link}",
                things.join(", "),
                view.code,
                view.number
            ),
        ),
        Lang::En => (
            format!("Collect at {store} · code {}", view.code),
            format!(
                "{}\nCode {} · reservation {}\nKept {kept}. Pay in store.\n{link}",
                things.join(", "),
                view.code,
                view.number
            ),
        ),
    }
}

/// A calendar is read on other days: nothing is "tomorrow" in it.
fn dated(lang: Lang, at: &Moment) -> String {
    let offset = Pieces::parse(&at.at).ok().and_then(|pieces| pieces.to_numeric_offset());
    match (at.at.parse::<Timestamp>(), offset) {
        (Ok(time), Some(offset)) => moment(lang, time, Timestamp::UNIX_EPOCH, &TimeZone::fixed(offset)).label,
        _ => at.label.clone(),
    }
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn host(link: &str) -> &str {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = rest.split(['/', '?', ':']).next().unwrap_or_default();
    if host.is_empty() { "onshelf" } else { host }
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::{Money, fulfilment::ReservationLineView, stores::StoreCard};

    use super::*;

    fn reserved(status: ReservationStatus) -> ReservationView {
        let moment = |at: &str| Moment { at: at.to_owned(), label: "내일 21:00".to_owned() };
        ReservationView {
            number: "R-7K3M-9QXD".to_owned(),
            code: "7K3M9Q".to_owned(),
            status,
            name: "김민지".to_owned(),
            store: StoreCard {
                code: "seongsu".to_owned(),
                kind: onshelf_vocabulary::stores::StoreKind::Store,
                name: "성수점".to_owned(),
                address: "서울 성동구 성수이로 88; 2층, 오른쪽".to_owned(),
                phone: String::new(),
                point: onshelf_vocabulary::Point::new(37.5427, 127.0567).ok(),
                distance_m: None,
                open_now: true,
                hours: String::new(),
                closes_at: None,
                opens_at: None,
                services: vec![],
                mine: false,
                shelf: None,
            },
            lines: vec![ReservationLineView {
                sku: "JJ-1".to_owned(),
                slug: "kettle".to_owned(),
                name: "법랑 주전자\r\nX-EVIL:1".to_owned(),
                options: String::new(),
                quantity: 2,
                price: Money::won(38_000),
                discounts: Vec::new(),
                image: None,
            }],
            missing: Vec::new(),
            total: Money::won(76_000),
            placed_at: moment("2026-11-22T17:00:00+09:00"),
            ready_by: moment("2026-11-22T17:40:00+09:00"),
            expires_at: moment("2026-11-23T21:00:00+09:00"),
            ready_at: None,
            collected_at: None,
            can_cancel: true,
        }
    }

    fn file(status: ReservationStatus) -> String {
        calendar_file(Lang::Ko, &reserved(status), "https://shop.example:8443/reservations/R-7K3M-9QXD?t=x")
            .unwrap()
    }

    /// Lines as they are meant: long ones are folded by a line break and a space.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn the_file_says_when_and_where_in_utc() {
        let file = file(ReservationStatus::Placed);
        let lines = unfolded(&file);
        for line in [
            "UID:R-7K3M-9QXD@shop.example",
            "DTSTART:20261122T084000Z",
            "DTEND:20261122T091000Z",
            "DTSTAMP:20261122T080000Z",
            "GEO:37.542700;127.056700",
            "STATUS:CONFIRMED",
            "LOCATION:성수점\\, 서울 성동구 성수이로 88\\; 2층\\, 오른쪽",
        ] {
            assert!(lines.iter().any(|own| own == line), "{line} not in {lines:#?}");
        }
        assert!(!file.replace("\r\n", "").contains('\n'), "every line ends with CRLF");
        assert!(file.contains("2026년 11월 23일(월) 21:00까지"));
        assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VALARM").count(), 2);
    }

    #[test]
    fn a_name_cannot_begin_a_line_of_its_own() {
        assert!(!unfolded(&file(ReservationStatus::Placed)).iter().any(|line| line.starts_with("X-EVIL")));
    }

    #[test]
    fn what_ended_is_cancelled_in_the_calendar_too() {
        let lines = unfolded(&file(ReservationStatus::Expired));
        assert!(lines.iter().any(|line| line == "STATUS:CANCELLED"));
        assert!(!lines.iter().any(|line| line == "BEGIN:VALARM"));
    }
}
