//! From words to rules: for which days, which hours, as far as they are understood.

use std::ops::Range;

use super::{
    ALL_DAYS, Warning, quoted,
    tokens::{Time, Token},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Bits from Monday, the lowest; all of them where none were named.
    pub(super) days: u8,
    pub(super) holidays: bool,
    pub(super) body: Body,
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Times(Vec<(Time, Time)>),
    AllDay,
    Closed,
}

/// The rules in order, and warnings for what is no rule.
pub(super) fn read(text: &str, tokens: &[(Token, Range<usize>)]) -> (Vec<Rule>, Vec<Warning>) {
    let mut reader = Reader { text, tokens, at: 0, rules: Vec::new(), warnings: Vec::new() };
    while reader.at < tokens.len() {
        match reader.peek(0) {
            Some(Token::Comma | Token::End | Token::Bracket | Token::Dash) => reader.at += 1,
            _ => reader.rule(),
        }
    }
    (reader.rules, reader.warnings)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    rules: Vec<Rule>,
    warnings: Vec<Warning>,
}

/// Days that were named, if any.
#[derive(Clone, Copy, Default)]
struct Named {
    days: u8,
    holidays: bool,
}

impl Named {
    fn any(self) -> bool {
        self.days != 0 || self.holidays
    }
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| *token)
    }

    /// Always goes on by at least one token.
    fn rule(&mut self) {
        let start = self.at;
        let mut named = self.days();
        if named.any() && self.peek(0) == Some(Token::Dash) {
            self.at += 1;
        }
        let Some(body) = self.body() else {
            // "Open all year" beside the hours says nothing new.
            if named.days == ALL_DAYS && matches!(self.peek(0), None | Some(Token::Comma | Token::End)) {
                return;
            }
            return self.skip(start);
        };
        if !named.any() {
            named = self.days_behind();
        }
        let range = self.range(start, self.at);
        let days = if named.any() { named.days } else { ALL_DAYS };
        if days == 0 {
            let written = quoted(self.text[range].trim());
            self.warnings.push(Warning::Holidays { written });
        } else {
            self.rules.push(Rule { days, holidays: named.holidays, body, range });
        }
        if self.peek(0) == Some(Token::Unknown) {
            self.skip(self.at);
        }
    }

    /// `월-금`, `Sa,Su`, `Mo-Fr,PH`; a range goes over the week's end (`Sa-Mo`).
    fn days(&mut self) -> Named {
        let mut named = Named::default();
        loop {
            match (self.peek(0), self.peek(1), self.peek(2)) {
                (Some(Token::Days(first)), Some(Token::Dash), Some(Token::Days(last)))
                    if first.count_ones() == 1 && last.count_ones() == 1 =>
                {
                    named.days |= range_of(first, last);
                    self.at += 3;
                }
                (Some(Token::Days(days)), ..) => {
                    named.days |= days;
                    self.at += 1;
                }
                (Some(Token::Holidays), ..) => {
                    named.holidays = true;
                    self.at += 1;
                }
                (Some(Token::Comma | Token::Bracket), Some(Token::Days(_) | Token::Holidays), _)
                    if named.any() =>
                {
                    self.at += 1;
                }
                _ => return named,
            }
        }
    }

    /// `10:00~21:00 (평일)`: days in brackets behind their hours, unless they begin a rule of their own.
    fn days_behind(&mut self) -> Named {
        let before = self.at;
        if self.peek(0) == Some(Token::Bracket) {
            self.at += 1;
            let named = self.days();
            if named.any() && !matches!(self.peek(0), Some(Token::Time(_) | Token::Closed | Token::AllDay)) {
                return named;
            }
        }
        self.at = before;
        Named::default()
    }

    fn body(&mut self) -> Option<Body> {
        match self.peek(0)? {
            Token::AllDay => {
                self.at += 1;
                Some(Body::AllDay)
            }
            Token::Closed => {
                self.at += 1;
                Some(Body::Closed)
            }
            Token::Time(_) => self.times().map(Body::Times),
            _ => None,
        }
    }

    fn times(&mut self) -> Option<Vec<(Time, Time)>> {
        let mut times = vec![self.time_range()?];
        while self.peek(0) == Some(Token::Comma) && matches!(self.peek(1), Some(Token::Time(_))) {
            self.at += 1;
            let Some(range) = self.time_range() else {
                self.at -= 1;
                break;
            };
            times.push(range);
        }
        Some(times)
    }

    fn time_range(&mut self) -> Option<(Time, Time)> {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (Some(Token::Time(open)), Some(Token::Dash), Some(Token::Time(close))) => {
                self.at += 3;
                Some((open, close))
            }
            _ => None,
        }
    }

    /// Goes on to the next separator and warns of what was passed over.
    fn skip(&mut self, start: usize) {
        while !matches!(self.peek(0), None | Some(Token::Comma | Token::End)) {
            self.at += 1;
        }
        let written = quoted(self.text[self.range(start, self.at)].trim());
        self.warnings.push(Warning::Skipped { written });
    }

    fn range(&self, start: usize, end: usize) -> Range<usize> {
        let from = self.tokens.get(start).map_or(self.text.len(), |(_, range)| range.start);
        let to =
            end.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(from, |(_, range)| range.end);
        from..to.max(from)
    }
}

fn range_of(first: u8, last: u8) -> u8 {
    let (first, last) = (first.trailing_zeros(), last.trailing_zeros());
    let length = (last + 7 - first) % 7;
    (0..=length).fold(0, |days, offset| days | 1 << ((first + offset) % 7))
}
