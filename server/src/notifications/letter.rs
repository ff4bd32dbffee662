//! A message before it is a mail or a text: what stands in it, in one language, in the order it is read.

use jiff::{Timestamp, tz::TimeZone};
use onshelf_app::{fulfilment::calendar::Entry, ssr::encoded};
use onshelf_domain::{hangul::with_josa, words};
use onshelf_shop::fulfilment::Owned;
use onshelf_vocabulary::{
    Lang, Money,
    cart::CoverView,
    fulfilment::{ReservationLineView, ReservationStatus},
    stores::DirectionView,
};

use super::wording::{self, Wording};

/// Everything a message is written from.
pub(super) struct Occasion<'a> {
    pub(super) owned: &'a Owned,
    pub(super) about: ReservationStatus,
    /// What the chain is called, in the message's language.
    pub(super) brand: &'a str,
    /// Without a slash at the end.
    pub(super) public_url: &'a str,
    pub(super) zone: &'a TimeZone,
    pub(super) now: Timestamp,
    pub(super) directions: Vec<DirectionView>,
    /// When the store is open on the day it is ready: "10:30–21:00".
    pub(super) hours: Option<String>,
    /// Other stores that have all of it, for when this one could not find it.
    pub(super) elsewhere: Vec<CoverView>,
}

pub(super) struct Letter {
    pub(super) lang: Lang,
    pub(super) brand: String,
    pub(super) home: String,
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) lead: Vec<String>,
    /// What is shown at the counter; none when there is nothing to collect.
    pub(super) counter: Option<Counter>,
    /// Label and value, in one order whatever it is about: what, where, by when, its number.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) lines: Vec<Row>,
    pub(super) total: (&'static str, String),
    pub(super) action: Link,
    pub(super) cancel: Option<Link>,
    pub(super) store: Place,
    pub(super) elsewhere: Option<Elsewhere>,
    /// Why this mail came.
    pub(super) reason: String,
    /// For a telephone: one paragraph.
    pub(super) short: String,
}

/// What is collected, when and with what.
pub(super) struct Counter {
    pub(super) label: &'static str,
    pub(super) code: String,
    pub(super) hint: &'static str,
    /// The address a scan at the counter reads: it opens nothing without the token.
    pub(super) scan: String,
    /// What goes into the shopper's calendar.
    pub(super) event: Entry,
}

pub(super) struct Row {
    pub(super) name: String,
    /// "이끼색 · 2개 × ₩38,000"
    pub(super) note: String,
    pub(super) sum: String,
    pub(super) link: Option<String>,
}

pub(super) struct Link {
    pub(super) label: String,
    pub(super) href: String,
}

pub(super) struct Place {
    /// What the store is called, or that it is brought home.
    pub(super) heading: String,
    pub(super) lines: Vec<String>,
    pub(super) directions: Vec<Link>,
}

pub(super) struct Elsewhere {
    pub(super) heading: &'static str,
    /// The store's page, and what to know about it.
    pub(super) stores: Vec<(Link, String)>,
}

/// None where there is nothing to say: that somebody has begun to pick is no news.
pub(super) fn compose(occasion: &Occasion<'_>) -> Option<Letter> {
    let Wording { subject, heading, lead, short } = wording::of(occasion)?;
    let (owned, lang) = (occasion.owned, occasion.owned.lang);
    let live = occasion.is_live();
    let page = occasion.page();
    Some(Letter {
        lang,
        brand: occasion.brand.to_owned(),
        home: occasion.address("/"),
        subject,
        heading,
        lead,
        counter: live.then(|| counter(occasion)),
        facts: facts(occasion),
        lines: owned.view.lines.iter().map(|line| row(lang, line, |path| occasion.address(path))).collect(),
        total: (lang.pick("합계", "Total"), owned.view.total.display()),
        cancel: (live && owned.view.can_cancel).then(|| Link {
            label: lang.pick("예약 취소하기", "Cancel the reservation").to_owned(),
            href: format!("{page}#cancel"),
        }),
        action: action(occasion, page),
        store: place(occasion),
        elsewhere: elsewhere(occasion),
        reason: wording::reason(lang, occasion.brand),
        short,
    })
}

impl Occasion<'_> {
    /// The whole address of a page in the message's language.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{}", self.public_url, self.owned.lang.href(path))
    }

    /// The reservation's own page, opened by its token.
    pub(super) fn page(&self) -> String {
        format!("{}?t={}", self.scan(), self.owned.token)
    }

    fn scan(&self) -> String {
        self.address(&format!("/reservations/{}", self.owned.view.number))
    }

    /// In the store's own time.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        wording::moment(self.owned.lang, self.zone.to_datetime(at))
    }

    fn day(&self, at: Timestamp) -> String {
        wording::day(self.owned.lang, self.zone.to_datetime(at).date())
    }

    /// Whether there is something to collect.
    fn is_live(&self) -> bool {
        matches!(self.about, ReservationStatus::Placed | ReservationStatus::Ready)
    }
}

fn counter(occasion: &Occasion<'_>) -> Counter {
    let (owned, lang) = (occasion.owned, occasion.owned.lang);
    let view = &owned.view;
    let kept = occasion.moment(owned.expires_at);
    let link = occasion.page();
    let (title, text) = match lang {
        Lang::Ko => (
            format!("{} {}에서 픽업 (코드 {})", occasion.brand, view.store.name, view.code),
            format!(
                "계산대에서 코드 {} 보여 주세요. {kept}까지 맡아둘게요.\n{link}",
                with_josa(&view.code, "을/를")
            ),
        ),
        Lang::En => (
            format!("Collect at {} {} (code {})", occasion.brand, view.store.name, view.code),
            format!("Show the code {} at the counter. Kept until {kept}.\n{link}", view.code),
        ),
    };
    Counter {
        label: code_word(lang),
        code: view.code.clone(),
        hint: counter_hint(lang),
        scan: occasion.scan(),
        event: Entry {
            number: view.number.clone(),
            title,
            text,
            place: format!("{} {}, {}", occasion.brand, view.store.name, view.store.address),
            point: view.store.point,
            link,
            from: owned.ready_by,
            until: owned.expires_at,
            stamp: occasion.now,
            status: view.status,
        },
    }
}

/// What the code is called, here and where an order is found again.
pub(super) const fn code_word(lang: Lang) -> &'static str {
    lang.pick("픽업 코드", "Pickup code")
}

pub(super) const fn counter_hint(lang: Lang) -> &'static str {
    lang.pick("계산대에서 코드를 말하거나 QR을 보여 주세요.", "Say the code or show the QR at the counter.")
}

fn facts(occasion: &Occasion<'_>) -> Vec<(&'static str, String)> {
    let (view, lang) = (&occasion.owned.view, occasion.owned.lang);
    let ready = (lang.pick("준비", "Ready by"), occasion.moment(occasion.owned.ready_by));
    let until = (lang.pick("받아 갈 기한", "Kept until"), occasion.moment(occasion.owned.expires_at));
    let mut facts = vec![
        (lang.pick("상품", "What"), wording::things(lang, &view.lines)),
        (lang.pick("매장", "Where"), view.store.name.clone()),
    ];
    match occasion.about {
        ReservationStatus::Placed => facts.extend([ready, until]),
        ReservationStatus::Ready | ReservationStatus::Expired => facts.push(until),
        ReservationStatus::Collected => {
            let at = view.collected_at.as_ref().and_then(|moment| moment.at.parse().ok());
            facts.extend(at.map(|at| (lang.pick("받아 가신 때", "Collected"), occasion.moment(at))));
        }
        _ => {}
    }
    facts.push((lang.pick("예약 번호", "Reservation"), view.number.clone()));
    facts
}

/// One thing, with what it costs. `address` makes the whole address of one of our paths.
pub(super) fn row(lang: Lang, line: &ReservationLineView, address: impl Fn(&str) -> String) -> Row {
    let price = line.price.display();
    let count = match lang {
        Lang::Ko => format!("{}개 × {price}", line.quantity),
        Lang::En => format!("{} × {price}", line.quantity),
    };
    let note = if line.options.is_empty() { count } else { format!("{} · {count}", line.options) };
    Row {
        // A product that was taken out of the catalogue since is still called something.
        name: if line.name.is_empty() { line.sku.clone() } else { line.name.clone() },
        note,
        sum: line.price.checked_mul(line.quantity).map(Money::display).unwrap_or_default(),
        link: (!line.slug.is_empty()).then(|| address(&format!("/p/{}", encoded(&line.slug)))),
    }
}

fn action(occasion: &Occasion<'_>, page: String) -> Link {
    let lang = occasion.owned.lang;
    let label = match occasion.about {
        ReservationStatus::Placed | ReservationStatus::Ready => {
            lang.pick("예약 보기", "View the reservation")
        }
        ReservationStatus::NotFound => lang.pick("다른 매장 보기", "See other stores"),
        ReservationStatus::Expired | ReservationStatus::Cancelled => {
            lang.pick("다시 찾아보기", "Look for it again")
        }
        _ => lang.pick("예약 기록 보기", "View the record"),
    };
    let again = matches!(
        occasion.about,
        ReservationStatus::NotFound | ReservationStatus::Expired | ReservationStatus::Cancelled
    );
    let product = occasion.owned.view.lines.iter().find(|line| !line.slug.is_empty());
    let href = match product {
        Some(line) if again => occasion.address(&format!("/p/{}", encoded(&line.slug))),
        _ => page,
    };
    Link { label: label.to_owned(), href }
}

fn place(occasion: &Occasion<'_>) -> Place {
    let store = &occasion.owned.view.store;
    let hours = occasion.hours.as_ref().filter(|_| occasion.is_live()).map(|hours| {
        let day = occasion.day(occasion.owned.ready_by);
        format!("{day} {hours}")
    });
    let lines = [Some(store.address.clone()), hours, Some(store.phone.clone())];
    Place {
        heading: store.name.clone(),
        lines: lines.into_iter().flatten().filter(|line| !line.is_empty()).collect(),
        // Nobody is sent where nothing waits for them; and mail programs do not open `geo:` links.
        directions: occasion
            .directions
            .iter()
            .filter(|way| occasion.is_live() && way.href.starts_with("https://"))
            .map(|way| Link { label: way.label.clone(), href: way.href.clone() })
            .collect(),
    }
}

fn elsewhere(occasion: &Occasion<'_>) -> Option<Elsewhere> {
    let lang = occasion.owned.lang;
    let store = |cover: &CoverView| {
        let distance = cover.distance_m.map(|metres| words::distance(lang, f64::from(metres)));
        let ready = cover.ready_by.as_ref().and_then(|ready| ready.at.parse().ok()).map(|at| match lang {
            Lang::Ko => format!("지금 맡아두면 {} 준비", occasion.moment(at)),
            Lang::En => format!("ready by {} if you reserve now", occasion.moment(at)),
        });
        let note: Vec<String> = distance.into_iter().chain(ready).collect();
        let href = occasion.address(&format!("/stores/{}", cover.store));
        (Link { label: cover.store_name.clone(), href }, note.join(" · "))
    };
    (!occasion.elsewhere.is_empty()).then(|| Elsewhere {
        heading: lang.pick("지금 있는 매장", "Stores that have it now"),
        stores: occasion.elsewhere.iter().map(store).collect(),
    })
}
