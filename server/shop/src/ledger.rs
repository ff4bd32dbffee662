//! The audit: proves that the books agree with themselves.

use jiff::Timestamp;
use onshelf_db::{Db, Tx, ledger, meta};

use crate::{
    Error, Result,
    catalog::{OptionDef, are_codes_of},
};

/// Variants in memory at once.
const PAGE: i64 = 1_000;

/// Leaves word that the books were audited, for those who watch that it is done.
pub async fn note_audit(db: &Db, now: Timestamp, faults: usize) -> Result<()> {
    let word = format!("{} {faults}", now.as_millisecond());
    db.write(move |mut tx| {
        let word = word.clone();
        Box::pin(async move { Ok::<_, Error>(meta::set(&mut tx, meta::LAST_AUDIT, &word).await?) })
    })
    .await
}

/// The moment (Unix milliseconds) and the faults of that word.
pub(crate) fn last_audit(word: Option<&str>) -> Option<(i64, i64)> {
    let (at, faults) = word?.split_once(' ')?;
    Some((at.parse().ok()?, faults.parse().ok()?))
}

/// Every fault in the books in words; none is what an operator wants to see.
pub async fn faults(db: &Db, now: Timestamp) -> Result<Vec<String>> {
    let mut reader = db.reader().await?;
    let mut tx = reader.tx();
    let mut faults = Vec::new();
    for off in ledger::levels_off(&mut tx).await? {
        faults.push(format!(
            "on hand: {} at {} is booked as {} but its movements sum to {}",
            off.sku, off.store, off.booked, off.summed
        ));
    }
    for off in ledger::held_off(&mut tx).await? {
        faults.push(format!(
            "held: {} at {} is booked as {} but its live holds sum to {}",
            off.sku, off.store, off.booked, off.summed
        ));
    }
    let numbers = [
        (
            "holds: the live holds of {} do not cover its lines, or outlive it",
            ledger::holds_off(&mut tx, now.as_millisecond()).await?,
        ),
        ("end: {} is over and has no end, or has one and goes on", ledger::ends_off(&mut tx).await?),
        (
            "hand-over: what was handed over for {} is not in the ledger",
            ledger::hand_overs_off(&mut tx).await?,
        ),
        ("total: the lines of {} do not sum to its total", ledger::totals_off(&mut tx).await?),
        ("journey: what left or came for {} is not in the ledger", ledger::journeys_off(&mut tx).await?),
        ("not found: what was missing of {} has not left the book", ledger::losses_off(&mut tx).await?),
        (
            "charge: {} is asked for something else than its lines, its fee and its tax",
            ledger::charges_off(&mut tx).await?,
        ),
        ("sums: what order {} costs is not what its groups cost", ledger::sums_off(&mut tx).await?),
        ("money: the entry {} does not sum to zero", ledger::entries_off(&mut tx).await?),
        ("money: payment {} is not what the book says", ledger::payments_off(&mut tx).await?),
        ("money: order {} keeps more than it is owed", ledger::orders_off(&mut tx).await?),
        ("money: order {} goes on without being paid", ledger::unpaid_off(&mut tx).await?),
        (
            "money: order {} is settled although less came than it costs",
            ledger::underpaid_off(&mut tx).await?,
        ),
        ("money: order {} gave back more than is given up of it", ledger::given_off(&mut tx).await?),
        ("money: {} is not booked as the sale it is", ledger::sales_off(&mut tx).await?),
        ("money: the refund {} was not carried out: a person must look", ledger::refunds_off(&mut tx).await?),
    ];
    for (words, off) in numbers {
        faults.extend(off.iter().map(|number| words.replace("{}", number)));
    }
    faults.extend(options_off(&mut tx).await?);
    Ok(faults)
}

/// Variants nobody can choose: what tells them apart is no option of their product.
async fn options_off(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let (mut faults, mut last) = (Vec::new(), 0);
    loop {
        let page = ledger::chosen_after(tx, last, PAGE).await?;
        let Some(end) = page.last() else { break Ok(faults) };
        last = end.id;
        for row in &page {
            let known: Option<Vec<OptionDef>> = serde_json::from_str(&row.known).ok();
            let chosen: Option<Vec<String>> = serde_json::from_str(&row.chosen).ok();
            let are_known = chosen.zip(known).is_some_and(|(chosen, known)| are_codes_of(&chosen, &known));
            if !are_known {
                faults.push(format!(
                    "catalogue: the options {} of {} are none of its product's",
                    row.chosen, row.sku
                ));
            }
        }
    }
}
