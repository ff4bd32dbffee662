//! What an answer has read of the shelves, noted while it is made, so that whoever keeps the answer can tell whether
//! it is still true. Knows nothing of pages.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU64, Ordering},
};

/// Facts share this many counters. Two facts on one counter only make an answer be made once more than needed.
const COUNTERS: usize = 8_192;
/// No counter gets as far as this.
const NEVER: u64 = u64::MAX;

/// What can change under an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fact {
    /// All shelves of a variant.
    Variant(i64),
    /// How many reservations a store has still to pick.
    Queue(i64),
}

impl Fact {
    /// Ids count up from one, so neighbours must not fall on one counter; queues start half a round further on.
    fn counter(self) -> u16 {
        let place = match self {
            Fact::Variant(id) => id.unsigned_abs(),
            Fact::Queue(id) => id.unsigned_abs().wrapping_mul(7).wrapping_add(COUNTERS as u64 / 2),
        };
        u16::try_from(place % COUNTERS as u64).unwrap_or(0)
    }
}

/// One counter for each group of facts, and one for all of them; each grows after a fact has changed.
#[derive(Debug)]
pub(super) struct Versions {
    counters: Box<[AtomicU64]>,
    all: AtomicU64,
}

impl Default for Versions {
    fn default() -> Versions {
        let counters = (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Versions { counters, all: AtomicU64::new(0) }
    }
}

impl Versions {
    // The one of all comes last: whoever sees it grown sees the others grown, too.
    pub(super) fn raise(&self, fact: Fact) {
        self.counters[usize::from(fact.counter())].fetch_add(1, Ordering::Release);
        self.all.fetch_add(1, Ordering::Release);
    }

    /// After everything may have changed.
    pub(super) fn raise_all(&self) {
        for counter in &self.counters {
            counter.fetch_add(1, Ordering::Release);
        }
        self.all.fetch_add(1, Ordering::Release);
    }

    fn of(&self, counter: u16) -> u64 {
        self.counters[usize::from(counter)].load(Ordering::Acquire)
    }

    /// Notes a fact that is about to be read, if anybody takes notes. Before and not after: a change between the
    /// two then makes the answer too old, and never makes an old answer look new.
    pub(super) fn note(&self, fact: Fact) {
        let _ = NOTES.try_with(|notes| notes.borrow_mut().note(fact.counter(), self));
    }

    /// A list has read hundreds of shelves. They are walked once after each change in the shop; while nothing has
    /// changed anywhere, one look is enough.
    pub(super) fn still(&self, reading: &Reading) -> bool {
        let all = self.all.load(Ordering::Acquire);
        if reading.proved.load(Ordering::Relaxed) == all {
            return true;
        }
        let sum = reading.counters.iter().fold(0, |sum: u64, counter| sum.wrapping_add(self.of(*counter)));
        let holds = sum == reading.sum;
        if holds {
            reading.proved.store(all, Ordering::Relaxed);
        }
        holds
    }
}

tokio::task_local! {
    static NOTES: RefCell<Notes>;
}

struct Notes {
    seen: Box<[u64; COUNTERS / 64]>,
    reading: Reading,
}

impl Notes {
    fn note(&mut self, counter: u16, versions: &Versions) {
        let (word, bit) = (usize::from(counter / 64), 1 << (counter % 64));
        if self.seen[word] & bit == 0 {
            self.seen[word] |= bit;
            self.reading.counters.push(counter);
            self.reading.sum = self.reading.sum.wrapping_add(versions.of(counter));
        }
    }
}

/// What was read, as it stood when it was read. Counters only grow, so their sum tells whether any has.
#[derive(Debug)]
pub struct Reading {
    counters: Vec<u16>,
    sum: u64,
    /// The counter of all facts when the sum was last found to be true.
    proved: AtomicU64,
    /// Unix milliseconds at which a hold that was counted runs out; `i64::MAX` where there is none.
    until: i64,
}

impl Reading {
    fn nothing() -> Reading {
        Reading { counters: Vec::new(), sum: 0, proved: AtomicU64::new(NEVER), until: i64::MAX }
    }

    /// The moment (Unix milliseconds) from which a number may be another one by itself.
    #[must_use]
    pub fn until(&self) -> i64 {
        self.until
    }

    /// Bytes it takes, to be counted with the answer it belongs to.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Reading>() + self.counters.capacity() * size_of::<u16>()
    }
}

/// Notes that an answer counts on a hold until a moment.
pub(super) fn note_hold(expires_at: i64) {
    let _ = NOTES.try_with(|notes| {
        let reading = &mut notes.borrow_mut().reading;
        reading.until = reading.until.min(expires_at);
    });
}

/// Runs `work` and gives back what it read beside what it answered.
pub(super) async fn noting<F: Future>(work: F) -> (F::Output, Reading) {
    let notes = Notes { seen: Box::new([0; COUNTERS / 64]), reading: Reading::nothing() };
    let noted = async {
        let output = work.await;
        let take =
            |notes: &RefCell<Notes>| std::mem::replace(&mut notes.borrow_mut().reading, Reading::nothing());
        (output, NOTES.with(take))
    };
    NOTES.scope(RefCell::new(notes), noted).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_read_and_changed_is_no_longer_true() {
        let versions = Versions::default();
        let read = async {
            versions.note(Fact::Variant(7));
            versions.note(Fact::Variant(7));
            versions.note(Fact::Queue(7));
            note_hold(50);
            note_hold(90);
            "answer"
        };
        let (answer, reading) = noting(read).await;
        assert_eq!((answer, reading.counters.len(), reading.until()), ("answer", 2, 50));
        versions.raise(Fact::Variant(8));
        assert!(versions.still(&reading));
        // Proved by one look now, and no longer after the next change.
        assert!(versions.still(&reading));
        versions.raise(Fact::Queue(7));
        assert!(!versions.still(&reading) && !versions.still(&reading));
    }

    #[tokio::test]
    async fn what_was_true_is_no_longer_when_everything_may_have_changed() {
        let versions = Versions::default();
        let (_, reading) = noting(async { versions.note(Fact::Variant(1)) }).await;
        assert!(versions.still(&reading) && versions.still(&reading));
        versions.raise_all();
        assert!(!versions.still(&reading));
    }

    #[tokio::test]
    async fn a_change_while_it_is_made_counts() {
        let versions = Versions::default();
        let (_, reading) = noting(async {
            versions.note(Fact::Variant(1));
            versions.raise(Fact::Variant(1));
        })
        .await;
        assert!(!versions.still(&reading));
        // Nobody takes notes here, and nothing breaks.
        versions.note(Fact::Variant(1));
    }
}
