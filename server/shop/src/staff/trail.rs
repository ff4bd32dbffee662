//! What staff read stands in the trail, as what they do does.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::Associate;
use crate::{Error, Result, Shop, stores::Store};

/// What is open shows itself anew every moment: one line for so long says that it was looked at. Milliseconds.
const SAME_LOOK: i64 = 10 * 60_000;
/// More looks than this are not remembered: a line too many is no harm.
const PAIRS: usize = 10_000;

/// Whose look at what was written down when, by this process.
#[derive(Default)]
pub(crate) struct Looks(Mutex<HashMap<(i64, String), i64>>);

impl Looks {
    /// Whether a look now is a new one; it is remembered as such.
    fn is_new(&self, who: i64, what: &str, now: i64) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let look = (who, what.to_owned());
        if looks.get(&look).is_some_and(|at| (*at..*at + SAME_LOOK).contains(&now)) {
            return false;
        }
        if looks.len() >= PAIRS {
            looks.clear();
        }
        looks.insert(look, now);
        true
    }
}

impl Shop {
    /// Somebody looked at a store's board.
    pub(super) async fn note_board(&self, who: &Associate, store: &Store) -> Result<()> {
        self.note_read(who, "board", store.code.as_str()).await
    }

    /// Somebody was shown what `subject` names.
    pub(super) async fn note_read(&self, who: &Associate, what: &str, subject: &str) -> Result<()> {
        let (actor, deed, subject, now) =
            (who.actor(), format!("read.{what}"), subject.to_owned(), self.now_ms());
        if !self.inner.looks.is_new(who.id, &format!("{deed} {subject}"), now) {
            return Ok(());
        }
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
    fn what_stays_open_is_one_look() {
        let looks = Looks::default();
        for (who, what, now, new) in [
            (1, "read.board a", 0, true),
            (1, "read.board a", SAME_LOOK - 1, false),
            (2, "read.board a", 5, true),
            (1, "read.board b", 5, true),
            (1, "read.look_up a", 5, true),
            (1, "read.board a", SAME_LOOK, true),
        ] {
            assert_eq!(looks.is_new(who, what, now), new, "{who} {what} {now}");
        }
    }
}
