//! What a drill counted.

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
}

impl Tally {
    pub fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
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
    }

    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost + self.oversold + self.leaked + self.double_charged == 0 && self.faults.is_empty()
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

    /// The last line of a drill. Faults stand in it only where there are some.
    #[must_use]
    pub fn line(&self, name: &str) -> String {
        let Tally { rounds, acknowledged, lost, oversold, leaked, double_charged, faults } = self;
        let more = if faults.is_empty() { String::new() } else { format!(" faults={}", faults.len()) };
        format!(
            "drill {name}: rounds={rounds} acknowledged={acknowledged} lost={lost} oversold={oversold} \
             leaked={leaked} double_charged={double_charged}{more}"
        )
    }
}
