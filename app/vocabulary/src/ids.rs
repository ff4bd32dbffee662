//! Names of things as they stand in addresses, on labels and in calls. Each is checked once, where it comes in.

use serde::{Deserialize, Serialize};

/// Why a text is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}")]
pub struct BadId {
    pub what: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Result<$name, BadId> {
                let text = text.into();
                let allowed: fn(char) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !text.chars().all(allowed) {
                    return Err(BadId { what: $what });
                }
                Ok($name(text))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<$name, BadId> {
                $name::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<$name, BadId> {
                $name::new(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A stock keeping unit: 1 to 64 printable ASCII characters without space, comma or quotes.
    Sku,
    "SKU",
    64,
    |c| c.is_ascii_graphic() && !matches!(c, ',' | '"' | '\'' | '<' | '>' | '\\' | '@')
);
text_id!(
    /// A store's code: 1 to 64 of letters, digits, `-`, `_` and `.`.
    StoreCode,
    "store code",
    64,
    |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
);
text_id!(
    /// What a product page is called in its address: 1 to 120 of letters (any script), digits, `-`, `_` and `.`.
    Slug,
    "slug",
    360,
    |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
);
text_id!(
    /// A reservation's public number, random, such as `R-7K3M-9QXD`.
    ReservationNumber,
    "reservation number",
    32,
    |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
);

/// A GTIN (GS1): 8, 12, 13 or 14 digits with a right check digit, kept as 14 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(u64);

impl Gtin {
    pub fn parse(text: &str) -> Result<Gtin, BadId> {
        let bad = BadId { what: "GTIN" };
        if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad);
        }
        let sum: u64 = text
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| u64::from(digit - b'0') * if place % 2 == 1 { 3 } else { 1 })
            .sum();
        let number = text.parse().map_err(|_| bad.clone())?;
        if sum.is_multiple_of(10) && number > 0 { Ok(Gtin(number)) } else { Err(bad) }
    }

    /// The shortest common form: 13 digits, 8 where it is that short, 14 where it must.
    #[must_use]
    pub fn display(self) -> String {
        match self.0 {
            n if n < 100_000_000 => format!("{n:08}"),
            n => format!("{n:013}"),
        }
    }

    /// As a number, so that a GTIN-12 and the same GTIN-13 are one.
    #[must_use]
    pub fn number(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gtin_is_checked_by_its_last_digit() {
        assert!(Gtin::parse("4006381333931").is_ok());
        assert!(Gtin::parse("4006381333932").is_err());
        assert_eq!(Gtin::parse("036000291452").ok(), Gtin::parse("0036000291452").ok());
        assert!(Gtin::parse("０036000291452").is_err());
    }

    #[test]
    fn ids_refuse_what_does_not_belong() {
        for bad in ["", "a b", "a,b", "a\0", "a<b", &"x".repeat(65)] {
            assert!(Sku::new(bad).is_err(), "{bad:?}");
        }
        assert!(Sku::new("JJ-KT-0120-MO").is_ok());
        assert!(StoreCode::new("../etc").is_err());
    }
}
