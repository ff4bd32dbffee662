//! Time that passes when told, and chance that comes from a seed.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use onshelf_shop::{Chance, Clock};
use rand::{RngCore, SeedableRng, rngs::StdRng};

/// Monday noon in Seoul, 2026-11-23.
const BEGINNING: i64 = 1_795_402_800_000;

/// Unix milliseconds.
pub struct ToldClock(AtomicI64);

impl ToldClock {
    #[must_use]
    pub fn new() -> ToldClock {
        ToldClock(AtomicI64::new(BEGINNING))
    }

    #[must_use]
    pub fn ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn set(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }

    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ToldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.ms()).unwrap_or(Timestamp::MAX)
    }
}

pub struct SeededChance(Mutex<StdRng>);

impl SeededChance {
    #[must_use]
    pub fn new(seed: u64) -> SeededChance {
        SeededChance(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
