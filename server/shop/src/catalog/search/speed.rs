//! The search measured on 625,000 real product names. Run by hand, in release:
//! `cargo test --release -p onshelf-shop search::speed -- --ignored --nocapture`

use super::{Document, SearchIndex};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

struct Row {
    gtin: String,
    name: String,
    brand: String,
}

/// The rows of the shared product file, or none (with a line that says so) where it is absent.
fn rows() -> Option<Vec<Row>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/products/uhtt_latin_625k.csv.zst");
    let file = std::env::var_os("ONSHELF_PRODUCTS").map_or(file, PathBuf::from);
    if !file.exists() {
        eprintln!("skipped: no {}", file.display());
        return None;
    }
    let mut child = Command::new("zstd").arg("-dc").arg(&file).stdout(Stdio::piped()).spawn().ok()?;
    let lines = BufReader::new(child.stdout.take()?).lines().skip(1).map_while(Result::ok);
    let rows = lines.filter_map(|line| row(&line)).collect();
    child.wait().ok()?;
    Some(rows)
}

fn row(line: &str) -> Option<Row> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut()?.push(c),
        }
    }
    let mut fields = fields.into_iter();
    Some(Row { gtin: fields.next()?, name: fields.next()?, brand: fields.nth(2)? })
}

fn measure(index: &SearchIndex, kind: &str, queries: &[String], limit: usize) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    let (mut found, mut total) = (0, 0);
    let mut slowest = (0.0, "");
    for query in queries {
        let start = Instant::now();
        let hits = index.search(query, limit);
        let time = start.elapsed().as_secs_f64() * 1e6;
        times.push(time);
        total += hits.total;
        found += usize::from(hits.total > 0);
        if time > slowest.0 {
            slowest = (time, query);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    let count = queries.len();
    eprintln!(
        "{kind:<22} limit {limit:>5}: p50 {:>7.0} µs, p95 {:>7.0}, p99 {:>7.0}, max {:>7.0} ({:.30}); {found}/{count} found, {} hits each",
        at(50),
        at(95),
        at(99),
        slowest.0,
        slowest.1,
        total / count
    );
    at(50)
}

fn sample(rows: &[Row], step: usize, make: impl Fn(&[&str]) -> Option<String>) -> Vec<String> {
    let picked = rows.iter().step_by(step).filter_map(|row| {
        let words: Vec<&str> = row
            .name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| w.len() > 3 && !w.contains(|c: char| c.is_ascii_digit()))
            .collect();
        make(&words)
    });
    picked.take(1_000).collect()
}

fn swapped(word: &str) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    let at = chars.len() / 2;
    chars.swap(at - 1, at);
    chars.into_iter().collect()
}

#[test]
#[ignore = "a measurement: run it in release, with the shared data"]
fn six_hundred_thousand_products() {
    let Some(rows) = rows() else { return };
    let start = Instant::now();
    let documents: Vec<([&str; 1], [&str; 1], [&str; 1])> =
        rows.iter().map(|row| ([row.name.as_str()], [row.brand.as_str()], [row.gtin.as_str()])).collect();
    let index = SearchIndex::build(
        None,
        documents.iter().zip(0_u32..).map(|((names, brands, gtins), ordinal)| Document {
            ordinal,
            names,
            brands,
            gtins,
            ..Document::default()
        }),
    )
    .unwrap();
    eprintln!(
        "{index:?} built in {:.1} s; {} MB of heap, {} MB of postings and dictionaries",
        start.elapsed().as_secs_f64(),
        index.heap_bytes() / 1_000_000,
        index.file_bytes() / 1_000_000
    );
    let one = sample(&rows, 611, |words| words.first().map(|w| (*w).to_owned()));
    let two = sample(&rows, 607, |words| Some(format!("{} {}", words.first()?, words.get(1)?)));
    let three =
        sample(&rows, 601, |words| Some(format!("{} {} {}", words.first()?, words.get(1)?, words.get(2)?)));
    let prefix = sample(&rows, 599, |words| Some(format!("{} {}", words.first()?, words.get(1)?.get(..3)?)));
    let typo = sample(&rows, 593, |words| Some(format!("{} {}", words.first()?, swapped(words.get(1)?))));
    let unrelated =
        sample(&rows, 587, |words| Some(format!("{} {} unheardof", words.first()?, words.get(1)?)));
    let gtins: Vec<String> = rows.iter().step_by(619).take(1_000).map(|row| row.gtin.clone()).collect();
    let letters: Vec<String> = ('a'..='z').map(String::from).collect();
    let kinds = [
        ("one word", &one),
        ("two words", &two),
        ("three words", &three),
        ("second word begun", &prefix),
        ("letters swapped", &typo),
        ("a word too many", &unrelated),
        ("GTIN", &gtins),
        ("one letter", &letters),
    ];
    let mut medians = Vec::new();
    for (kind, queries) in kinds {
        medians.push((kind, measure(&index, kind, queries, 24)));
    }
    measure(&index, "one word", &one, 10_000);
    measure(&index, "two words", &two, 10_000);
    let hostile: Vec<String> =
        (0..50).map(|n| (0..12).map(|w| format!("xq{n}zzvkunheard{w} ")).collect()).collect();
    measure(&index, "twelve unknown words", &hostile, 24);
    let common: Vec<String> = vec!["a b c d e f g h i j k l m n o p q r s t u v w x y z".to_owned(); 20];
    measure(&index, "every letter", &common, 24);
    let start = Instant::now();
    prefix.iter().for_each(|text| assert!(index.suggest(text, 8).len() <= 8));
    eprintln!("suggest: {:.0} µs each", start.elapsed().as_secs_f64() * 1e6 / prefix.len() as f64);
    for (kind, median) in
        medians.into_iter().filter(|each| ["one word", "two words", "three words", "GTIN"].contains(&each.0))
    {
        assert!(median <= 500.0, "{kind}: {median} µs");
    }
}
