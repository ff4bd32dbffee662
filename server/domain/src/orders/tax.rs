//! Sales tax: in the price (Korea's value-added tax) or added to it (a US sales tax), by the rate of the store
//! that hands over or sends. Amounts are minor units; a tax is rounded half up once a group, never line by line, so that the
//! parts of an order sum to its total.

use serde::{Deserialize, Serialize};

/// A rate and how it is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// In millionths: 10 % is 100,000; New York City's 8.875 % is 88,750.
    pub rate: u32,
    /// Whether prices contain it.
    pub included: bool,
}

impl Tax {
    /// The tax in, or on top of, `amount`; 0 for what is not above 0. Saturates instead of overflowing.
    #[must_use]
    pub fn of(self, amount: i64) -> i64 {
        if amount <= 0 {
            return 0;
        }
        let (amount, rate) = (i128::from(amount), i128::from(self.rate));
        let base = if self.included { 1_000_000 + rate } else { 1_000_000 };
        let rounded = (amount * rate * 2 + base) / (base * 2);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }

    /// What is asked for `amount`: itself where the tax is included.
    #[must_use]
    pub fn on_top(self, amount: i64) -> i64 {
        if self.included { amount } else { amount.saturating_add(self.of(amount)) }
    }
}

/// A rule of a table: for stores of a country whose postcode begins so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRule {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Empty for all of the country.
    #[serde(default)]
    pub postcode: String,
    #[serde(flatten)]
    pub tax: Tax,
}

/// All rules of an operator; the longest postcode wins, and where none fits there is no tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTable(pub Vec<TaxRule>);

impl Default for TaxTable {
    /// Korea's 10 % in the price; other countries' rates are the operator's to give.
    fn default() -> TaxTable {
        let korea = Tax { rate: 100_000, included: true };
        TaxTable(vec![TaxRule { country: "KR".to_owned(), postcode: String::new(), tax: korea }])
    }
}

impl TaxTable {
    /// `country` is ISO 3166-1 alpha-2; no rule that fits is a rate of 0.
    #[must_use]
    pub fn at(&self, country: &str, postcode: &str) -> Tax {
        let fits = |rule: &&TaxRule| rule.country == country && postcode.starts_with(&rule.postcode);
        let rule = self.0.iter().filter(fits).max_by_key(|rule| rule.postcode.len());
        rule.map_or(Tax { rate: 0, included: true }, |rule| rule.tax)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_is_in_the_price_or_on_top_and_rounded_half_up() {
        let (korea, york) = (Tax { rate: 100_000, included: true }, Tax { rate: 88_750, included: false });
        for (tax, amount, of, asked) in [
            (korea, 11_000, 1_000, 11_000),
            (korea, 38_000, 3_455, 38_000),
            (korea, 5, 0, 5),
            (korea, 6, 1, 6),
            (york, 10_000, 888, 10_888),
            (york, 0, 0, 0),
            (york, -5, 0, -5),
            (york, i64::MAX, 818_574_268_270_861_353, i64::MAX),
        ] {
            assert_eq!((tax.of(amount), tax.on_top(amount)), (of, asked), "{tax:?} of {amount}");
        }
    }

    #[test]
    fn the_nearest_rule_counts() {
        let rule = |postcode: &str, rate| TaxRule {
            country: "US".to_owned(),
            postcode: postcode.to_owned(),
            tax: Tax { rate, included: false },
        };
        let table = TaxTable(vec![rule("1", 40_000), rule("100", 88_750)]);
        assert_eq!(table.at("US", "10013").rate, 88_750);
        assert_eq!(table.at("US", "12207").rate, 40_000);
        assert_eq!(table.at("US", "97201").rate, 0);
        assert_eq!(TaxTable::default().at("KR", "04766").rate, 100_000);
    }
}
