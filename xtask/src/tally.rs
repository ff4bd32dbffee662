//! Counting what passed and what failed, also from what test programs print, and keeping the names of what failed:
//! whoever sees only the end of a long log has to see them.

use std::ops::AddAssign;

/// More names than this help nobody.
const KEPT: usize = 40;
/// How much of a line is kept.
const WIDTH: usize = 240;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    /// What failed or needed a second try, and what it said of it, in the order of the log, each once.
    pub remarks: Vec<String>,
    /// The line before this one announced a reason.
    reason_follows: bool,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        other.remarks.into_iter().for_each(|remark| self.remark(remark));
    }
}

impl Tally {
    pub fn count(&mut self, passed: bool) {
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    pub fn of(passed: bool) -> Self {
        let mut tally = Self::default();
        tally.count(passed);
        tally
    }

    /// Reads along with a test program: the sum lines of cargo test, cargo nextest and Playwright.
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        self.listen(line);
        let is_sum = line.starts_with("test result:") || line.starts_with("Summary [");
        if is_sum {
            self.passed += number_before(line, "passed");
            self.failed += number_before(line, "failed") + number_before(line, "timed out");
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            self.read_playwright(line);
        }
    }

    /// Names of failed tests, and the first line of why.
    fn listen(&mut self, line: &str) {
        if std::mem::take(&mut self.reason_follows) {
            self.remark(format!("    {line}"));
        }
        let panicked = line.starts_with("thread '") && line.contains(" panicked at ");
        self.reason_follows = panicked;
        if panicked
            || is_failed_test(line)
            || line.starts_with("Error: ")
            || line.starts_with("TimeoutError: ")
        {
            self.remark(line.to_owned());
        }
    }

    /// Something to be read at the end of the log; each once.
    pub fn remark(&mut self, mut remark: String) {
        if let Some((end, _)) = remark.char_indices().nth(WIDTH) {
            remark.truncate(end);
        }
        if self.remarks.len() < KEPT && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Playwright sums up on lines of their own: `12 passed (3.4s)`, `1 failed`, `2 flaky`.
    fn read_playwright(&mut self, line: &str) {
        let Some((number, rest)) = line.split_once(' ') else { return };
        let Ok(number) = number.parse::<u64>() else { return };
        // What needed a second try stands in the log as flaky; a second try is made in CI only.
        if rest == "passed" || rest == "flaky" || rest.starts_with("passed (") {
            self.passed += number;
        } else if ["failed", "did not run", "interrupted"].contains(&rest) {
            self.failed += number;
        }
    }

    /// A program that failed without a failed test did not even compile: that counts as one.
    pub fn with_verdict(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// A line of nextest (`FAIL [   0.1s] (3/9) crate::program test`) or of Playwright's sum (`[phone] › journeys/…`;
/// its progress begins with `[3/9]`).
fn is_failed_test(line: &str) -> bool {
    let nextest =
        ["FAIL [", "TIMEOUT [", "SIGABRT [", "SIGSEGV ["].iter().any(|start| line.starts_with(start));
    let screen = line.strip_prefix('[').and_then(|rest| rest.split_once("] \u{203a} "));
    nextest || screen.is_some_and(|(name, _)| name.starts_with(|first: char| first.is_ascii_alphabetic()))
}

fn number_before(line: &str, word: &str) -> u64 {
    let Some(before) = line.find(word).and_then(|at| line.get(..at)) else { return 0 };
    before.split_whitespace().next_back().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally
    }

    fn counts(tally: &Tally) -> (u64, u64) {
        (tally.passed, tally.failed)
    }

    #[test]
    fn reads_cargo_test() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out",
        ];
        assert_eq!(counts(&read(&lines)), (4, 2));
    }

    #[test]
    fn reads_nextest() {
        let line =
            "     Summary [   1.204s] 14 tests run: 11 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(counts(&read(&[line])), (11, 3));
    }

    #[test]
    fn reads_playwright() {
        let lines = [
            "Running 12 tests using 1 worker",
            "  1 failed",
            "  1 flaky",
            "  10 passed (3.4s)",
            "3 passed by",
        ];
        assert_eq!(counts(&read(&lines)), (11, 1));
    }

    #[test]
    fn keeps_the_names_of_what_failed_and_why() {
        let lines = [
            "        FAIL [   0.123s] ( 3/14) onshelf-domain hours::opens",
            "thread 'hours::opens' (7) panicked at domain/src/hours.rs:3:5:",
            "assertion failed: is_open",
            "[3/14] [phone] \u{203a} journeys/find.spec.ts:3:1 \u{203a} finds",
            "    Error: expect(locator).toBeVisible() failed",
            "  1 failed",
            "    [phone] \u{203a} journeys/find.spec.ts:3:1 \u{203a} finds",
            "        FAIL [   0.123s] ( 3/14) onshelf-domain hours::opens",
        ];
        let remarks = read(&lines).remarks;
        assert_eq!(remarks.len(), 5, "{remarks:?}");
        assert_eq!(remarks[2], "    assertion failed: is_open");
        assert!(remarks[4].starts_with("[phone]"));
    }

    #[test]
    fn a_program_that_did_not_compile_counts() {
        let seen = |passed, failed| Tally { passed, failed, ..Tally::default() };
        assert_eq!(counts(&Tally::default().with_verdict(false)), (0, 1));
        assert_eq!(counts(&seen(3, 2).with_verdict(false)), (3, 2));
        assert_eq!(counts(&seen(3, 0).with_verdict(true)), (3, 0));
    }
}
