//! The runbook against the program. An alert on what nobody exports never wakes anybody; one without a paragraph wakes
//! somebody who does not know what to do.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use onshelf_server::metrics;
use onshelf_shop::{
    ledger,
    testing::{TestShop, on_each_engine},
};
use regex::Regex;
use serde_json::json;

use crate::{
    call::{Call, options, site, site_with},
    exposition::Exposition,
    metrics::scrape,
};

const RUNBOOK: &str = include_str!("../../../docs/RUNBOOK.md");

/// What a query asks for: a name, and what its labels have to be.
struct Selector {
    name: String,
    matchers: Vec<Matcher>,
}

#[derive(Debug)]
struct Matcher {
    label: String,
    value: String,
    is_pattern: bool,
}

impl Matcher {
    /// Each alternative of a pattern has to be there, and so has what is excluded: else it says nothing.
    fn is_met_by(&self, values: &BTreeSet<&str>) -> bool {
        if !self.is_pattern {
            return values.contains(self.value.as_str());
        }
        self.value.split('|').all(|one| {
            let whole = Regex::new(&format!("^(?:{one})$")).unwrap_or_else(|error| panic!("{one}: {error}"));
            values.iter().any(|value| whole.is_match(value))
        })
    }
}

fn selectors() -> Vec<Selector> {
    // Inside a table a bar needs a backslash, which is not part of the query.
    let text = RUNBOOK.replace("\\|", "|");
    text.match_indices("onshelf_").map(|(at, _)| selector(&text[at..])).collect()
}

fn selector(text: &str) -> Selector {
    let end = text.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let matchers = rest.strip_prefix('{').map(matchers).unwrap_or_default();
    Selector { name: name.to_owned(), matchers }
}

/// `label="value"` and its like with commas between, up to the brace that ends them.
fn matchers(mut text: &str) -> Vec<Matcher> {
    let mut found = Vec::new();
    while !text.starts_with('}') {
        let (head, rest) = text.split_once('"').expect("a value");
        let label = head.trim_start_matches(',').trim_end_matches(['=', '!', '~']);
        let (value, rest) = unquoted(rest);
        found.push(Matcher { label: label.to_owned(), value, is_pattern: head.ends_with('~') });
        text = rest;
    }
    found
}

/// A text up to its closing quote, as Prometheus reads it, and what follows.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => value.push(letter),
        }
    }
    panic!("a value without an end: {text}")
}

/// What is exported once something of everything has happened.
async fn lived(test: &TestShop) -> Exposition {
    let site = site(test);
    Call::post("/api/v1/reservations").key("k").json(&json!({})).on(&site).await;
    // The second comes from memory.
    for path in ["/p/cup", "/p/cup", "/en/p/cup"] {
        assert_eq!(Call::get(path).on(&site).await.status, 200, "{path}");
    }
    let mut full = options();
    full.limits.concurrent = 0;
    assert_eq!(Call::get("/").on(&site_with(test, full)).await.status, 503);
    ledger::note_audit(test.shop.db(), test.shop.now(), 0).await.unwrap();
    // Workers are known once they run.
    metrics::METER.know_worker("expiry");
    scrape(&metrics::router_fresh_for(test.shop.clone(), Duration::ZERO)).await
}

#[tokio::test]
async fn every_name_in_the_runbook_is_exported() {
    on_each_engine(async |test| {
        let said = lived(test).await;
        // A family may have no series yet: nothing was promised.
        let mut names = said.names();
        names.extend(said.families.keys().cloned());
        let all = selectors();
        for Selector { name, matchers } in &all {
            assert!(names.contains(name), "{name} is exported nowhere");
            for matcher in matchers {
                let values = said.values_of(name, &matcher.label);
                assert!(matcher.is_met_by(&values), "{name}: {matcher:?} among {values:?}");
            }
        }
        assert!(all.len() > 10);
        assert!(all.iter().any(|one| one.matchers.iter().any(|matcher| matcher.is_pattern)));
    })
    .await;
}

#[test]
fn slow_pages_are_seen_in_both_languages() {
    let all = selectors();
    let slow = all.iter().find(|one| one.name == "onshelf_http_request_seconds_bucket").unwrap();
    let route = slow.matchers.iter().find(|matcher| matcher.label == "route").unwrap();
    for path in ["/p/cup", "/en/p/cup"] {
        let own = onshelf_app::shared::route(path).unwrap();
        assert!(route.is_met_by(&BTreeSet::from([own])), "{route:?} is not about {own}");
    }
}

/// What stands below a heading, up to the next.
fn section(name: &str) -> &'static str {
    let (_, below) = RUNBOOK.split_once(&format!("\n## {name}\n")).expect("a heading");
    below.split_once("\n## ").map_or(below, |(own, _)| own)
}

#[test]
fn every_alert_has_its_paragraph() {
    let rows = section("Alerts").lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let alerts: Vec<&str> = rows.skip(1).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    let paragraphs: Vec<(String, &str)> = section("What to do")
        .split("\n\n")
        .filter_map(|paragraph| paragraph.trim_start().strip_prefix("**")?.split_once("**"))
        .map(|(heading, text)| (heading.trim_end_matches('.').to_lowercase(), text))
        .collect();
    for alert in alerts {
        let name = alert.to_lowercase();
        let own = paragraphs.iter().find(|(heading, _)| heading.split(", ").any(|one| one == name));
        let (_, text) = own.unwrap_or_else(|| panic!("{alert} has no paragraph under \"What to do\""));
        assert!(text.len() > 80, "{alert}: {text}");
    }
}

fn read_sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn what_is_to_be_looked_for_in_the_log_is_written_there() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["src", "sqlite/src", "shop/src", "../app/src"] {
        read_sources(&server.join(folder), &mut sources);
    }
    let runbook = RUNBOOK.replace('\n', " ");
    let sought = Regex::new("ook for (`[^`]+`(?:(?:,| and| or) `[^`]+`)*)").unwrap();
    let mut found = 0;
    for list in sought.captures_iter(&runbook) {
        for text in list[1].split('`').skip(1).step_by(2) {
            assert!(sources.contains(text), "nobody writes \"{text}\"");
            found += 1;
        }
    }
    assert!(found > 10, "{found}");
}
