//! Tables: rows whose cells may take several lines, with heads that a screen reader finds.

use krilla::tagging::{Tag, TagKind};

use super::{ACROSS, LEFT, Sheet, Style};
use crate::documents::{
    letters::Weight,
    paint::{Tone, What},
};

/// Where a column stands, and whether its text ends there or begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::documents) struct Column {
    pub(in crate::documents) from: f32,
    pub(in crate::documents) width: f32,
    pub(in crate::documents) ends: bool,
}

#[derive(Clone, Debug, Default)]
pub(in crate::documents) struct Cell {
    pub(in crate::documents) text: String,
    /// Said below it, smaller.
    pub(in crate::documents) small: String,
}

impl Cell {
    pub(in crate::documents) fn new(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), small: String::new() }
    }
}

/// What kind of row of a table it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::documents) enum Row {
    Head,
    Plain,
    /// What is void is struck out.
    Struck,
    /// A sum, on a line of its own.
    Sum,
}

impl Sheet<'_> {
    /// A row of a table; its first cell may take several lines.
    pub(in crate::documents) fn row(&mut self, columns: &[Column], cells: &[Cell], kind: Row) {
        let (style, small) = row_styles(kind);
        let set: Vec<(Vec<String>, Vec<String>)> = columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| {
                (
                    self.wrapped(&cell.text, style, column.width),
                    self.wrapped(&cell.small, small, column.width),
                )
            })
            .collect();
        let above = if kind == Row::Sum { 6.0 } else { 4.0 };
        let tall = |(lines, more): &(Vec<String>, Vec<String>)| {
            count(lines) * style.leading() + count(more) * small.leading()
        };
        let height = set.iter().map(tall).fold(0.0, f32::max) + above + 4.0;
        self.need(height);
        if kind == Row::Sum {
            self.bar(LEFT, ACROSS, 1.6, Tone::Ink);
        }
        self.within(Tag::TR, |sheet| {
            for (index, (column, (lines, more))) in columns.iter().zip(&set).enumerate() {
                sheet.cell(cell_tag(kind, index), *column, above, (lines, style), (more, small), kind);
            }
        });
        self.y += height;
        if kind != Row::Sum {
            self.bar(LEFT, ACROSS, 0.5, Tone::Line);
        }
    }

    fn cell(
        &mut self,
        tag: TagKind,
        column: Column,
        above: f32,
        (lines, style): (&[String], Style),
        (more, small): (&[String], Style),
        kind: Row,
    ) {
        self.within(tag, |sheet| {
            let leaf = sheet.leaf();
            let mut down = above;
            let all = lines.iter().map(|line| (line, style)).chain(more.iter().map(|line| (line, small)));
            for (line, style) in all {
                let wide = sheet.wide(line, style);
                let x = if column.ends { column.from + column.width - wide } else { column.from };
                sheet.line(Some(leaf), x, down, line, style);
                if kind == Row::Struck && !line.is_empty() {
                    let y = sheet.y + down + style.rise() - style.size * 0.3;
                    sheet.put(None, What::Bar { x, y, width: wide, height: 0.6, tone: style.tone });
                }
                down += style.leading();
            }
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
fn count(lines: &[String]) -> f32 {
    lines.len() as f32
}

fn row_styles(kind: Row) -> (Style, Style) {
    let small = Style::new(8.5, Weight::Text, Tone::Quiet);
    match kind {
        Row::Head => (small, small),
        Row::Plain => (Style::new(10.0, Weight::Text, Tone::Ink), small),
        Row::Struck => (Style::new(10.0, Weight::Text, Tone::Quiet), small),
        Row::Sum => (Style::new(11.5, Weight::Strong, Tone::Ink), small),
    }
}

fn cell_tag(kind: Row, index: usize) -> TagKind {
    use krilla::tagging::TableHeaderScope::{Column, Row as Across};
    match (kind, index) {
        (Row::Head, _) => Tag::TH(Column).into(),
        (_, 0) => Tag::TH(Across).into(),
        _ => Tag::TD.into(),
    }
}
