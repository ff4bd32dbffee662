//! The parameters of an address, read strictly: all faults are told together.

use onshelf_vocabulary::{Point, Text};

use super::json::escaped;
use crate::http::problem::{FieldError, Problem};

/// More than any call takes, the live stream's shelves among them; what comes after is not read.
const MOST: usize = 300;

/// The query's parameters. Each is taken by its name; what nobody takes was never known.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Parameters {
    /// Refuses names besides `known`.
    #[must_use]
    pub fn read(query: Option<&str>, known: &[&str]) -> Parameters {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .take(MOST)
            .collect();
        let mut parameters = Parameters { pairs: Vec::new(), errors: Vec::new() };
        for (name, value) in pairs {
            if known.contains(&name.as_str()) {
                parameters.pairs.push((name, value));
            } else {
                let name: String = name.chars().take(80).collect();
                parameters.fault(&name, "모르는 매개변수입니다.", "There is no such parameter.");
            }
        }
        parameters
    }

    /// Notes what is wrong with a parameter; told by `finish`.
    pub fn fault(&mut self, name: &str, ko: impl Into<String>, en: impl Into<String>) {
        self.errors.push(FieldError { pointer: format!("/{}", escaped(name)), detail: Text::new(ko, en) });
    }

    /// Every value of a parameter that may stand there several times.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.clone()).collect()
    }

    /// The value of a parameter that may stand there once, of at most `longest` characters.
    pub fn one(&mut self, name: &str, longest: usize) -> Option<String> {
        let mut values = self.all(name);
        if values.len() > 1 {
            self.fault(name, "한 번만 쓸 수 있습니다.", "This may be given only once.");
            return None;
        }
        let value = values.pop()?;
        if value.chars().nth(longest).is_some() {
            self.fault(name, "너무 깁니다.", "This is too long.");
            return None;
        }
        Some(value)
    }

    /// A whole number within bounds, both included.
    pub fn number(&mut self, name: &str, from: i64, to: i64, otherwise: i64) -> i64 {
        let Some(text) = self.one(name, 20) else { return otherwise };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && (from..=to).contains(&number) => number,
            _ => {
                let (ko, en) = (
                    format!("{from}에서 {to}까지의 정수입니다."),
                    format!("A whole number from {from} to {to}."),
                );
                self.fault(name, ko, en);
                otherwise
            }
        }
    }

    /// `true` or `false`, in letters of either size, as some languages write their own; absent is false.
    pub fn flag(&mut self, name: &str) -> bool {
        let Some(text) = self.one(name, 20) else { return false };
        match text.to_ascii_lowercase().as_str() {
            "false" => false,
            "true" => true,
            _ => {
                self.fault(name, "true 또는 false입니다.", "This is true or false.");
                false
            }
        }
    }

    /// `LAT,LNG` in degrees.
    pub fn point(&mut self, name: &str) -> Option<Point> {
        let text = self.one(name, 80)?;
        let point = text.parse().ok();
        if point.is_none() {
            self.fault(
                name,
                "위치는 `위도,경도`입니다. 위도는 -90~90, 경도는 -180~180입니다.",
                "A position is LAT,LNG: a latitude from -90 to 90 and a longitude from -180 to 180.",
            );
        }
        point
    }

    /// A text that its type accepts.
    pub fn parsed<T: std::str::FromStr>(&mut self, name: &str, longest: usize) -> Option<T> {
        let text = self.one(name, longest)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.fault(name, "올바른 값이 아닙니다.", "This is not a valid value.");
        }
        value
    }

    /// Ends reading: all faults together.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_strictly() {
        let faults = |query: &str| {
            let mut parameters = Parameters::read(Some(query), &["limit", "near", "open_now"]);
            parameters.number("limit", 1, 100, 20);
            parameters.point("near");
            parameters.flag("open_now");
            parameters.finish().err().map(|problem| problem.errors[0].pointer.clone())
        };
        assert_eq!(faults("limit=5&near=37.5,127&open_now=true"), None);
        assert_eq!(faults("open_now=True"), None, "as Python writes it");
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=%2B5", "/limit"),
            ("limit=1&limit=2", "/limit"),
            ("near=NaN,127", "/near"),
            ("near=91,0", "/near"),
            ("open_now=yes", "/open_now"),
            ("colour=red", "/colour"),
        ] {
            assert_eq!(faults(query).as_deref(), Some(pointer), "{query}");
        }
    }
}
