//! What was measured, figure by figure: written to `target/bench/NAME.json`, and shown as a table.

use std::path::PathBuf;

use serde::Serialize;

use super::{Called, machine, table};

/// One figure of the report: what was measured, beside its floor.
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
    /// The subject whose line of the table it stands in, and the column; none where it has a line of its own.
    #[serde(skip)]
    pub cell: Option<(String, Column)>,
}

/// The columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// How many are done a second.
    Rate,
    /// Processor time that the server takes for one, with the database's.
    Cpu,
    /// Half of them take no longer.
    Half,
    /// Of a hundred one takes longer.
    Most,
    /// The server's own, with the database's.
    Memory,
}

impl Column {
    pub const ALL: [Column; 5] = [Column::Rate, Column::Cpu, Column::Half, Column::Most, Column::Memory];

    pub fn name(self) -> &'static str {
        match self {
            Column::Rate => "rate",
            Column::Cpu => "CPU each",
            Column::Half => "p50",
            Column::Most => "p99",
            Column::Memory => "memory",
        }
    }

    pub fn unit(self) -> &'static str {
        match self {
            Column::Rate => "/s",
            Column::Cpu => "CPU-µs",
            Column::Half | Column::Most => "µs",
            Column::Memory => "MB",
        }
    }

    fn better(self) -> Better {
        match self {
            Column::Rate => Better::More,
            _ => Better::Less,
        }
    }
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
            cell: None,
        }
    }

    /// What stands in a column of the subject's line, in the column's unit.
    pub fn of(subject: &str, column: Column, value: f64) -> Row {
        let name = format!("{subject}: {}", column.name());
        Row { cell: Some((subject.to_owned(), column)), ..Row::new(name, column.unit(), value) }
    }

    /// [`Row::beside`] for a column, which says itself which way is better.
    pub fn next_to(self, floor: &str, floor_value: f64, ratio: Option<f64>) -> Row {
        let better = self.cell.as_ref().map_or(Better::Less, |(_, column)| column.better());
        self.beside(floor, floor_value, better, ratio)
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
        let said = (least * 100.0).round() / 100.0;
        Row { target: Some(format!("≥ {said} × the floor")), met, ..self }
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
pub fn publish(called: Called, name: &str, rows: &[Row]) {
    // What a short run shows is for trying, and takes the place of no whole run's figures.
    let (said, ending) = called.pick(("", "json"), (" (quick: for trying)", "quick.json"));
    println!("\n{name} on {}{said}", machine::described());
    table::print(rows);
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.{ending}"));
    std::fs::write(&file, serde_json::to_vec_pretty(rows).unwrap()).unwrap();
    println!("written to {}", file.display());
}

/// The folder this program was built into is three below it: `target/release/deps/…`.
fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).map_or_else(|| PathBuf::from("target"), PathBuf::from)
}
