//! The words of a text of hours, in English, Korean, German and OpenStreetMap's short forms.

use std::ops::Range;

use super::ALL_DAYS;

/// One clock time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) hour: u16,
    pub(super) minute: u16,
    /// Written `09`, as only the 24-hour clock does.
    pub(super) padded: bool,
    pub(super) half: Option<Half>,
}

/// Half of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
    /// Around midnight.
    Night,
    /// Around noon.
    Midday,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Time(Time),
    /// Bits from Monday, the lowest.
    Days(u8),
    Dash,
    Comma,
    Bracket,
    /// The end of a rule: a semicolon, a new line or a full stop.
    End,
    AllDay,
    Closed,
    Holidays,
    Unknown,
}

const WEEKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;

/// What a word is; `Noise` says nothing, halves belong to a time beside them.
#[derive(Clone, Copy)]
enum Word {
    Token(Token),
    /// Before its time in Korean, mostly after it in English.
    Half(Half),
    Clock(u16),
    Noise,
}

/// Tried in this order at each place of a Korean text, so longer words stand before their beginnings.
const KOREAN: &[(&str, Word)] = &[
    ("연중무휴", Word::Token(Token::Days(ALL_DAYS))),
    ("법정공휴일", Word::Token(Token::Holidays)),
    ("공휴일", Word::Token(Token::Holidays)),
    ("정기휴무일", Word::Token(Token::Closed)),
    ("정기휴무", Word::Token(Token::Closed)),
    ("휴무일", Word::Token(Token::Closed)),
    ("휴무", Word::Token(Token::Closed)),
    ("휴점", Word::Token(Token::Closed)),
    ("휴업", Word::Token(Token::Closed)),
    ("쉬는날", Word::Token(Token::Closed)),
    ("쉽니다", Word::Token(Token::Closed)),
    ("영업시간", Word::Noise),
    ("운영시간", Word::Noise),
    ("영업", Word::Noise),
    ("운영", Word::Noise),
    ("매주", Word::Noise),
    ("익일", Word::Noise),
    ("다음날", Word::Noise),
    ("까지", Word::Noise),
    ("부터", Word::Token(Token::Dash)),
    ("에서", Word::Token(Token::Dash)),
    ("및", Word::Token(Token::Comma)),
    ("평일", Word::Token(Token::Days(WEEKDAYS))),
    ("주중", Word::Token(Token::Days(WEEKDAYS))),
    ("주말", Word::Token(Token::Days(WEEKEND))),
    ("매일", Word::Token(Token::Days(ALL_DAYS))),
    ("오전", Word::Half(Half::Am)),
    ("새벽", Word::Half(Half::Am)),
    ("아침", Word::Half(Half::Am)),
    ("오후", Word::Half(Half::Pm)),
    ("저녁", Word::Half(Half::Pm)),
    ("밤", Word::Half(Half::Night)),
    ("낮", Word::Half(Half::Midday)),
    ("정오", Word::Clock(12)),
    ("자정", Word::Clock(24)),
    ("월요일", Word::Token(Token::Days(1))),
    ("화요일", Word::Token(Token::Days(1 << 1))),
    ("수요일", Word::Token(Token::Days(1 << 2))),
    ("목요일", Word::Token(Token::Days(1 << 3))),
    ("금요일", Word::Token(Token::Days(1 << 4))),
    ("토요일", Word::Token(Token::Days(1 << 5))),
    ("일요일", Word::Token(Token::Days(1 << 6))),
    ("월", Word::Token(Token::Days(1))),
    ("화", Word::Token(Token::Days(1 << 1))),
    ("수", Word::Token(Token::Days(1 << 2))),
    ("목", Word::Token(Token::Days(1 << 3))),
    ("금", Word::Token(Token::Days(1 << 4))),
    ("토", Word::Token(Token::Days(1 << 5))),
    ("일", Word::Token(Token::Days(1 << 6))),
];

fn english(word: &str) -> Word {
    let word = word.to_lowercase();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let bare = word.trim_end_matches('.');
    // `Thurs`, `Tues`, `Mo`: any beginning of two letters or more is one day's alone.
    let singular = if bare.len() > 6 { bare.strip_suffix('s').unwrap_or(bare) } else { bare };
    if singular.len() >= 2
        && let Some(day) = days.iter().position(|day| day.starts_with(singular))
    {
        return Word::Token(Token::Days(1 << day));
    }
    match bare {
        // Of the single letters only these are one day's: T and S are two days' each.
        "m" => Word::Token(Token::Days(1)),
        "w" => Word::Token(Token::Days(1 << 2)),
        "f" => Word::Token(Token::Days(1 << 4)),
        "weekday" | "weekdays" => Word::Token(Token::Days(WEEKDAYS)),
        "weekend" | "weekends" => Word::Token(Token::Days(WEEKEND)),
        "daily" | "everyday" | "every" => Word::Token(Token::Days(ALL_DAYS)),
        "closed" | "off" => Word::Token(Token::Closed),
        "ph" | "holiday" | "holidays" => Word::Token(Token::Holidays),
        "to" | "till" | "until" | "through" | "thru" => Word::Token(Token::Dash),
        "and" => Word::Token(Token::Comma),
        "am" | "a.m" | "a" => Word::Half(Half::Am),
        "pm" | "p.m" | "p" => Word::Half(Half::Pm),
        "noon" => Word::Clock(12),
        "midnight" => Word::Clock(24),
        "open" | "opens" | "hours" | "hrs" | "from" | "day" | "days" | "public" | "bank" | "on" => {
            Word::Noise
        }
        _ => german(bare),
    }
}

/// What English does not know. `Mo`, `Fr` and `Sa` are the same in both.
fn german(word: &str) -> Word {
    let days: [&[&str]; 7] = [
        &["montag"],
        &["dienstag", "di"],
        &["mittwoch", "mi"],
        &["donnerstag", "do"],
        &["freitag"],
        &["samstag", "sonnabend"],
        &["sonntag", "so"],
    ];
    let singular = word.strip_suffix('s').unwrap_or(word);
    if let Some(day) = days.iter().position(|names| names.contains(&singular)) {
        return Word::Token(Token::Days(1 << day));
    }
    match word {
        "werktags" => Word::Token(Token::Days(WEEKDAYS)),
        "täglich" => Word::Token(Token::Days(ALL_DAYS)),
        "geschlossen" | "ruhetag" => Word::Token(Token::Closed),
        "feiertag" | "feiertags" | "feiertage" => Word::Token(Token::Holidays),
        "bis" => Word::Token(Token::Dash),
        "und" => Word::Token(Token::Comma),
        "uhr" | "von" | "öffnungszeiten" => Word::Noise,
        _ => Word::Token(Token::Unknown),
    }
}

/// The tokens with the place each has in `text`, which is in compatibility-composed form (NFKC).
pub(super) fn read(text: &str) -> Vec<(Token, Range<usize>)> {
    let mut reader = Reader { text, at: 0, tokens: Vec::new(), half: None };
    while let Some(c) = reader.rest().chars().next() {
        reader.token(c);
    }
    reader.tokens
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<(Token, Range<usize>)>,
    /// A Korean half of the day that waits for its time.
    half: Option<Half>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, token: Token, length: usize) {
        self.tokens.push((token, self.at..self.at + length));
        self.at += length;
    }

    fn token(&mut self, first: char) {
        let length = first.len_utf8();
        match first {
            '0'..='9' => self.number(),
            ';' | '\n' | '\r' | '|' => self.push(Token::End, length),
            ',' | '/' | '&' | '·' | '、' => self.push(Token::Comma, length),
            '(' => self.push(Token::Bracket, length),
            '-' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '〜' => self.push(Token::Dash, length),
            '.' if self.ends_a_rule() => self.push(Token::End, length),
            ':' | ')' | '.' => self.at += length,
            c if c.is_whitespace() => self.at += length,
            '가'..='힣' => self.korean(),
            c if c.is_alphabetic() => self.latin(),
            _ => self.push(Token::Unknown, length),
        }
    }

    /// Whether a full stop here does: not one inside a number, behind a time or a single letter (`월. 화.`).
    fn ends_a_rule(&self) -> bool {
        let spaced = self.rest()[1..].chars().next().is_none_or(char::is_whitespace);
        let single = |range: &Range<usize>| self.text[range.clone()].chars().nth(1).is_none();
        spaced
            && self
                .tokens
                .last()
                .is_some_and(|(token, range)| !matches!(token, Token::Time(_)) && !single(range))
    }

    fn korean(&mut self) {
        let rest = self.rest();
        if let Some((word, meaning)) = KOREAN.iter().find(|(word, _)| rest.starts_with(word)) {
            return match *meaning {
                Word::Token(token) => self.push(token, word.len()),
                Word::Half(half) => {
                    self.half = Some(half);
                    self.at += word.len();
                }
                Word::Clock(hour) => self.time(hour, 0, false, word.len()),
                Word::Noise => self.at += word.len(),
            };
        }
        let length = rest.find(|c| !matches!(c, '가'..='힣')).unwrap_or(rest.len());
        self.push(Token::Unknown, length);
    }

    fn latin(&mut self) {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphabetic() && !matches!(c, '가'..='힣') || c == '.'))
            .unwrap_or(rest.len());
        let length = length - usize::from(is_stopped(&rest[..length]));
        match english(&rest[..length]) {
            Word::Token(token) => self.push(token, length),
            Word::Clock(hour) => self.time(hour, 0, false, length),
            Word::Noise => self.at += length,
            Word::Half(half) => {
                match self.tokens.last_mut() {
                    Some((Token::Time(time), range)) if time.half.is_none() => {
                        time.half = Some(half);
                        range.end = self.at + length;
                    }
                    // `AM 10:00`
                    _ if length > 1
                        && rest[length..].trim_start().starts_with(|c: char| c.is_ascii_digit()) =>
                    {
                        self.half = Some(half);
                    }
                    _ => self.tokens.push((Token::Unknown, self.at..self.at + length)),
                }
                self.at += length;
            }
        }
    }

    fn time(&mut self, hour: u16, minute: u16, padded: bool, length: usize) {
        let half = self.half.take();
        self.push(Token::Time(Time { hour, minute, padded, half }), length);
    }

    fn number(&mut self) {
        let rest = self.rest();
        let digits = leading_digits(rest);
        let after = &rest[digits.len()..];
        if digits == "24"
            && let Some(length) = all_day_tail(after)
        {
            return self.push(Token::AllDay, digits.len() + length);
        }
        if digits == "7"
            && let Some(length) = all_week_tail(after)
        {
            return self.push(Token::Days(ALL_DAYS), digits.len() + length);
        }
        let padded = digits.starts_with('0') && digits.len() > 1;
        match digits.len() {
            1 | 2 => {
                let (minute, length) = minutes_tail(after);
                match (digits.parse(), minute) {
                    (Ok(hour), Some(minute)) => self.time(hour, minute, padded, digits.len() + length),
                    _ => self.push(Token::Unknown, digits.len() + length),
                }
            }
            4 => match (digits[..2].parse(), digits[2..].parse()) {
                (Ok(hour), Ok(minute)) => self.time(hour, minute, true, 4),
                _ => self.push(Token::Unknown, 4),
            },
            length => self.push(Token::Unknown, length),
        }
    }
}

fn leading_digits(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())]
}

/// Whether the full stop behind a word ends a sentence: no abbreviation such as `Thurs.`, `p.m.`, `hrs.`
fn is_stopped(word: &str) -> bool {
    word.strip_suffix('.').is_some_and(|bare| {
        !bare.contains('.') && (bare.len() > 5 || ["daily", "noon", "off"].contains(&&*bare.to_lowercase()))
    })
}

/// After a `24`: how long the rest of "24/7", "24시간", "24 hours", "24h" is.
fn all_day_tail(after: &str) -> Option<usize> {
    tail(after, &["/7", "시간", "hours", "hour", "hrs", "h"])
}

/// After a `7`: how long the rest of "7 days a week" is.
fn all_week_tail(after: &str) -> Option<usize> {
    tail(after, &["days a week", "days per week", "days/week", "days"])
}

/// The first of these that stands there as whole words, with the spaces before it.
fn tail(after: &str, tails: &[&str]) -> Option<usize> {
    let bare = after.trim_start();
    let skipped = after.len() - bare.len();
    let lower: String = bare.chars().take(16).map(|c| c.to_ascii_lowercase()).collect();
    tails
        .iter()
        .find(|tail| {
            let ends = |c: char| !c.is_alphanumeric() || matches!(c, '가'..='힣');
            lower.strip_prefix(**tail).is_some_and(|beyond| beyond.chars().next().is_none_or(ends))
        })
        .map(|tail| skipped + tail.len())
}

/// The minutes after an hour and how much text they take; none where the number is no time of day.
fn minutes_tail(after: &str) -> (Option<u16>, usize) {
    if let Some(tail) = after.strip_prefix([':', '.']) {
        let digits = leading_digits(tail);
        if digits.len() == 2 {
            // Spreadsheets write seconds too.
            let seconds =
                tail[2..].strip_prefix(':').map_or(0, |s| if leading_digits(s).len() == 2 { 3 } else { 0 });
            return (digits.parse().ok(), 3 + seconds);
        }
    }
    if let Some(tail) = after.strip_prefix('시') {
        let hour = '시'.len_utf8();
        if tail.starts_with('간') {
            return (None, hour + '간'.len_utf8());
        }
        let bare = tail.trim_start();
        let skipped = tail.len() - bare.len();
        let digits = leading_digits(bare);
        if bare.starts_with('반') {
            return (Some(30), hour + skipped + '반'.len_utf8());
        }
        return match digits.len() {
            1 | 2 if bare[digits.len()..].starts_with('분') => {
                (digits.parse().ok(), hour + skipped + digits.len() + '분'.len_utf8())
            }
            _ => (Some(0), hour),
        };
    }
    // `11월`, `24일`, `2주` are dates.
    match after.chars().next() {
        Some(unit @ ('월' | '일' | '주' | '년' | '째')) => (None, unit.len_utf8()),
        _ => (Some(0), 0),
    }
}
