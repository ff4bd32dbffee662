//! Whether the books still agree with themselves when all is written: a rate at which something is lost is none.

use onshelf_db::{Db, stock};
use onshelf_shop::{Clock, SystemClock, ledger};

/// Faults that are told: the first ones show what is wrong with all.
const TOLD: usize = 10;
/// Milliseconds that one question of the audit may take on PostgreSQL: a shop's own limit is meant for pages, and here
/// hundreds of thousands of reservations are looked through.
const PATIENCE: u64 = 600_000;

/// Ends the benchmark where `onshelf audit --offline` would find a fault; answers how many units are held.
pub async fn audited(what: &str, url: &str) -> i64 {
    let db = Db::open(&patient(url)).await.unwrap();
    let faults = ledger::faults(&db, SystemClock.now()).await.unwrap();
    let told: Vec<&str> = faults.iter().take(TOLD).map(String::as_str).collect();
    assert!(faults.is_empty(), "{what}: the audit finds {} faults:\n{}", faults.len(), told.join("\n"));
    let mut reader = db.reader().await.unwrap();
    let (_, held) = stock::held_in_all(&mut reader.tx()).await.unwrap();
    drop(reader);
    db.close().await;
    println!("{what}: the books agree with themselves, {held} units held");
    held
}

fn patient(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    format!("{url}?options[statement_timeout]={PATIENCE}")
}
