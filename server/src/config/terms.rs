//! What the operator's zones and taxes must be. A row that reaches nobody, or that would pay shoppers, is a slip of the
//! pen.

use onshelf_domain::orders::{Delivery, Reach, TaxRule, TaxTable, Zone};

/// Of a tax: as much again as the price, in millionths.
const RATE_MOST: u32 = 1_000_000;

/// What is wrong with the first zone that makes no sense, beginning with where it stands.
pub(super) fn delivery_fault(delivery: &Delivery) -> Option<String> {
    first_fault("delivery", &delivery.0, zone_fault)
}

/// The same of taxes.
pub(super) fn tax_fault(taxes: &TaxTable) -> Option<String> {
    first_fault("taxes", &taxes.0, rule_fault)
}

fn first_fault<T>(setting: &str, rows: &[T], fault: impl Fn(&T) -> Option<&'static str>) -> Option<String> {
    let told = |(place, row): (usize, &T)| Some(format!("{setting}[{place}].{}", fault(row)?));
    rows.iter().enumerate().find_map(told)
}

fn zone_fault(zone: &Zone) -> Option<&'static str> {
    let is_negative = |amount: i64| amount < 0;
    let fault = first_told([
        (is_negative(zone.fee), "fee: must be at least 0"),
        (zone.free_from.is_some_and(is_negative), "free_from: must be at least 0"),
        (zone.days == 0, "days: must be at least 1"),
    ]);
    reach_fault(&zone.reach).or(fault)
}

fn reach_fault(reach: &Reach) -> Option<&'static str> {
    match reach {
        Reach::Within(metres) => first_told([(*metres == 0, "reach: must be at least 1 metre")]),
        Reach::Postcodes(beginnings) => first_told([
            (beginnings.is_empty(), "reach: needs at least one postcode"),
            (beginnings.iter().any(|one| one.trim().is_empty()), "reach: a postcode must not be empty"),
        ]),
        Reach::Anywhere => None,
    }
}

fn rule_fault(rule: &TaxRule) -> Option<&'static str> {
    let is_code = rule.country.len() == 2 && rule.country.bytes().all(|byte| byte.is_ascii_uppercase());
    first_told([
        (!is_code, "country: must be two capital letters, such as KR"),
        (rule.tax.rate > RATE_MOST, "rate: must be at most 1000000, which is 100 %"),
    ])
}

fn first_told<const N: usize>(faults: [(bool, &'static str); N]) -> Option<&'static str> {
    faults.into_iter().find_map(|(is_there, told)| is_there.then_some(told))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    /// What is said of a file.
    fn said(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("onshelf.toml");
        std::fs::write(&file, text).unwrap();
        let loaded = Config::load(Some(&file), std::iter::empty());
        loaded.map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn a_zone_that_makes_no_sense_is_named() {
        let zone = |reach: &str, rest: &str| format!("[[delivery]]\nreach = {reach}\n{rest}\n");
        let plain = "fee = 3000\ndays = 1";
        for (reach, rest, named) in [
            ("\"anywhere\"", "fee = -1\ndays = 1", "delivery[1].fee: must be at least 0"),
            ("\"anywhere\"", "fee = 0\nfree_from = -1\ndays = 1", "delivery[1].free_from: must be"),
            ("\"anywhere\"", "fee = 0\ndays = 0", "delivery[1].days: must be at least 1"),
            ("{ within = 0 }", plain, "delivery[1].reach: must be at least 1 metre"),
            ("{ postcodes = [] }", plain, "delivery[1].reach: needs at least one postcode"),
            ("{ postcodes = [\"04\", \" \"] }", plain, "delivery[1].reach: a postcode must not be empty"),
        ] {
            let told = said(&(zone("{ within = 3000 }", plain) + &zone(reach, rest)));
            assert!(told.starts_with(named) && !told.contains('\n'), "{reach} {rest}: {told}");
        }
        let sound = zone("{ postcodes = [\"04\"] }", "fee = 0\nfree_from = 0\ndays = 255");
        assert_eq!(said(&sound), "");
        assert_eq!(said("delivery = []\ntaxes = []"), "", "nobody brings anything, and nothing is taxed");
    }

    #[test]
    fn a_tax_that_makes_no_sense_is_named() {
        let rule = |country: &str, rate: &str| {
            format!("[[taxes]]\ncountry = \"{country}\"\nrate = {rate}\nincluded = true\n")
        };
        for (country, rate, named) in [
            ("kr", "100000", "taxes[0].country: must be two capital letters, such as KR"),
            ("Korea", "100000", "taxes[0].country: must be"),
            ("", "100000", "taxes[0].country: must be"),
            ("KR", "1000001", "taxes[0].rate: must be at most 1000000, which is 100 %"),
        ] {
            let told = said(&rule(country, rate));
            assert!(told.starts_with(named) && !told.contains('\n'), "{country} {rate}: {told}");
        }
        // That it is no number of this kind is said while it is read.
        let told = said(&rule("KR", "-1"));
        assert!(told.contains("taxes[0]") && !told.contains('\n'), "{told}");
        assert_eq!(said(&(rule("KR", "0") + &rule("US", "1000000"))), "");
    }
}
