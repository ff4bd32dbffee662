//! The choices of one step. Every step has dice of its own, made of the seed and its number alone: where steps are left out,
//! the others still choose as they did.

use rand::{RngCore, SeedableRng, rngs::StdRng};

pub struct Dice(StdRng);

impl Dice {
    #[must_use]
    pub fn of(seed: u64, step: u64) -> Dice {
        // Far apart, so that neighbours have nothing in common.
        Dice(StdRng::seed_from_u64(seed ^ step.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// From 0 to `count`, which is left out; 0 where there is nothing to choose from. It is one throw, however many there
    /// are, so that it moves no choice that comes after it.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap_or(0) % count.max(1)
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + i64::from(self.0.next_u32()) % (most - least + 1).max(1)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: u32) -> bool {
        self.0.next_u32() % 100 < times
    }
}
