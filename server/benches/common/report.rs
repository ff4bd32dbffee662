//! The table on the screen and `target/bench/NAME.json`.

use std::path::PathBuf;

use serde::Serialize;

use super::machine;

/// One line of the report: what was measured, beside its floor.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub subject: String,
    pub floor: String,
    pub unit: &'static str,
    pub value: f64,
    pub floor_value: Option<f64>,
    /// How near the floor is: 1 is as good, more is better. None without a floor.
    pub ratio: Option<f64>,
    pub target: Option<String>,
    pub met: Option<bool>,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Rates.
    More,
    /// Times, bytes.
    Less,
}

impl Row {
    pub fn new(subject: impl Into<String>, unit: &'static str, value: f64) -> Row {
        Row {
            subject: subject.into(),
            floor: String::new(),
            unit,
            value,
            floor_value: None,
            ratio: None,
            target: None,
            met: None,
        }
    }

    /// Beside its floor. `ratio` where it was taken round by round.
    pub fn beside(
        self,
        floor: impl Into<String>,
        floor_value: f64,
        better: Better,
        ratio: Option<f64>,
    ) -> Row {
        let plain = match better {
            Better::More => self.value / floor_value,
            Better::Less => floor_value / self.value,
        };
        Row {
            floor: floor.into(),
            floor_value: Some(floor_value),
            ratio: Some(ratio.unwrap_or(plain)),
            ..self
        }
    }

    /// Wants to be at least this near to its floor.
    pub fn ratio_at_least(self, least: f64) -> Row {
        let met = self.ratio.map(|ratio| ratio >= least);
        Row { target: Some(format!("≥ {least} × the floor")), met, ..self }
    }

    /// Wants to stay at or below a figure in its own unit.
    pub fn at_most(self, most: f64) -> Row {
        let met = Some(self.value <= most);
        Row { target: Some(format!("≤ {most} {}", self.unit)), met, ..self }
    }

    /// Wants to reach a figure in its own unit.
    pub fn at_least(self, least: f64) -> Row {
        let met = Some(self.value >= least);
        Row { target: Some(format!("≥ {least} {}", self.unit)), met, ..self }
    }
}

/// Prints the table and writes the file.
pub fn publish(name: &str, rows: &[Row]) {
    println!("\n{name} on {}", machine::described());
    println!(
        "{:<58}{:>12} {:<12}{:<34}{:>12}{:>8}  target",
        "subject", "value", "unit", "floor", "its value", "ratio"
    );
    for row in rows {
        let number = |value: f64| match value.abs() {
            0.0..10.0 => format!("{value:.2}"),
            10.0..1000.0 => format!("{value:.1}"),
            _ => format!("{value:.0}"),
        };
        let optional = |value: Option<f64>| value.map(number).unwrap_or_default();
        let verdict = match (&row.target, row.met) {
            (Some(target), Some(true)) => format!("{target}: met"),
            (Some(target), _) => format!("{target}: MISSED"),
            _ => String::new(),
        };
        let [subject, floor] = [&row.subject, &row.floor].map(String::as_str);
        println!(
            "{subject:<58}{:>12} {:<12}{floor:<34}{:>12}{:>8}  {verdict}",
            number(row.value),
            row.unit,
            optional(row.floor_value),
            optional(row.ratio)
        );
    }
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.json"));
    std::fs::write(&file, serde_json::to_vec_pretty(rows).unwrap()).unwrap();
    println!("written to {}", file.display());
}

/// The folder this program was built into is three below it: `target/release/deps/…`.
fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).map_or_else(|| PathBuf::from("target"), PathBuf::from)
}
