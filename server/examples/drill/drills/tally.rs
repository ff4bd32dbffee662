//! What a drill counted.

use super::Failure;

/// Counts of one run, and what was wrong in words.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub rounds: u64,
    /// Answers that told a client its deed was done.
    pub acknowledged: u64,
    /// Deeds that were acknowledged and are not in the books.
    pub lost: u64,
    /// Units sold or held beyond what there was.
    pub oversold: u64,
    /// Units held for nobody, or deeds in the books that nobody was told of.
    pub leaked: u64,
    /// Deeds that took effect twice.
    pub double_charged: u64,
    /// Everything else that should not have been.
    pub faults: Vec<String>,
    /// What was not tried, and why.
    pub skipped: Vec<String>,
    /// Whether some of that could not be set up, which nobody may skip.
    pub not_set_up: bool,
}

impl Tally {
    /// Of a drill that was not begun.
    #[must_use]
    pub fn not_run(why: &str) -> Tally {
        Tally { skipped: vec![why.to_owned()], ..Tally::default() }
    }

    pub fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    /// Something could not be tried here.
    pub fn skip(&mut self, why: impl Into<String>) {
        self.skipped.push(why.into());
    }

    /// A part that could not be set up.
    pub fn set_up_failed(&mut self, error: &Failure) {
        self.skip(error.to_string());
        self.not_set_up = true;
    }

    /// Adds what a part of a run came to. Where it could not be set up, what the other parts counted stays.
    pub fn add_part(&mut self, part: Result<Tally, Failure>) {
        match part {
            Ok(part) => self.add(part),
            Err(error) => self.set_up_failed(&error),
        }
    }

    /// What fails once a part is set up is a fault of the subject, and what was counted by then stays.
    pub fn blame<T>(&mut self, outcome: Result<T, Failure>) -> Option<T> {
        outcome.map_err(|error| self.fault(error.to_string())).ok()
    }

    /// Adds `text` to the faults unless `kept`.
    pub fn check(&mut self, kept: bool, text: impl FnOnce() -> String) {
        if !kept {
            self.faults.push(text());
        }
    }

    pub fn add(&mut self, other: Tally) {
        self.rounds += other.rounds;
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.oversold += other.oversold;
        self.leaked += other.leaked;
        self.double_charged += other.double_charged;
        self.faults.extend(other.faults);
        self.skipped.extend(other.skipped);
        self.not_set_up |= other.not_set_up;
    }

    /// The end of a run: one in which nobody was told that anything was done has tried nothing, however clean it is.
    pub fn close(&mut self) {
        let idle = self.rounds > 0 && self.acknowledged == 0;
        self.check(!idle, || "nothing was acknowledged, so that nothing was tried".to_owned());
    }

    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost + self.oversold + self.leaked + self.double_charged == 0 && self.faults.is_empty()
    }

    /// As a program's exit code: 0 where all was tried and nothing was lost, 1 where something was, 2 where something
    /// could not be tried and nobody said that this may be, or could not be set up.
    #[must_use]
    pub fn verdict(&self, may_skip: bool) -> u8 {
        let is_whole = self.rounds > 0 && self.skipped.is_empty();
        match (self.is_clean(), is_whole || (may_skip && !self.not_set_up)) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 0,
        }
    }

    /// The faults with how many of each there are: those that differ only in numbers and references are alike.
    #[must_use]
    pub fn told_faults(&self) -> Vec<(&str, usize)> {
        let shape = |text: &str| -> String {
            let words = text.split(|c: char| !c.is_alphabetic());
            words.filter(|word| !word.is_empty() && !word.chars().all(|c| c.is_ascii_hexdigit())).collect()
        };
        let mut told: Vec<(String, &str, usize)> = Vec::new();
        for fault in &self.faults {
            let own = shape(fault);
            match told.iter_mut().find(|(shape, ..)| *shape == own) {
                Some((.., alike)) => *alike += 1,
                None => told.push((own, fault, 1)),
            }
        }
        told.into_iter().map(|(_, fault, alike)| (fault, alike)).collect()
    }

    /// The last line of a drill. Faults, and what was not tried, stand in it only where there are some.
    #[must_use]
    pub fn line(&self, name: &str) -> String {
        let Tally { rounds, acknowledged, lost, oversold, leaked, double_charged, faults, skipped, .. } =
            self;
        let some = |name: &str, list: &[String]| match list.len() {
            0 => String::new(),
            count => format!(" {name}={count}"),
        };
        let more = some("faults", faults) + &some("skipped", skipped);
        format!(
            "drill {name}: rounds={rounds} acknowledged={acknowledged} lost={lost} oversold={oversold} \
             leaked={leaked} double_charged={double_charged}{more}"
        )
    }
}
