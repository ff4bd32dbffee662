//! A shorter run that goes wrong as well. Steps are left out, many at a time at first, and what stays is taken again by a shop
//! and a model of its own: each step has its own dice, so that the others still choose as they did. It need not go wrong in
//! the same way; whatever it is, the two do not agree.

use std::time::{Duration, Instant};

use super::{course::Course, replay};
use crate::drills::{Failure, Plan};

/// How long it is looked for; in the tests shorter.
const PATIENCE: Duration = Duration::from_secs(120);
const PATIENCE_IN_SHORT: Duration = Duration::from_secs(30);
/// So many of the last steps are tried by themselves: a long run is too long to be taken again and again.
const LAST: [usize; 5] = [60, 250, 1_000, 4_000, 16_000];

/// Steps that go wrong, while some of them are left out.
pub struct Shrinking {
    steps: Vec<u64>,
    /// How many are left out at a time, and from which place on.
    size: usize,
    at: usize,
    /// Whether any was left out since all places were tried last.
    went_on: bool,
}

impl Shrinking {
    #[must_use]
    pub fn of(steps: Vec<u64>) -> Shrinking {
        let size = steps.len().div_ceil(2).max(1);
        Shrinking { steps, size, at: 0, went_on: false }
    }

    #[must_use]
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    /// Fewer of them, to be tried; none where each was tried to be left out, and all are needed.
    pub fn fewer(&mut self) -> Option<Vec<u64>> {
        loop {
            if self.at < self.steps.len() && self.size < self.steps.len() {
                let rest = self.steps.iter().skip(self.at + self.size);
                return Some(self.steps.iter().take(self.at).chain(rest).copied().collect());
            }
            if self.size == 1 && !self.went_on {
                return None;
            }
            if !self.went_on {
                self.size = self.size.div_ceil(2);
            }
            (self.at, self.went_on) = (0, false);
        }
    }

    /// At which place what was tried went wrong, if it did: what would have come after that is needed for nothing.
    pub fn tell(&mut self, tried: &[u64], wrong_at: Option<usize>) {
        match wrong_at {
            Some(place) => {
                self.steps = tried.iter().take(place + 1).copied().collect();
                self.went_on = true;
            }
            None => self.at += self.size,
        }
    }
}

/// Looks for a shorter run than these steps, the last of which went wrong, and says how it is taken.
pub async fn tell_shorter(plan: &Plan, steps: &[u64]) {
    let ends = Instant::now() + if plan.short { PATIENCE_IN_SHORT } else { PATIENCE };
    match shorter(plan, steps, ends).await {
        Ok(Some(fewer)) => println!("{} of these steps go wrong, too: {}", fewer.len(), replay(plan, &fewer)),
        Ok(None) => println!("no shorter run was found that goes wrong"),
        Err(error) => println!("no shorter run could be looked for: {error}"),
    }
}

async fn shorter(plan: &Plan, steps: &[u64], ends: Instant) -> Result<Option<Vec<u64>>, Failure> {
    let Some(last) = last_of(plan, steps, ends).await? else { return Ok(None) };
    let mut shrinking = Shrinking::of(last);
    while let Some(fewer) = shrinking.fewer() {
        if Instant::now() >= ends {
            break;
        }
        let wrong_at = goes_wrong(plan, &fewer, ends).await?;
        shrinking.tell(&fewer, wrong_at);
    }
    let is_shorter = shrinking.steps().len() < steps.len();
    Ok(is_shorter.then(|| shrinking.steps().to_vec()))
}

/// The last of these steps, as many as it takes to go wrong; all of them where they are few.
async fn last_of(plan: &Plan, steps: &[u64], ends: Instant) -> Result<Option<Vec<u64>>, Failure> {
    for count in LAST {
        let Some((_, last)) = steps.len().checked_sub(count).map(|before| steps.split_at(before)) else {
            return Ok(Some(steps.to_vec()));
        };
        if let Some(place) = goes_wrong(plan, last, ends).await? {
            return Ok(Some(last.iter().take(place + 1).copied().collect()));
        }
    }
    Ok(None)
}

/// At which place these steps go wrong; none where they do not, or not in time.
async fn goes_wrong(plan: &Plan, steps: &[u64], ends: Instant) -> Result<Option<usize>, Failure> {
    if Instant::now() >= ends {
        return Ok(None);
    }
    let mut course = Course::begin(plan).await?;
    let went = Box::pin(course.go(plan, steps, Some(ends))).await;
    course.clear_up().await;
    Ok(went.wrong.map(|_| went.taken - 1))
}
