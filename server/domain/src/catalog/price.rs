//! Prices as files have them: `25,500원`, `15.99 USD`, `$1,299.00`, `1.299,00 €`, `38000`.

use onshelf_vocabulary::{Currency, Money};
use unicode_normalization::UnicodeNormalization;

/// Why a text is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrice {
    #[error("no price is given")]
    Missing,
    #[error("not a price such as 25,500원 or 15.99 USD")]
    NotAPrice,
    #[error("the currency is not one the shop can price in")]
    UnknownCurrency,
    #[error("more decimals than the currency has")]
    TooFine,
    #[error("a price cannot be below zero")]
    Negative,
    #[error("greater than any price can be")]
    TooGreat,
}

/// Longer than any price.
const MAX_TEXT: usize = 64;

/// A price in the currency it names, else in `default`. The last of `.` and `,` is the decimal sign where
/// both stand, or where fewer than three digits follow it.
pub fn parse_price(text: &str, default: Currency) -> Result<Money, BadPrice> {
    if text.len() > MAX_TEXT {
        return Err(BadPrice::NotAPrice);
    }
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let (first, last) =
        match (text.find(|c: char| c.is_ascii_digit()), text.rfind(|c: char| c.is_ascii_digit())) {
            (Some(first), Some(last)) => (first, last),
            _ if text.is_empty() => return Err(BadPrice::Missing),
            _ => return Err(BadPrice::NotAPrice),
        };
    let (before, number, after) = (text[..first].trim(), &text[first..=last], text[last + 1..].trim());
    let (before, negative) =
        match before.trim_end_matches(['-', '\u{2212}']).trim_start_matches(['-', '\u{2212}']).trim() {
            bare if bare.len() == before.len() => (bare, false),
            bare => (bare, true),
        };
    let currency = currency_of(before, after, default)?;
    let amount = amount_of(number, currency)?;
    if negative && amount > 0 { Err(BadPrice::Negative) } else { Ok(Money::new(amount, currency)) }
}

fn currency_of(before: &str, after: &str, default: Currency) -> Result<Currency, BadPrice> {
    // `38,000.-` and `1,299.` end in signs that say nothing.
    let after = after.trim_start_matches(['.', ',', '-']).trim();
    match (before, after) {
        ("", "") => Ok(default),
        (one, "") | ("", one) => named(one, default).ok_or(BadPrice::UnknownCurrency),
        (one, other) => match (named(one, default), named(other, default)) {
            // `$15.99 CAD`: the letters say which dollar.
            (Some(_), Some(said)) if one == "$" => Ok(said),
            (Some(a), Some(b)) if a == b => Ok(a),
            _ => Err(BadPrice::UnknownCurrency),
        },
    }
}

fn named(sign: &str, default: Currency) -> Option<Currency> {
    let currency = match sign.to_lowercase().as_str() {
        "₩" | "원" | "won" => Currency::Krw,
        "$" if default == Currency::Cad => Currency::Cad,
        "$" | "us$" | "usd$" | "달러" => Currency::Usd,
        "€" | "유로" => Currency::Eur,
        "£" => Currency::Gbp,
        "ca$" | "c$" | "cad$" => Currency::Cad,
        "¥" | "円" | "엔" => Currency::Jpy,
        code => return Currency::from_code(code),
    };
    Some(currency)
}

/// Minor units of a number with or without separators.
fn amount_of(number: &str, currency: Currency) -> Result<i64, BadPrice> {
    let (whole, fraction) = split_decimals(number, currency);
    let whole = ungrouped(whole)?;
    let decimals = currency.decimals() as usize;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadPrice::NotAPrice);
    }
    // Digits only from here on: any place in them is a boundary.
    let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
    if beyond.bytes().any(|digit| digit != b'0') {
        return Err(BadPrice::TooFine);
    }
    let digits = format!("{whole}{kept:0<decimals$}");
    digits.parse().map_err(|_| BadPrice::TooGreat)
}

/// The whole part as written, and the digits after the decimal sign.
fn split_decimals(number: &str, currency: Currency) -> (&str, &str) {
    let Some(at) = number.rfind(['.', ',']) else { return (number, "") };
    let (whole, tail) = (&number[..at], &number[at + 1..]);
    let sign = &number[at..=at];
    // No group of thousands begins with a zero: `0,990` is less than one.
    let is_zero = whole.bytes().all(|digit| digit == b'0');
    let is_decimal = if whole.contains(sign) {
        // `1,299,000` has the sign twice: it groups.
        false
    } else if whole.contains(['.', ',']) || tail.len() != 3 || whole.len() > 3 || is_zero {
        true
    } else {
        // Three digits after a lone sign: `1,299` and `38.000` group; only `15.990` in cents may not.
        sign == "." && currency.decimals() > 0 && currency != Currency::Eur
    };
    if is_decimal { (whole, tail) } else { (number, "") }
}

/// Without its separators, which must stand before every third digit from the end, be all the same, and follow
/// no leading zero.
fn ungrouped(whole: &str) -> Result<String, BadPrice> {
    let mut signs = whole.chars().filter(|c| !c.is_ascii_digit());
    let Some(sign) = signs.next() else { return Ok(whole.to_owned()) };
    if !matches!(sign, ',' | '.' | ' ' | '\'' | '\u{2019}') || signs.any(|other| other != sign) {
        return Err(BadPrice::NotAPrice);
    }
    let groups: Vec<&str> = whole.split(sign).collect();
    let right = groups.iter().enumerate().all(|(place, group)| match place {
        0 => (1..=3).contains(&group.len()) && !group.starts_with('0'),
        _ => group.len() == 3,
    });
    if right { Ok(groups.concat()) } else { Err(BadPrice::NotAPrice) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prices_are_read_as_files_have_them() {
        use Currency::{Cad, Eur, Gbp, Jpy, Krw, Usd};
        for (text, default, amount, currency) in [
            ("25,500원", Usd, 25_500, Krw),
            ("38000", Krw, 38_000, Krw),
            ("₩38,000", Usd, 38_000, Krw),
            ("￦38,000", Usd, 38_000, Krw),
            ("38,000.00 KRW", Usd, 38_000, Krw),
            ("38.000", Krw, 38_000, Krw),
            ("15.99 USD", Krw, 1_599, Usd),
            ("USD 15.9", Krw, 1_590, Usd),
            ("15.990 usd", Krw, 1_599, Usd),
            ("$1,299.00", Krw, 129_900, Usd),
            ("$1,299", Krw, 129_900, Usd),
            ("$15.99 CAD", Krw, 1_599, Cad),
            ("CA$15.99", Krw, 1_599, Cad),
            ("$5", Cad, 500, Cad),
            ("1.299,00 €", Krw, 129_900, Eur),
            ("1.299 €", Krw, 129_900, Eur),
            ("1 299,50 EUR", Krw, 129_950, Eur),
            ("1\u{a0}299,50 EUR", Krw, 129_950, Eur),
            ("£0.99", Krw, 99, Gbp),
            ("¥1,980", Krw, 1_980, Jpy),
            ("1,234,567원", Krw, 1_234_567, Krw),
            ("0", Krw, 0, Krw),
            ("12.5", Usd, 1_250, Usd),
            ("38,000.-", Krw, 38_000, Krw),
            ("0,990 EUR", Krw, 99, Eur),
            ("0.990 EUR", Krw, 99, Eur),
            ("0,990 USD", Krw, 99, Usd),
            ("0.000", Krw, 0, Krw),
            ("100,990 EUR", Krw, 10_099_000, Eur),
        ] {
            assert_eq!(parse_price(text, default), Ok(Money::new(amount, currency)), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for (text, bad) in [
            ("$1,234.\u{fffd}5.", BadPrice::NotAPrice),
            ("", BadPrice::Missing),
            ("무료", BadPrice::NotAPrice),
            ("12 3", BadPrice::NotAPrice),
            ("1,2,3", BadPrice::NotAPrice),
            ("10-20", BadPrice::NotAPrice),
            ("1e5", BadPrice::NotAPrice),
            ("-5 USD", BadPrice::Negative),
            ("$-5", BadPrice::Negative),
            ("15 XYZ", BadPrice::UnknownCurrency),
            ("₩15 USD", BadPrice::UnknownCurrency),
            ("38000.50 KRW", BadPrice::TooFine),
            ("1.999 USD", BadPrice::TooFine),
            ("9223372036854775808", BadPrice::TooGreat),
            ("0.500 KRW", BadPrice::TooFine),
            ("0,500", BadPrice::TooFine),
            ("0,995 EUR", BadPrice::TooFine),
            ("012,345 KRW", BadPrice::NotAPrice),
            ("012,340 USD", BadPrice::NotAPrice),
            ("0,990,000", BadPrice::NotAPrice),
            ("0,990.00 USD", BadPrice::NotAPrice),
            ("0 990", BadPrice::NotAPrice),
        ] {
            assert_eq!(parse_price(text, Currency::Krw), Err(bad), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read(amount in 0i64..=i64::MAX, at in 0usize..6) {
            let money = Money::new(amount, Currency::ALL[at]);
            prop_assert_eq!(parse_price(&money.display(), Currency::Krw), Ok(money));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}", digits in "[0-9.,' -]{0,20}") {
            let _ = (parse_price(&text, Currency::Krw), parse_price(&digits, Currency::Usd));
        }
    }
}
