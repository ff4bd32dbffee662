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
    /// Whether the text says for which days it is.
    pub(super) named: bool,
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
    let days_follow = days_follow(tokens);
    let mut reader = Reader { text, tokens, at: 0, days_follow, rules: Vec::new(), warnings: Vec::new() };
    while reader.at < tokens.len() {
        match reader.peek(0) {
            Some(Token::Comma | Token::End | Token::Bracket | Token::Dash) => reader.at += 1,
            _ => reader.rule(),
        }
    }
    (reader.rules, reader.warnings)
}

/// `9am-9pm Mon-Sat, 11am-5pm Sun`: the text begins with a time and ends with days.
fn days_follow(tokens: &[(Token, Range<usize>)]) -> bool {
    let says =
        |token: &Token| matches!(token, Token::Time(_) | Token::AllDay | Token::Closed) || is_day(*token);
    let mut said = tokens.iter().map(|(token, _)| *token).filter(says);
    let first = said.next();
    matches!(first, Some(Token::Time(_) | Token::AllDay)) && said.next_back().is_some_and(is_day)
}

fn is_day(token: Token) -> bool {
    matches!(token, Token::Days(_) | Token::Holidays)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    /// Whether days stand behind their hours all through the text.
    days_follow: bool,
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

    fn and(self, other: Named) -> Named {
        Named { days: self.days | other.days, holidays: self.holidays || other.holidays }
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
        if named.any() && (self.peek(0) == Some(Token::Dash) || self.is_stop_before_time()) {
            self.at += 1;
        }
        let Some(body) = self.body(named.any()) else {
            // "Open all year" beside the hours says nothing new.
            if named.days == ALL_DAYS && matches!(self.peek(0), None | Some(Token::Comma | Token::End)) {
                return;
            }
            return self.skip(start);
        };
        if !named.any() {
            named = self.days_behind(body == Body::Closed);
        }
        let range = self.range(start, self.at);
        let days = if named.any() { named.days } else { ALL_DAYS };
        if days == 0 {
            let written = quoted(self.text[range].trim());
            self.warnings.push(Warning::Holidays { written });
        } else {
            let Named { holidays, .. } = named;
            self.rules.push(Rule { days, named: named.any(), holidays, body, range });
        }
        if self.peek(0) == Some(Token::Unknown) {
            self.skip(self.at);
        }
    }

    /// `월요일. 10:00~20:00`: a full stop behind the days ends nothing where their hours come next.
    fn is_stop_before_time(&self) -> bool {
        let stop = self
            .tokens
            .get(self.at)
            .is_some_and(|(token, range)| *token == Token::End && self.text.get(range.clone()) == Some("."));
        stop && matches!(self.peek(1), Some(Token::Time(_)))
    }

    /// `월-금`, `Sa,Su`, `Mo-Fr,PH`.
    fn days(&mut self) -> Named {
        let mut named = Named::default();
        loop {
            if let Some((more, _)) = self.some_days() {
                named = named.and(more);
            } else if named.any() && self.more_days_come() {
                self.at += 1;
            } else {
                return named;
            }
        }
    }

    /// A day, a word for several or a range, and whether it is a range: one goes over the week's end.
    fn some_days(&mut self) -> Option<(Named, bool)> {
        match (self.peek(0)?, self.peek(1), self.peek(2)) {
            (Token::Days(first), Some(Token::Dash), Some(Token::Days(last)))
                if first.count_ones() == 1 && last.count_ones() == 1 =>
            {
                self.at += 3;
                Some((Named { days: range_of(first, last), holidays: false }, true))
            }
            (Token::Days(days), ..) => {
                self.at += 1;
                Some((Named { days, holidays: false }, false))
            }
            (Token::Holidays, ..) => {
                self.at += 1;
                Some((Named { days: 0, holidays: true }, false))
            }
            _ => None,
        }
    }

    fn more_days_come(&self) -> bool {
        matches!(self.peek(0), Some(Token::Comma | Token::Bracket)) && self.peek(1).is_some_and(is_day)
    }

    /// `10:00~21:00 (평일)`, `9am-9pm Mon-Sat`, `Closed Sun, Mon`: days behind what they are for, unless the
    /// last of them begin a rule of their own.
    fn days_behind(&mut self, closed: bool) -> Named {
        let mut named = Named::default();
        let mut but_the_last = (named, self.at);
        if self.peek(0) == Some(Token::Bracket) {
            self.at += 1;
        }
        loop {
            let start = self.at;
            if let Some((more, is_range)) = self.some_days() {
                if named.any() && is_range {
                    but_the_last = (named, start);
                }
                named = named.and(more);
            } else if named.any() && self.more_days_come() {
                but_the_last = (named, start);
                self.at += 1;
            } else {
                break;
            }
        }
        let ahead = usize::from(self.peek(0) == Some(Token::Dash));
        let all_are_meant = match self.peek(ahead) {
            Some(Token::Time(_) | Token::AllDay) if closed => !but_the_last.0.any(),
            Some(Token::Time(_) | Token::AllDay) => self.days_follow,
            Some(Token::Closed) => self.days_follow && self.peek(ahead + 1).is_some_and(is_day),
            Some(Token::Unknown) => false,
            _ => true,
        };
        if !named.any() || !all_are_meant {
            (named, self.at) = but_the_last;
        }
        named
    }

    fn body(&mut self, named: bool) -> Option<Body> {
        match self.peek(0)? {
            Token::AllDay => {
                self.at += 1;
                Some(Body::AllDay)
            }
            Token::Closed => {
                self.at += 1;
                Some(Body::Closed)
            }
            Token::Time(_) => self.times(named).map(Body::Times),
            _ => None,
        }
    }

    /// A span and those straight behind it or behind a comma.
    fn times(&mut self, named: bool) -> Option<Vec<(Time, Time)>> {
        let mut times = vec![self.time_range()?];
        loop {
            let before = self.at;
            if self.peek(0) == Some(Token::Comma) {
                self.at += 1;
            }
            // `Mon-Fri 9-5, 10-4 Sat`: the second span has days of its own.
            match self.time_range() {
                Some(range) if !(named && self.has_days_behind()) => times.push(range),
                _ => {
                    self.at = before;
                    return Some(times);
                }
            }
        }
    }

    fn has_days_behind(&mut self) -> bool {
        let before = self.at;
        let any = self.days_behind(false).any();
        self.at = before;
        any
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
