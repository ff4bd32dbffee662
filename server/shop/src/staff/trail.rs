//! What staff read stands in the trail, as what they do does.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::Associate;
use crate::{Error, Result, Shop, stores::Store};

/// A board that is open shows itself anew with every change: one line for so long says it. Milliseconds.
const SAME_LOOK: i64 = 10 * 60_000;
/// More pairs of people and stores than this are not remembered: a line too many is no harm.
const PAIRS: usize = 10_000;

/// Whose look at which board was written down when, by this process.
#[derive(Default)]
pub(crate) struct Looks(Mutex<HashMap<(i64, i64), i64>>);

impl Looks {
    /// Whether a look now is a new one; it is remembered as such.
    fn is_new(&self, who: i64, store: i64, now: i64) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.get(&(who, store)).is_some_and(|at| (*at..*at + SAME_LOOK).contains(&now)) {
            return false;
        }
        if looks.len() >= PAIRS {
            looks.clear();
        }
        looks.insert((who, store), now);
        true
    }
}

impl Shop {
    /// Somebody looked at a store's board.
    pub(super) async fn note_board(&self, who: &Associate, store: &Store) -> Result<()> {
        if self.inner.looks.is_new(who.id, store.id, self.now_ms()) {
            self.note_read(who, "board", store.code.as_str()).await?;
        }
        Ok(())
    }

    /// Somebody was shown what `subject` names.
    pub(super) async fn note_read(&self, who: &Associate, what: &str, subject: &str) -> Result<()> {
        let (actor, deed, subject, now) =
            (who.actor(), format!("read.{what}"), subject.to_owned(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (actor, deed, subject) = (actor.clone(), deed.clone(), subject.clone());
                Box::pin(async move {
                    Ok::<_, Error>(onshelf_db::staff::trail(&mut tx, &actor, &deed, &subject, now).await?)
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_that_stays_open_is_one_look() {
        let looks = Looks::default();
        for (who, store, now, new) in [
            (1, 1, 0, true),
            (1, 1, SAME_LOOK - 1, false),
            (2, 1, 5, true),
            (1, 2, 5, true),
            (1, 1, SAME_LOOK, true),
        ] {
            assert_eq!(looks.is_new(who, store, now), new, "{who} {store} {now}");
        }
    }
}
