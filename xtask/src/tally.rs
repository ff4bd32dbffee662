//! Counting what passed and what failed, also from what test programs print.

use std::ops::AddAssign;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
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
        let is_sum = line.starts_with("test result:") || line.starts_with("Summary [");
        if is_sum {
            self.passed += number_before(line, "passed");
            self.failed += number_before(line, "failed") + number_before(line, "timed out");
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            self.read_playwright(line);
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

    #[test]
    fn reads_cargo_test() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out",
        ];
        assert_eq!(read(&lines), Tally { passed: 4, failed: 2 });
    }

    #[test]
    fn reads_nextest() {
        let line =
            "     Summary [   1.204s] 14 tests run: 11 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(read(&[line]), Tally { passed: 11, failed: 3 });
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
        assert_eq!(read(&lines), Tally { passed: 11, failed: 1 });
    }

    #[test]
    fn a_program_that_did_not_compile_counts() {
        assert_eq!(Tally::default().with_verdict(false), Tally { passed: 0, failed: 1 });
        assert_eq!(Tally { passed: 3, failed: 2 }.with_verdict(false), Tally { passed: 3, failed: 2 });
        assert_eq!(Tally { passed: 3, failed: 0 }.with_verdict(true), Tally { passed: 3, failed: 0 });
    }
}
