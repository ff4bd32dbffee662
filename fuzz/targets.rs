//! Every parser that reads what strangers write: files of operators, hours, what is scanned or typed at a counter,
//! maps, search words, prices. A target takes any bytes and must neither panic nor hang, and what it accepts must be
//! what it says it is. Shared by `cargo fuzz` and by the tests.

use std::{cell::RefCell, io::Cursor};

use onshelf_db::Db;
use onshelf_domain::{basemap::Basemap, catalog, fulfilment, search, stores};
use onshelf_shop::import::{self, Format, Kind, Options, Source};
use onshelf_vocabulary::Currency;

/// A target with what it begins from.
pub type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

pub const ALL: &[Target] = &[
    ("hours", hours, HOURS),
    ("import", import, FILES),
    ("counter", counter, COUNTERS),
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

const MAPS: &[&str] = &[
    r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},"geometry":{"type":"Polygon","coordinates":[[[127,37],[128,37],[128,38],[127,37]]]}}]}"#,
    r#"{"type":"Topology","arcs":[[[0,0],[1,1]]],"objects":{"a":{"type":"LineString","arcs":[0]}},"transform":{"scale":[1,1],"translate":[0,0]}}"#,
];

const QUERIES: &[&str] =
    &["법랑 주전자", "qjqfkd wnwjswk", "enamel kettle 1.5L", "ㅂㄹㅈㅈㅈ", "A-1/２", "\u{1f1f0}\u{1f1f7} ﷽"];

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
