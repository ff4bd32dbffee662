//! From two written times to a span, also where neither says which half of the day it means.

use super::{
    rules::{Body, Rule},
    tokens::{Half, Time},
};
use crate::stores::Span;

const HOUR: u16 = 60;
const NOON: u16 = 12 * HOUR;
const DAY: u16 = 24 * HOUR;
/// Longer than this no shop means a day whose ends are open to doubt.
const LONGEST: u16 = 16 * HOUR;
/// From here on even clearly written hours are asked about, unless they are the whole day.
const LONG: u16 = 20 * HOUR;
/// `9-10` in the morning would be one hour: such short days are meant to end in the evening.
const SHORT_MORNING: u16 = 5 * HOUR;
/// The latest a clock past 24 goes: six in the morning.
const LATEST_HOUR: u16 = 30;

/// Which clock a text uses where it says neither a.m. nor p.m.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// No hour above 12, none with a leading zero.
    Twelve,
    TwentyFour,
}

impl Style {
    pub(super) fn of(rules: &[Rule]) -> Style {
        let times = rules.iter().filter_map(|rule| match &rule.body {
            Body::Times(times) => Some(times),
            _ => None,
        });
        let mut unmarked =
            times.flatten().flat_map(|(open, close)| [open, close]).filter(|time| time.half.is_none());
        if unmarked.any(|time| time.hour > 12 || time.padded) { Style::TwentyFour } else { Style::Twelve }
    }
}

/// What two times mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) span: Span,
    /// A half of the day was chosen that was not written.
    pub(super) guessed: bool,
    pub(super) odd: bool,
}

/// None where the two cannot be hours.
pub(super) fn read(open: Time, close: Time, style: Style) -> Option<Reading> {
    if open.minute >= 60 || close.minute >= 60 || open.hour >= 24 || close.hour > LATEST_HOUR {
        return None;
    }
    let (from, to, guessed) = match (marked(open), marked(close), style) {
        (Some(from), Some(to), _) => (from, after(from, to, true)?, false),
        (Some(from), None, Style::Twelve) => (from, evening(from, close), true),
        (None, Some(to), Style::Twelve) => (opening_before(open, to), to, true),
        (None, None, Style::Twelve) => shop_like(open, close),
        (from, to, Style::TwentyFour) => {
            let (from, to) = (from.unwrap_or(minutes(open)), to.unwrap_or(minutes(close)));
            twenty_four(from, to, close)?
        }
    };
    let to = if to <= from { to + DAY } else { to };
    let span = Span::new(from, whole_day_end(to)).ok()?;
    Some(Reading { span, guessed, odd: is_odd(span) || close.hour > 24 })
}

/// Hours that are possible and hardly meant.
pub(in crate::stores) fn is_odd(span: Span) -> bool {
    let (length, overnight) = (span.minutes(), span.close() > DAY);
    length < HOUR / 2 || (LONG..DAY).contains(&length) || (overnight && length > LONGEST)
}

/// A minute to midnight is how many systems write midnight.
fn whole_day_end(close: u16) -> u16 {
    if close % DAY == DAY - 1 { close + 1 } else { close }
}

fn minutes(time: Time) -> u16 {
    time.hour * HOUR + time.minute
}

/// Minutes of the day where the half was written; `오후 15시` is taken at its word.
fn marked(time: Time) -> Option<u16> {
    let half = time.half?;
    let hour = match half {
        _ if time.hour > 12 => time.hour,
        Half::Am => time.hour % 12,
        Half::Pm => time.hour % 12 + 12,
        // `밤 12시` is midnight and `밤 1시` after it.
        Half::Night if time.hour % 12 < 5 => time.hour % 12,
        Half::Night => time.hour + 12,
        // `낮 11시` is before noon, `낮 1시` after it.
        Half::Midday if (7..=12).contains(&time.hour) => time.hour,
        Half::Midday => time.hour + 12,
    };
    Some(hour * HOUR + time.minute)
}

/// A closing at or before its opening is the next day's; at the same minute only midnight makes sense.
fn after(open: u16, close: u16, midnights_meet: bool) -> Option<u16> {
    match close {
        close if close > open => Some(close),
        0 if open == 0 && midnights_meet => Some(DAY),
        close if close == open => None,
        close => Some(close + DAY),
    }
}

fn twenty_four(open: u16, close: u16, written: Time) -> Option<(u16, u16, bool)> {
    let end = after(open, close, false)?;
    let evening = close + NOON;
    // `10:00-9:00` beside `10:00-21:00`: nobody is open for 23 hours and writes no leading zero.
    let slip = end > DAY
        && end - open > LONGEST
        && !written.padded
        && (1..=12).contains(&written.hour)
        && evening > open;
    Some(if slip { (open, evening, true) } else { (open, end, false) })
}

/// Both without a half: opens in the morning from six, at noon, or in the afternoon from one to five.
fn shop_like(open: Time, close: Time) -> (u16, u16, bool) {
    let from = usual_opening(open);
    if (close.hour, close.minute) == (11, 59) {
        // The last minute of the day; who opens at twelve then never closes.
        return (if minutes(open) == NOON { 0 } else { from }, DAY, true);
    }
    let to = evening(from, close);
    (from, to, (from, to) != (minutes(open), minutes(close)))
}

fn usual_opening(open: Time) -> u16 {
    match minutes(open) {
        early if (HOUR..6 * HOUR).contains(&early) => early + NOON,
        usual => usual,
    }
}

/// The first time the clock shows `close` after `open` that leaves a shop-like day.
fn evening(open: u16, close: Time) -> u16 {
    let face = minutes(close);
    let shortest = if open < NOON && close.hour != 12 { SHORT_MORNING } else { HOUR };
    let length = |end: u16| end.saturating_sub(open);
    [face, face + NOON, face + DAY]
        .into_iter()
        .find(|end| {
            (shortest.max(2 * HOUR * u16::from(close.hour == 12 && open < NOON))..=LONGEST)
                .contains(&length(*end))
        })
        .or_else(|| [face, face + NOON, face + DAY].into_iter().find(|end| *end > open))
        .unwrap_or(face)
}

/// The usual opening before a closing that is known, else the other half of the day.
fn opening_before(open: Time, close: u16) -> u16 {
    let usual = usual_opening(open);
    let other = (usual + NOON) % DAY;
    let length = |from: u16| (close + DAY - from) % DAY;
    [usual, other].into_iter().find(|from| (1..=LONGEST).contains(&length(*from))).unwrap_or(usual)
}
