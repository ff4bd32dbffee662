//! Questions that are asked one after the other. What is measured and its floor take turns, and what they showed stands
//! side by side.

use super::{
    machine, median, quantile,
    report::{Column, Row},
};

/// What one side showed, over all its turns.
#[derive(Debug, Default)]
pub struct Side {
    /// Microseconds of each question.
    times: Vec<f64>,
    /// Their median, of each turn.
    halves: Vec<f64>,
    /// CPU-µs a question, of each turn; none where the one that answers lies on another machine.
    cpu: Vec<f64>,
}

impl Side {
    /// A turn in this process: microseconds of each question.
    pub fn ask_here(&mut self, turn: impl FnOnce() -> Vec<f64>) {
        let own = std::process::id();
        let before = machine::cpu_ns(own);
        let times = turn();
        let used = machine::cpu_ns(own) - before;
        self.add(times, Some(used));
    }

    /// A turn elsewhere, with the nanoseconds of processor time that its answers took.
    pub fn add(&mut self, times: Vec<f64>, cpu_ns: Option<u64>) {
        let count = times.len() as f64;
        self.halves.push(median(&times));
        self.cpu.extend(cpu_ns.map(|used| used as f64 / 1e3 / count));
        self.times.extend(times);
    }

    /// Questions a second by one that asks again as soon as it is answered.
    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.times.iter().sum::<f64>() * 1e6
    }

    fn cpu(&self) -> f64 {
        median(&self.cpu)
    }

    fn half(&self) -> f64 {
        quantile(&self.times, 0.5)
    }

    fn most(&self) -> f64 {
        quantile(&self.times, 0.99)
    }
}

/// Rate, processor time, p50 and p99 of a subject, beside a floor that had a turn; the ratio of p50 turn by turn.
pub fn columns(subject: &str, own: &Side, floor: &Side, name: &str) -> [Row; 4] {
    let ratios: Vec<f64> = floor.halves.iter().zip(&own.halves).map(|(floor, own)| floor / own).collect();
    let row = |column: Column, value: fn(&Side) -> f64, ratio: Option<f64>| {
        let row = Row::of(subject, column, value(own));
        // Without a turn nothing is known of a floor, and of one on another machine not all.
        let beside = value(floor);
        if beside.is_finite() { row.next_to(name, beside, ratio) } else { row }
    };
    [
        row(Column::Rate, Side::rate, None),
        row(Column::Cpu, Side::cpu, None),
        row(Column::Half, Side::half, Some(median(&ratios))),
        row(Column::Most, Side::most, None),
    ]
}
