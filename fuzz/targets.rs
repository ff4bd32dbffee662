//! Every parser that reads what strangers write: files of operators and how they are mapped, hours, what is scanned or
//! typed at a counter, passes, webhooks, what providers answer, bodies, addresses and cookies, maps, tiles, search words,
//! prices. A target takes any bytes and must neither panic nor hang, and what it accepts must be what it says it is.
//! Shared by `cargo fuzz` and by the tests.

#[path = "seeds.rs"]
pub mod seeds;

use std::{
    cell::RefCell,
    fmt::Display,
    io::{Cursor, Write},
    str::FromStr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use onshelf_app::{
    orders::checkout::reread_plan,
    shared::Known,
    ssr::{Near, REMEMBERED, Site, read_basket, read_cookie, set_cookie, write_basket},
};
use onshelf_db::Db;
use onshelf_domain::{
    basemap::{Basemap, Sheet, View, clicked},
    catalog, fulfilment, search, stores,
};
use onshelf_server::{
    http::{fed, tiles::Tiles},
    payments::{
        sign,
        stripe::{self, Stripe},
        toss::{self, Toss},
        verify,
    },
};
use onshelf_shop::{
    PaymentProvider, Standing, SystemClock,
    catalog::Shown,
    import::{self, BUILT_IN, Encoding, Format, Kind, Mapping, Options, Source},
    testing::{read_pass, sign_pass},
};
use onshelf_vocabulary::{
    Currency, Point, Sku, StoreCode,
    fulfilment::ReserveInput,
    orders::{OrderChange, OrderInput},
};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Map, Value, json};

/// A target with what it begins from.
pub type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

pub const ALL: &[Target] = &[
    ("hours", hours, seeds::HOURS),
    ("import", import, seeds::FILES),
    ("mapping", mapping, seeds::MAPPINGS),
    ("counter", counter, seeds::COUNTERS),
    ("pass", pass, seeds::PASSES),
    ("webhook", webhook, seeds::WEBHOOKS),
    ("answer", answer, seeds::ANSWERS),
    ("body", body, seeds::BODIES),
    ("address", address, seeds::ADDRESSES),
    ("basemap", basemap, seeds::MAPS),
    ("tiles", tiles, seeds::TILES),
    ("query", query, seeds::QUERIES),
    ("price", price, seeds::PRICES),
];

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// What stands before the first such byte, and what behind it.
fn parted(data: &[u8], sign: u8) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == sign).unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

/// A week that was read is written as JSON that reads as the same week.
pub fn hours(data: &[u8]) {
    let Ok((week, warnings)) = stores::parse_hours(&text(data)) else { return };
    warnings.iter().for_each(|warning| drop(warning.to_string()));
    let again = stores::Week::from_json(&week.to_json());
    assert_eq!(again.as_ref(), Ok(&week), "the week does not survive being written");
}

/// A number or code that was read reads as itself.
pub fn counter(data: &[u8]) {
    let typed = text(data);
    if let Some(number) = fulfilment::read_number(&typed) {
        assert_eq!(fulfilment::read_number(&number.to_string()), Some(number));
    }
    if let Some(code) = fulfilment::read_code(&typed) {
        assert_eq!(fulfilment::read_code(&code), Some(code));
    }
    drop(fulfilment::read_counter(&typed));
    let _ = catalog::read_gtin(&typed);
    drop(catalog::slugify(&typed));
}

/// Nothing is believed without its signature, and what is signed says what it says and nothing else.
pub fn pass(data: &[u8]) {
    let said = text(data);
    assert_eq!(read_pass(&said), None, "a pass nobody signed");
    let signed = sign_pass(&said);
    assert_eq!(read_pass(&format!("{signed}A")), None, "a longer signature");
    let Some(pass) = read_pass(&signed) else { return };
    let plain = format!("OS1.{}.{}.{}", pass.serial, pass.store, pass.expires_at.as_second());
    assert_eq!(read_pass(&sign_pass(&plain)), Some(pass), "it is read as another");
}

const SECRET: &str = "whsec_fuzz";
/// Noon in Seoul, when [`seeds::WEBHOOKS`] were signed. Unix seconds.
const NOON: i64 = 1_795_402_800;

/// A webhook is proven by its signature alone, and what it names can be kept: a name that is neither empty nor endless.
pub fn webhook(data: &[u8]) {
    let Ok(now) = Timestamp::from_second(NOON) else { return };
    let (head, body) = parted(data, b'\n');
    let head = text(head);
    assert!(verify(SECRET, Some(&head), body, now).is_err(), "a signature nobody made");
    let signed = sign(SECRET, body, now);
    assert_eq!(verify(SECRET, Some(&signed), body, now), Ok(()));
    let other = [body, &b" "[..]].concat();
    assert!(verify(SECRET, Some(&signed), &other, now).is_err(), "another body under the same signature");
    let header = |name: &str| match name {
        "stripe-signature" => Some(signed.clone()),
        _ => Some(head.clone()),
    };
    for provider in providers() {
        if let Ok(hint) = provider.hint(&header, body, now) {
            assert!((1..=255).contains(&hint.event.len()), "an event without a name, or with an endless one");
        }
    }
}

/// Those whose webhooks come; nobody is called.
fn providers() -> &'static [Arc<dyn PaymentProvider>] {
    static PROVIDERS: OnceLock<Vec<Arc<dyn PaymentProvider>>> = OnceLock::new();
    PROVIDERS.get_or_init(|| {
        let (url, key) = ("http://127.0.0.1:9".to_owned(), "sk_fuzz".to_owned());
        let timeout = Duration::from_secs(1);
        let webhook_secret = SECRET.to_owned();
        let stripe = Stripe::new(stripe::Access {
            url: url.clone(),
            key: key.clone(),
            webhook_secret,
            timeout,
            clock: Arc::new(SystemClock),
        });
        let toss = Toss::new(toss::Access { url, key, timeout, clock: Arc::new(SystemClock) });
        let (Ok(stripe), Ok(toss)) = (stripe, toss) else { panic!("there are no providers") };
        let both: Vec<Arc<dyn PaymentProvider>> = vec![Arc::new(stripe), Arc::new(toss)];
        both
    })
}

/// Whatever a provider answers is an amount that can be counted, or none; and it is captured before any of it goes back.
pub fn answer(data: &[u8]) {
    reason(&text(data));
    let Ok(said) = serde_json::from_slice::<Value>(data) else { return };
    let statements =
        [stripe::reading::statement(&said), toss::reading::statement(&said), toss::reading::captured(&said)];
    for statement in statements.into_iter().flatten() {
        let money = (statement.captured.amount, statement.refunded);
        assert!(money.0 >= 0 && money.1 >= 0, "less than nothing: {statement:?}");
        let is_there = statement.standing == Standing::Captured;
        assert!(is_there || money == (0, 0), "money that nobody captured: {statement:?}");
    }
    let refunds = toss::reading::refunds(&said).unwrap_or_default();
    for refund in refunds.into_iter().chain(stripe::reading::refund(&said)) {
        assert!(refund.amount >= 0, "less than nothing: {refund:?}");
    }
}

/// Whatever a refund is for, its key is found in what Toss keeps of it.
fn reason(told: &str) {
    let kept = toss::reading::reason(told, "rf_1");
    assert!(kept.chars().count() <= 200, "longer than it may be");
    let cancel = json!({ "cancelReason": kept, "cancelAmount": 1, "transactionKey": "T1" });
    let refunds = toss::reading::refunds(&json!({ "cancels": [cancel] })).unwrap_or_default();
    let keys: Vec<_> = refunds.iter().map(|refund| refund.key.as_deref()).collect();
    assert_eq!(keys, [Some("rf_1")]);
}

/// A body becomes a value, or is refused in a way its sender can mend; and it is the same body however it is spaced.
pub fn body(data: &[u8]) {
    let raw = text(data);
    let is_json = serde_json::from_str::<IgnoredAny>(&raw).is_ok();
    for read in fed::BODIES {
        let Err(refusal) = read(&raw) else {
            is_read_again(read, &raw);
            continue;
        };
        let status = refusal.status().as_u16();
        // What is JSON is refused at a place of it; what is none may be refused at once.
        assert!(status == 422 || (status == 400 && !is_json), "{status} for {raw}");
        assert_eq!(refusal.errors.is_empty(), status == 400, "{status} for {raw}");
        for place in refusal.errors.iter().map(|error| &error.pointer) {
            assert!(place.is_empty() || place.starts_with('/'), "no JSON pointer: {place}");
            assert!(place.chars().count() <= 200, "a pointer as long as its sender likes: {place}");
        }
    }
    is_kept::<ReserveInput>(&raw);
    is_kept::<OrderInput>(&raw);
    is_kept::<OrderChange>(&raw);
    if let Ok(value) = serde_json::from_str::<Value>(&raw) {
        let is_nothing = value.is_null() || value.as_object().is_some_and(Map::is_empty);
        assert_eq!(fed::says_nothing(&raw), is_nothing, "{raw}");
    }
}

fn is_read_again(read: fed::Reader, raw: &str) {
    let again = serde_json::from_str::<Value>(raw).map(|value| read(&value.to_string()).is_ok());
    assert!(matches!(again, Ok(true)), "it is read, and not when it is written anew: {raw}");
}

/// What was read is written as JSON that reads as the same.
fn is_kept<T: DeserializeOwned + Serialize + PartialEq>(raw: &str) {
    let Ok(value) = fed::read_json::<T>(raw) else { return };
    let written = serde_json::to_string(&value).unwrap_or_default();
    assert!(fed::read_json::<T>(&written).is_ok_and(|again| again == value), "read as another: {written}");
}

/// What the shop writes into its addresses and cookies, it reads as what it wrote.
pub fn address(data: &[u8]) {
    let typed = text(data);
    if let Some(plan) = reread_plan(&typed) {
        assert_eq!(reread_plan(&plan).as_ref(), Some(&plan), "another plan");
    }
    let basket = read_basket(&typed);
    assert_eq!(read_basket(&write_basket(&basket)), basket, "another basket");
    if let Some(near) = Near::read(&typed).map(|near| near.write()) {
        assert_eq!(Near::read(&near).map(|near| near.write()).as_ref(), Some(&near), "another place");
    }
    is_written::<Point>(&typed);
    is_written::<View>(&typed);
    is_written::<Sku>(&typed);
    is_written::<StoreCode>(&typed);
    click(&typed);
    cookies(&typed);
    cursor(data);
}

fn is_written<T: FromStr + Display>(typed: &str) {
    let Ok(written) = typed.parse::<T>().map(|value| value.to_string()) else { return };
    let again = written.parse::<T>().ok().map(|value| value.to_string());
    assert_eq!(again.as_ref(), Some(&written), "read as another: {typed}");
}

/// A click on the middle of a map is where its view is, to the metre that an address can say.
fn click(typed: &str) {
    let Ok(view) = typed.parse::<View>() else { return };
    for sheet in [Sheet::PHONE, Sheet::DESK] {
        let (x, y) = (f64::from(sheet.width) / 2.0, f64::from(sheet.height) / 2.0);
        let hit = clicked(&view.to_string(), sheet.code, x, y);
        assert!(hit.is_none_or(|point| point.distance_m(view.centre()) < 2.0), "{view}: {hit:?}");
    }
}

/// A cookie says what was put into it; and whoever keeps shared pages takes from any cookies the place a page would take.
fn cookies(typed: &str) {
    for secure in [false, true] {
        let site = Site { secure, ..Site::default() };
        let set = set_cookie(&site, "near", typed, REMEMBERED);
        let sent = set.to_str().unwrap_or_default().split(';').next().and_then(sending);
        let said = sent.and_then(|headers| read_cookie(&headers, "near"));
        assert_eq!(said.as_deref(), Some(typed), "another cookie");
    }
    let Some(headers) = sending(typed) else { return };
    let near = |headers: &HeaderMap| read_cookie(headers, "near").and_then(|text| Near::read(&text));
    let known = Known::of(&headers).cookie().map(|cookie| HeaderMap::from_iter([(header::COOKIE, cookie)]));
    assert_eq!(known.as_ref().and_then(near), near(&headers), "another place");
}

fn sending(cookies: &str) -> Option<HeaderMap> {
    let cookies = HeaderValue::from_str(cookies).ok()?;
    Some(HeaderMap::from_iter([(header::COOKIE, cookies)]))
}

/// A cursor belongs to one list and has one spelling.
fn cursor(data: &[u8]) {
    let (own, other) = (fed::mark(&["pen", "-"]), fed::mark(&["pen-", ""]));
    let typed = text(data);
    if let Some(shown) = fed::shown(&typed, &own) {
        assert_eq!(fed::cursor(shown, &own), typed, "a cursor in two spellings");
    }
    let number = data.iter().fold(0_i64, |sum, byte| sum.rotate_left(7) ^ i64::from(*byte));
    let far = Shown { last: (number, !number), count: u32::MAX };
    let written = fed::cursor(far, &own);
    assert_eq!(fed::shown(&written, &own), Some(far));
    assert_eq!(fed::shown(&written, &other), None, "a cursor of another list");
}

pub fn basemap(data: &[u8]) {
    if let Ok(map) = Basemap::parse(data) {
        assert!(map.points() <= data.len(), "more points than bytes");
    }
}

/// An archive is known by its head, and nobody is promised bytes that it does not have.
pub fn tiles(data: &[u8]) {
    let (range, archive) = parted(data, b'\n');
    let Ok(mut file) = tempfile::NamedTempFile::new() else { panic!("there is no room for an archive") };
    assert!(file.write_all(archive).is_ok(), "the archive cannot be written");
    let Ok(tiles) = Tiles::open(&file.path().display().to_string(), None, None, "") else { return };
    assert!(archive.len() >= 127 && archive.starts_with(b"PMTiles\x03"), "this is no archive");
    let Ok(range) = HeaderValue::from_bytes(range) else { return };
    if let Some(part) = tiles.part(&HeaderMap::from_iter([(header::RANGE, range)])) {
        let is_there = part.start() <= part.end() && *part.end() < archive.len() as u64;
        assert!(is_there, "{part:?} of {}", archive.len());
    }
}

/// Folding what was folded changes nothing.
pub fn query(data: &[u8]) {
    let typed = text(data);
    let folded = search::fold(&typed);
    assert_eq!(search::fold(&folded), folded);
    search::tokens(&typed);
    search::normalise(&typed);
}

pub fn price(data: &[u8]) {
    if let Ok(money) = catalog::parse_price(&text(data), Currency::Krw) {
        assert!(money.amount >= 0, "a price below nothing");
    }
}

thread_local! {
    static GROUND: RefCell<Option<(tokio::runtime::Runtime, Db, tempfile::TempDir)>> = const { RefCell::new(None) };
}

const KINDS: [Kind; 4] = [Kind::Stores, Kind::Products, Kind::Stock, Kind::Places];

/// Any bytes as any file, in any letters, by any mapping that comes with the program.
pub fn import(data: &[u8]) {
    let [kind, format, reading, file @ ..] = data else { return };
    let formats = ["csv", "tsv", "jsonl", "json", "google-tsv", "google-xml"];
    let format = formats[usize::from(*format) % formats.len()].parse::<Format>().ok();
    let encodings = [None, Some(Encoding::Utf8), Some(Encoding::EucKr), Some(Encoding::Windows1252)];
    let encoding = encodings[usize::from(*reading) % encodings.len()];
    let built_in = (usize::from(*reading) / encodings.len()).checked_sub(1).and_then(|at| BUILT_IN.get(at));
    let mapping = built_in.and_then(|(name, _)| Mapping::built_in(name).ok()).unwrap_or_default();
    let kind = mapping.kind.unwrap_or(KINDS[usize::from(*kind) % KINDS.len()]);
    try_out(kind, file, Options { format, encoding, mapping, ..Options::default() });
}

/// Any text as a mapping: it is refused in words, or reads the file behind it.
pub fn mapping(data: &[u8]) {
    let [kind, rest @ ..] = data else { return };
    let (mapping, file) = parted(rest, b'\0');
    match Mapping::parse(&text(mapping)) {
        Ok(mapping) => {
            let kind = mapping.kind.unwrap_or(KINDS[usize::from(*kind) % KINDS.len()]);
            try_out(kind, file, Options { mapping, ..Options::default() });
        }
        Err(refusal) => assert!(!refusal.to_string().ends_with(": "), "refused without a word"),
    }
}

/// Every row is accepted, rejected or skipped, and nothing is written by a dry run.
fn try_out(kind: Kind, file: &[u8], options: Options) {
    GROUND.with_borrow_mut(|ground| {
        if ground.is_none() {
            *ground = open();
        }
        let Some((runtime, db, _)) = ground.as_ref() else { panic!("there is no database to import into") };
        let reader = Box::new(Cursor::new(file.to_vec()));
        let source = Source::Stream { name: "fuzz".to_owned(), reader };
        let country = Some("KR".to_owned());
        let options = Options { dry_run: true, now_ms: 1_795_402_800_000, country, ..options };
        let done = runtime.block_on(import::run(db, kind, source, options, &mut |_| {}));
        if let Ok(report) = done {
            assert_eq!(report.rows, report.accepted + report.rejected + report.skipped, "a row got lost");
        }
    });
}

fn open() -> Option<(tokio::runtime::Runtime, Db, tempfile::TempDir)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().ok()?;
    let folder = tempfile::tempdir().ok()?;
    let url = format!("sqlite://{}", folder.path().join("fuzz.db").display());
    let db = runtime.block_on(Db::open(&url)).ok()?;
    Some((runtime, db, folder))
}
