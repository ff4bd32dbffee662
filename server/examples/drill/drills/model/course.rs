//! A run: steps that are taken one after the other, in the shop and in the model, until the two do not agree.

use std::{collections::VecDeque, time::Instant};

use super::{
    Deed,
    choice::choose,
    dice::Dice,
    ledger::{Ledger, Outcome},
    shop::Subject,
};
use crate::drills::{Failure, Plan, Tally, books::audit_here, ground::Ground};

/// On each shelf of the first store at the beginning.
const INITIAL: i64 = 12;
/// Deeds told where a run goes wrong.
const TOLD: usize = 12;

/// A shop of its own and the model of it.
pub struct Course {
    ground: Ground,
    subject: Subject,
    ledger: Ledger,
}

/// Where the two do not agree.
pub struct Wrong {
    step: u64,
    faults: Vec<String>,
    /// The last deeds, and what the model has of what the very last one was done to.
    told: VecDeque<String>,
    has: Option<String>,
}

/// How far a run came.
#[derive(Default)]
pub struct Went {
    /// Steps that were taken.
    pub taken: usize,
    /// Those of them that the shop did.
    pub done: u64,
    pub wrong: Option<Wrong>,
}

impl Wrong {
    pub fn tell(&self, tally: &mut Tally) {
        self.faults.iter().for_each(|text| tally.fault(format!("step {}: {text}", self.step)));
        self.told.iter().for_each(|line| println!("  {line}"));
        if let Some(has) = &self.has {
            println!("  the model has {has}");
        }
    }
}

impl Course {
    pub async fn begin(plan: &Plan) -> Result<Course, Failure> {
        // Nothing here is about the disk: in memory a million steps take minutes.
        let ground = Ground::quick(plan, INITIAL).await?;
        let subject = Subject::open(&ground.url, plan.seed).await?;
        let ledger = Ledger::new(INITIAL, subject.now());
        Ok(Course { ground, subject, ledger })
    }

    /// Takes these steps in their order, as many as it can before that moment.
    pub async fn go(&mut self, plan: &Plan, steps: &[u64], ends: Option<Instant>) -> Went {
        let (mut went, mut told) = (Went::default(), VecDeque::new());
        for step in steps {
            if ends.is_some_and(|ends| Instant::now() >= ends) {
                break;
            }
            self.ledger.forget();
            let deed = choose(&mut Dice::of(plan.seed, *step), &self.ledger);
            let expected = self.ledger.expect(&deed);
            let outcome = Box::pin(self.subject.carry_out(&deed, &mut self.ledger)).await;
            // An error is an answer as well, and nobody's but a wrong one.
            let said =
                outcome.as_ref().map_or_else(|error| format!("{error}"), |outcome| format!("{outcome:?}"));
            told.push_back(format!("{step}: {deed:?} -> {said}"));
            if told.len() > TOLD {
                told.pop_front();
            }
            went.taken += 1;
            went.done += u64::from(matches!(outcome, Ok(Outcome::Done)));
            let mut faults = Vec::new();
            if !outcome.is_ok_and(|outcome| outcome == expected) {
                faults.push(format!("the shop answered {said}, the model {expected:?}"));
            }
            self.look_over(plan, went.taken, went.taken == steps.len(), &mut faults).await;
            if !faults.is_empty() {
                let has = self.had(&deed);
                went.wrong = Some(Wrong { step: *step, faults, told, has });
                break;
            }
        }
        went
    }

    /// What the model has of what a deed was done to.
    fn had(&self, deed: &Deed) -> Option<String> {
        let booking = self.ledger.bookings().get(deed.booking()?)?;
        Some(format!("{booking:?}"))
    }

    /// Now and then everything is compared, and the books are asked themselves, and both at the end. That they cannot be read
    /// is as wrong as what they say.
    async fn look_over(&self, plan: &Plan, taken: usize, is_last: bool, faults: &mut Vec<String>) {
        let audit_every = if plan.short { 500 } else { 25_000 };
        let found =
            |looked: Result<Vec<String>, Failure>| looked.unwrap_or_else(|error| vec![error.to_string()]);
        if faults.is_empty() && (is_last || taken.is_multiple_of(20)) {
            faults.extend(found(self.subject.differences(&self.ledger).await));
        }
        let is_milestone = taken.is_multiple_of(audit_every);
        if is_last || is_milestone {
            faults.extend(found(self.subject.audit().await));
        }
        if is_milestone && !plan.short {
            println!("{taken} steps");
        }
    }

    /// Says what was done, has the books audited, and clears up.
    pub async fn close(self, went: &Went, tally: &mut Tally) {
        println!(
            "{}: {} steps, {} bookings, {} orders, {} answers that were refusals",
            self.ground.engine(),
            went.taken,
            self.ledger.made,
            self.ledger.orders().len(),
            went.taken as u64 - went.done
        );
        audit_here(&self.subject.shop, tally).await;
        self.clear_up().await;
    }

    pub async fn clear_up(self) {
        self.subject.close().await;
        self.ground.clear().await;
    }
}
