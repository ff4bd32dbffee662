//! A message as plain text: for mail programs that want it, and for people who read by ear.

use super::letter::{Letter, Link};

pub(super) fn render(letter: &Letter) -> String {
    let mut parts = vec![letter.heading.clone()];
    parts.extend(letter.lead.iter().cloned());
    parts.push(joined(letter.facts.iter().map(|(label, value)| format!("{label}: {value}"))));
    if let Some(counter) = &letter.counter {
        parts.push(format!("{}: {}\n{}", counter.label, counter.code, counter.hint));
    }
    parts.push(link(&letter.action));
    if let Some(elsewhere) = &letter.elsewhere {
        let stores =
            elsewhere.stores.iter().map(|(link, note)| format!("- {} ({note})\n  {}", link.label, link.href));
        parts.push(format!("{}\n{}", elsewhere.heading, joined(stores)));
    }
    let lines = letter.lines.iter().map(|row| format!("- {} ({}) {}", row.name, row.note, row.sum));
    parts.push(format!("{}\n{}: {}", joined(lines), letter.total.0, letter.total.1));
    let store = &letter.store;
    let place = std::iter::once(store.heading.clone()).chain(store.lines.iter().cloned());
    parts.push(joined(place.chain(store.directions.iter().map(link))));
    parts.extend(letter.cancel.as_ref().map(link));
    parts.push(format!("-- \n{}\n{}\n{}", letter.brand, letter.home, letter.reason));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

fn link(link: &Link) -> String {
    format!("{}: {}", link.label, link.href)
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}
