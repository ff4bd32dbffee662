//! Hours as operators write them: the project's own JSON, `Mon: 10-9; Tue: 10-9`, `10:30-21:00`,
//! the common part of OpenStreetMap's `opening_hours`, `Monday: 9:00 AM – 9:00 PM`, `평일 10:00~21:00`.
//! What cannot be or had to be guessed is said in warnings; it must not know from which file it came.

mod clock;
mod rules;
mod tokens;

use std::fmt;

use jiff::civil::Weekday;
use unicode_normalization::UnicodeNormalization;

use self::{
    clock::{Reading, Style},
    rules::{Body, Rule},
};
use super::{HoursError, Span, Week, quoted};

/// Longer than any honest week.
const MAX_TEXT: usize = 2_000;
pub(super) const ALL_DAYS: u8 = 0b111_1111;

/// What to tell the operator about hours that were taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Neither a.m. nor p.m. was written, and the text does not use the 24-hour clock: read as a shop
    /// would mean it. Said once a text, with the first such span.
    Guessed { written: String, read: Span },
    /// Possible, but hardly meant: 20 hours and more, a night of more than 16, less than half an hour,
    /// or a clock past 24.
    Odd { written: String, read: Span },
    /// Such hours cannot be; the days they were for are left without.
    Impossible { written: String },
    /// Not understood, or nothing a week can say, such as every second Sunday.
    Skipped { written: String },
    /// A rule for public holidays: those come as dated exceptions.
    Holidays { written: String },
    /// Hours that overlap earlier ones for the same days; the later ones count.
    SaidTwice { written: String },
    /// Days were listed one by one and these were not among them: taken as closed.
    DaysMissing { days: Vec<Weekday> },
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Guessed { written, read } => write!(out, "no AM or PM: `{written}` is read as {read}"),
            Warning::Odd { written, read } => write!(out, "`{written}` is read as {read}: is that meant?"),
            Warning::Impossible { written } => write!(out, "`{written}` cannot be hours: left out"),
            Warning::Skipped { written } => write!(out, "`{written}` is not understood: left out"),
            Warning::Holidays { written } => {
                write!(out, "`{written}`: holidays are dated exceptions: left out")
            }
            Warning::SaidTwice { written } => {
                write!(out, "`{written}` overlaps earlier hours of the same days: the later count")
            }
            Warning::DaysMissing { days } => {
                let names: Vec<String> = days.iter().map(|day| format!("{day:?}")).collect();
                write!(out, "nothing is said of {}: taken as closed", names.join(", "))
            }
        }
    }
}

/// The week a text tells, with what was doubtful about it. An error where nothing of it reads as hours.
pub fn parse_hours(text: &str) -> Result<(Week, Vec<Warning>), HoursError> {
    let text = text.trim();
    if text.len() > MAX_TEXT {
        return Err(HoursError::NotUnderstood(quoted(text)));
    }
    if text.starts_with('{') {
        return own_json(text);
    }
    let text: String = text.nfkc().collect();
    let tokens = tokens::read(&text);
    let (rules, mut warnings) = rules::read(&text, &tokens);
    let style = Style::of(&rules);
    let mut days: [Day; 7] = Default::default();
    for (at, rule) in rules.iter().enumerate() {
        match days_of(&rules, at) {
            0 => warnings.push(Warning::Skipped { written: quoted(text[rule.range.clone()].trim()) }),
            meant => apply(rule, meant, &text, style, &mut days, &mut warnings),
        }
    }
    if days.iter().all(Option::is_none) {
        return Err(HoursError::NotUnderstood(quoted(&text)));
    }
    warnings.extend(missing_days(&rules, &days));
    Ok((Week::new(days.map(|day| day.map(|(_, spans)| spans).unwrap_or_default())), warnings))
}

/// What is known of a day: for which days it was said, and the spans; none where nothing was said.
type Day = Option<(u8, Vec<Span>)>;

fn own_json(text: &str) -> Result<(Week, Vec<Warning>), HoursError> {
    let week = Week::from_json(text)?;
    let odd = |span: &&Span| clock::is_odd(**span);
    let warnings = week
        .days()
        .iter()
        .flatten()
        .filter(odd)
        .map(|span| Warning::Odd { written: span.to_string(), read: *span })
        .collect();
    Ok((week, warnings))
}

/// The days a rule is meant for. One that names none is for those that no other names, and a daily one leaves
/// closed what was closed before. None where hours without days come after some with: whose they are is open.
fn days_of(rules: &[Rule], at: usize) -> u8 {
    let (rule, before) = (&rules[at], &rules[..at]);
    let is_closed = |other: &Rule| other.body == Body::Closed;
    if rule.days != ALL_DAYS {
        rule.days
    } else if rule.named {
        ALL_DAYS & !singled_out(before, is_closed)
    } else if !is_closed(rule) && singled_out(before, |other| !is_closed(other)) != 0 {
        0
    } else {
        ALL_DAYS & !singled_out(rules, |_| true)
    }
}

/// The days that some of the rules name, but for those that are for every day.
fn singled_out(rules: &[Rule], which: impl Fn(&Rule) -> bool) -> u8 {
    let named = rules.iter().filter(|rule| rule.days != ALL_DAYS && which(rule));
    named.fold(0u8, |days, rule| days | rule.days)
}

fn apply(rule: &Rule, meant: u8, text: &str, style: Style, days: &mut [Day; 7], warnings: &mut Vec<Warning>) {
    let written = || quoted(text[rule.range.clone()].trim());
    if rule.holidays {
        warnings.push(Warning::Holidays { written: written() });
    }
    let spans = match &rule.body {
        Body::Closed => Vec::new(),
        Body::AllDay => vec![Span::ALL_DAY],
        Body::Times(times) => {
            let Some(spans) = read_times(times, style, &written, warnings) else {
                warnings.push(Warning::Impossible { written: written() });
                return;
            };
            spans
        }
    };
    let (spans, mut twice) = later_ones(spans);
    for (at, day) in days.iter_mut().enumerate().filter(|(at, _)| meant >> at & 1 == 1) {
        debug_assert!(at < 7);
        match day {
            // The same days again with hours beside the first ones: a break at noon, written as two rules.
            Some((said_for, known)) if *said_for == rule.days && !known.is_empty() && !spans.is_empty() => {
                if known.iter().any(|one| spans.iter().any(|other| overlap(*one, *other))) {
                    twice = true;
                    known.clone_from(&spans);
                } else {
                    known.extend_from_slice(&spans);
                }
            }
            known => {
                // A daily rule behind one for this day alone: it counts, but hardly unasked.
                twice |= rule.days == ALL_DAYS
                    && known.as_ref().is_some_and(|(said_for, known)| {
                        *said_for != ALL_DAYS && !known.is_empty() && *known != spans
                    });
                *known = Some((rule.days, spans.clone()));
            }
        }
    }
    if twice {
        warnings.push(Warning::SaidTwice { written: written() });
    }
}

/// Of spans that overlap the later ones, and whether there were such.
fn later_ones(spans: Vec<Span>) -> (Vec<Span>, bool) {
    let said = spans.len();
    let mut kept: Vec<Span> = Vec::with_capacity(said);
    for span in spans {
        kept.retain(|one| !overlap(*one, span));
        kept.push(span);
    }
    let twice = kept.len() < said;
    (kept, twice)
}

fn overlap(one: Span, other: Span) -> bool {
    one.open() < other.close() && other.open() < one.close()
}

/// None if any of them cannot be: half a day's hours would be a wrong truth.
fn read_times(
    times: &[(tokens::Time, tokens::Time)],
    style: Style,
    written: &impl Fn() -> String,
    warnings: &mut Vec<Warning>,
) -> Option<Vec<Span>> {
    let mut spans = Vec::with_capacity(times.len());
    for (open, close) in times {
        let Reading { span, guessed, odd } = clock::read(*open, *close, style)?;
        if guessed && !warnings.iter().any(|known| matches!(known, Warning::Guessed { .. })) {
            warnings.push(Warning::Guessed { written: written(), read: span });
        }
        if odd {
            warnings.push(Warning::Odd { written: written(), read: span });
        }
        spans.push(span);
    }
    Some(spans)
}

/// Where five or six days were listed one by one, the others may have been forgotten.
fn missing_days(rules: &[Rule], days: &[Day; 7]) -> Option<Warning> {
    let listed = rules.iter().all(|rule| rule.days.count_ones() == 1);
    let names = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let missing: Vec<Weekday> =
        names.into_iter().zip(days).filter(|(_, day)| day.is_none()).map(|(name, _)| name).collect();
    (listed && (1..=2).contains(&missing.len())).then_some(Warning::DaysMissing { days: missing })
}

#[cfg(test)]
mod tests;
