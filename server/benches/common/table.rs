//! The report on the screen: a line for each subject with a column for each of its figures, what its floor showed below
//! it; then what fits into no column; then the targets that were missed.

use super::report::{Column, Row};

pub fn print(rows: &[Row]) {
    let subjects = subjects(rows);
    if !subjects.is_empty() {
        let names: String = Column::ALL.iter().map(|column| format!(" {:>21}", column.name())).collect();
        println!("{:<60}{names}", "subject; its floor, and × how near that is");
    }
    for subject in subjects {
        print_subject(subject, rows);
    }
    for row in rows.iter().filter(|row| row.cell.is_none()) {
        print_alone(row);
    }
    print_targets(rows);
}

/// Those that have a line, in the order in which they were measured.
fn subjects(rows: &[Row]) -> Vec<&str> {
    let mut subjects: Vec<&str> = Vec::new();
    for (subject, _) in rows.iter().filter_map(|row| row.cell.as_ref()) {
        if !subjects.contains(&subject.as_str()) {
            subjects.push(subject.as_str());
        }
    }
    subjects
}

fn print_subject(subject: &str, rows: &[Row]) {
    let row_of = |column: Column| {
        rows.iter().find(|row| row.cell.as_ref().is_some_and(|(own, at)| own == subject && *at == column))
    };
    let cells = |text: fn(Column, &Row) -> String| -> String {
        let cell = |column: Column| row_of(column).map(|row| text(column, row)).unwrap_or_default();
        Column::ALL.iter().map(|column| format!(" {:>21}", cell(*column))).collect()
    };
    println!("{subject:<60}{}", cells(|column, row| figure(column, row.value)));
    let mut own = Column::ALL.into_iter().filter_map(row_of);
    if let Some(row) = own.find(|row| row.floor_value.is_some()) {
        let name = format!("    {}", row.floor);
        println!("{name:<60}{}", cells(beside));
    }
}

/// What the floor showed, and how near to it the subject is.
fn beside(column: Column, row: &Row) -> String {
    let value = row.floor_value.map(|value| figure(column, value)).unwrap_or_default();
    let ratio = row.ratio.map(|ratio| format!(" ×{}", number(ratio))).unwrap_or_default();
    value + &ratio
}

/// A figure that fits into no column.
fn print_alone(row: &Row) {
    let optional = |value: Option<f64>| value.map(number).unwrap_or_default();
    let verdict = match (&row.target, row.met) {
        (Some(target), Some(true)) => format!("{target}: met"),
        (Some(target), _) => format!("{target}: MISSED"),
        _ => String::new(),
    };
    let [subject, floor] = [&row.subject, &row.floor].map(String::as_str);
    println!(
        "{subject:<60}{:>12} {:<12}{floor:<34}{:>12}{:>8}  {verdict}",
        number(row.value),
        row.unit,
        optional(row.floor_value),
        optional(row.ratio)
    );
}

fn print_targets(rows: &[Row]) {
    let wanted: Vec<&Row> = rows.iter().filter(|row| row.target.is_some()).collect();
    let missed: Vec<&Row> = wanted.iter().copied().filter(|row| row.met != Some(true)).collect();
    println!("targets met: {} of {}", wanted.len() - missed.len(), wanted.len());
    for row in missed {
        let near = row.ratio.map(|ratio| format!(", ×{}", number(ratio))).unwrap_or_default();
        let target = row.target.as_deref().unwrap_or_default();
        println!("MISSED: {}: {} {}{near} ({target})", row.subject, number(row.value), row.unit);
    }
}

/// Long times are read more easily in milliseconds.
fn figure(column: Column, value: f64) -> String {
    match column {
        Column::Half | Column::Most if value >= 10_000.0 => format!("{} ms", number(value / 1e3)),
        _ => format!("{} {}", number(value), column.unit()),
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..1000.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
