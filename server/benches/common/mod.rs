//! What every benchmark stands on: a child process for what is measured, pinned away from the load; rounds that
//! alternate subject and floor; and a report of ratios. Knows nothing of the shop except how to open it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark that cannot go on ends; each uses a part of what is here"
)]

pub mod books;
pub mod catalogue;
pub mod data;
pub mod durable;
pub mod host;
pub mod load;
pub mod machine;
pub mod meant;
pub mod orders;
pub mod postgres;
pub mod questions;
pub mod report;
pub mod shop;
pub mod table;
pub mod turns;

/// How the benchmark was called.
#[derive(Clone, Copy, Debug)]
pub struct Called {
    /// For trying: short rounds, small sizes.
    pub quick: bool,
}

impl Called {
    pub fn now() -> Called {
        Called { quick: std::env::args().any(|word| word == "--quick") }
    }

    /// One of two sizes.
    pub fn pick<T>(self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// Microseconds of a deed.
pub fn took(deed: impl FnOnce()) -> f64 {
    let start = std::time::Instant::now();
    deed();
    start.elapsed().as_secs_f64() * 1e6
}

/// The middle of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The figure that this share (0 to 1) stays below.
pub fn quantile(figures: &[f64], share: f64) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    let place = ((figures.len().saturating_sub(1)) as f64 * share).round() as usize;
    figures.get(place).copied().unwrap_or(f64::NAN)
}
