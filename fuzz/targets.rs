//! Every parser that reads what strangers write: files of operators, hours, what is scanned or typed at a counter,
//! passes, webhooks, maps, search words, prices. A target takes any bytes and must neither panic nor hang, and what it accepts must be
//! what it says it is. Shared by `cargo fuzz` and by the tests.

use std::{
    cell::RefCell,
    io::Cursor,
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use onshelf_db::Db;
use onshelf_domain::{basemap::Basemap, catalog, fulfilment, search, stores};
use onshelf_server::payments::{
    sign,
    stripe::{self, Stripe},
    toss::{self, Toss},
    verify,
};
use onshelf_shop::{
    PaymentProvider, SystemClock,
    import::{self, Format, Kind, Options, Source},
    testing::{read_pass, sign_pass},
};
use onshelf_vocabulary::Currency;

/// A target with what it begins from.
pub type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

pub const ALL: &[Target] = &[
    ("hours", hours, HOURS),
    ("import", import, FILES),
    ("counter", counter, COUNTERS),
    ("pass", pass, PASSES),
    ("webhook", webhook, WEBHOOKS),
    ("basemap", basemap, MAPS),
    ("query", query, QUERIES),
    ("price", price, PRICES),
];

const HOURS: &[&str] = &[
    "10:30-21:00",
    "Mon: 10-9; Tue: 10-9; Wed: closed",
    "평일 10:00~21:00, 주말 11:00~20:00",
    "Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00; PH off",
    "Monday: 9:00 AM – 9:00 PM | Tuesday: Open 24 hours",
    r#"{"mon":["10:30-21:00"],"sun":[]}"#,
    "22:00-06:00",
];

/// The first byte chooses what the file is said to hold, the second in which format.
const FILES: &[&str] = &[
    "\u{0}\u{0}store code,store name,latitude,longitude,zip,country,hours\njamsil,잠실점,37.5,127.1,05510,KR,10:30-21:00\n",
    "\u{1}\u{0}id,title,price,gtin\nA-1,\"법랑 \"\"주전자\"\"\",38000 KRW,8801234567893\nA-2,x,=1+1,\n",
    "\u{2}\u{1}store\tsku\ton_hand\njamsil\tA-1\t3\n",
    "\u{1}\u{2}{\"sku\":\"A-1\",\"name\":{\"ko\":\"찻잔\"},\"price\":9000}\n",
    "\u{1}\u{3}[{\"sku\":\"A-1\",\"name\":\"cup\",\"images\":[\"a.png\"]}]",
    "\u{1}\u{5}<?xml version=\"1.0\"?><rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel><item><g:id>1</g:id></item></channel></rss>",
    "\u{3}\u{0}name,lat,lng\n성수동,37.54,127.05\n",
];

const COUNTERS: &[&str] = &[
    "R-7K3M-9QXD",
    "7k3m9qxd",
    "4821",
    "https://shop.example/reservations/R-7K3M-9QXD?t=abc",
    "０１２-３４",
];

/// What a pass says before its signature; the target signs it.
const PASSES: &[&str] = &[
    "OS1.k3m9Qx-7aBcD_0.seoul.1795402800",
    "OS1.k3m9Qx-7aBcD_3.seoul.forest.1.1795402800",
    "OS2.a.b.1",
    "OS1.a..-1",
    "OS1....9223372036854775807",
    "OS1.a.b.c.AAAA",
];

/// A signature's header or the name of a transmission, a line's end, and a body.
const WEBHOOKS: &[&str] = &[
    "t=1795402800,v1=00ff\n{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\",\"data\":{\"object\":{\"client_reference_id\":\"P-1\"}}}",
    "t=1795402800,v1=,v1=zz,v0=1\n{\"id\":\"evt_2\",\"type\":\"charge.refunded\",\"data\":{\"object\":{\"metadata\":{\"reference\":\"P-2\"}}}}",
    "transmission-1\n{\"eventType\":\"PAYMENT_STATUS_CHANGED\",\"data\":{\"orderId\":\"P-1-abcdef\",\"status\":\"DONE\"}}",
    "\n{\"orderId\":\"P-1-abcdef\",\"status\":\"DONE\",\"secret\":\"x\"}",
    "t=-9223372036854775808,v1=00\n[]",
];

const MAPS: &[&str] = &[
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},"geometry":{"type":"Polygon","coordinates":[[[127,37],[128,37],[128,38],[127,37]]]}}]}"#,
    r#"{"type":"Topology","arcs":[[[0,0],[1,1]]],"objects":{"a":{"type":"LineString","arcs":[0]}},"transform":{"scale":[1,1],"translate":[0,0]}}"#,
];

const QUERIES: &[&str] = &[
    "법랑 주전자",
    "qjqfkd wnwjswk",
    "enamel kettle 1.5L",
    "ㅂㄹㅈㅈㅈ",
    "A-1/２",
    "\u{1f1f0}\u{1f1f7} ﷽",
    "\u{5a4}\u{1af7}\u{5b4}",
];

const PRICES: &[&str] = &["38000 KRW", "12.90 EUR", "₩38,000", "1e9", "-1", "$1,234.56"];

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
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
/// Noon in Seoul, when [`WEBHOOKS`] were signed. Unix seconds.
const NOON: i64 = 1_795_402_800;

/// A webhook is proven by its signature alone, and what it names can be kept: a name that is neither empty nor endless.
pub fn webhook(data: &[u8]) {
    let Ok(now) = Timestamp::from_second(NOON) else { return };
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (head, body) = (text(&data[..end]), data.get(end + 1..).unwrap_or_default());
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

pub fn basemap(data: &[u8]) {
    if let Ok(map) = Basemap::parse(data) {
        assert!(map.points() <= data.len(), "more points than bytes");
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

/// Any bytes as any file: every row is accepted or rejected, and nothing is written by a dry run.
pub fn import(data: &[u8]) {
    let [kind, format, rest @ ..] = data else { return };
    let kind = [Kind::Stores, Kind::Products, Kind::Stock, Kind::Places][usize::from(*kind) % 4];
    let formats = ["csv", "tsv", "jsonl", "json", "google-tsv", "google-xml"];
    let format = formats[usize::from(*format) % formats.len()].parse::<Format>().ok();
    GROUND.with_borrow_mut(|ground| {
        if ground.is_none() {
            *ground = open();
        }
        let Some((runtime, db, _)) = ground.as_ref() else { panic!("there is no database to import into") };
        let reader = Box::new(Cursor::new(rest.to_vec()));
        let source = Source::Stream { name: "fuzz".to_owned(), reader };
        let options = Options {
            format,
            dry_run: true,
            now_ms: 1_795_402_800_000,
            country: Some("KR".to_owned()),
            ..Options::default()
        };
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
