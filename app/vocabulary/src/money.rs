//! Money as whole minor units and a currency: no floating point, no silent overflow.

use serde::{Deserialize, Serialize};

/// ISO 4217 currencies the shop can price in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    #[default]
    Krw,
    Usd,
    Eur,
    Gbp,
    Cad,
    Jpy,
}

impl Currency {
    pub const ALL: [Currency; 6] =
        [Currency::Krw, Currency::Usd, Currency::Eur, Currency::Gbp, Currency::Cad, Currency::Jpy];

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Krw => "KRW",
            Currency::Usd => "USD",
            Currency::Eur => "EUR",
            Currency::Gbp => "GBP",
            Currency::Cad => "CAD",
            Currency::Jpy => "JPY",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Currency> {
        Currency::ALL.into_iter().find(|currency| currency.code().eq_ignore_ascii_case(code))
    }

    /// How many decimals its minor unit has (ISO 4217 exponent).
    #[must_use]
    pub const fn decimals(self) -> u32 {
        match self {
            Currency::Krw | Currency::Jpy => 0,
            _ => 2,
        }
    }

    const fn symbol(self) -> &'static str {
        match self {
            Currency::Krw => "₩",
            Currency::Usd => "$",
            Currency::Eur => "€",
            Currency::Gbp => "£",
            Currency::Cad => "CA$",
            Currency::Jpy => "¥",
        }
    }
}

/// An amount in minor units (won, cents) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub const fn new(amount: i64, currency: Currency) -> Money {
        Money { amount, currency }
    }

    /// Whole won: they have no smaller unit.
    #[must_use]
    pub const fn won(amount: i64) -> Money {
        Money::new(amount, Currency::Krw)
    }

    /// `None` on overflow or where the currencies differ.
    #[must_use]
    pub fn checked_add(self, other: Money) -> Option<Money> {
        (self.currency == other.currency)
            .then(|| self.amount.checked_add(other.amount))
            .flatten()
            .map(|amount| Money { amount, ..self })
    }

    /// `None` on overflow.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Money> {
        self.amount.checked_mul(times).map(|amount| Money { amount, ..self })
    }

    /// As people read it: `₩38,000`, `$29.00`; the sign stands before the symbol.
    #[must_use]
    pub fn display(self) -> String {
        let digits = self.amount.unsigned_abs();
        let unit = 10u64.pow(self.currency.decimals());
        let sign = if self.amount < 0 { "−" } else { "" };
        let whole = grouped(digits / unit);
        let symbol = self.currency.symbol();
        match self.currency.decimals() {
            0 => format!("{sign}{symbol}{whole}"),
            _ => format!("{sign}{symbol}{whole}.{:02}", digits % unit),
        }
    }
}

/// Digits in groups of three, as both languages write them.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        for (money, text) in [
            (Money::won(0), "₩0"),
            (Money::won(38_000), "₩38,000"),
            (Money::won(-1_234_567), "−₩1,234,567"),
            (Money::new(2_905, Currency::Usd), "$29.05"),
            (Money::new(i64::MIN, Currency::Krw), "−₩9,223,372,036,854,775,808"),
        ] {
            assert_eq!(money.display(), text);
        }
    }

    #[test]
    fn sums_refuse_overflow_and_mixed_currencies() {
        assert_eq!(Money::won(i64::MAX).checked_add(Money::won(1)), None);
        assert_eq!(Money::won(1).checked_add(Money::new(1, Currency::Usd)), None);
        assert_eq!(Money::won(i64::MAX).checked_mul(2), None);
    }
}
