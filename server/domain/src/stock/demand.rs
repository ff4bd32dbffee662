//! What a basket asks of a shelf, summed per SKU.

use std::collections::BTreeMap;

use onshelf_vocabulary::{
    Quantity, Sku,
    cart::{Line, MAX_LINES},
    fulfilment::Fault,
};

/// Each SKU once with its sum, in key order, so that rows are always locked in the same order.
/// Refused with [`Fault::NoLines`] and [`Fault::TooManyLines`].
pub fn sum_demand(lines: &[Line]) -> Result<Vec<(Sku, i64)>, Fault> {
    if lines.is_empty() {
        return Err(Fault::NoLines);
    }
    if lines.len() > MAX_LINES {
        return Err(Fault::TooManyLines);
    }
    let mut sums: BTreeMap<&Sku, i64> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(&line.sku).or_default();
        // At most MAX_LINES times the greatest quantity: far from overflowing, and saturating if that changes.
        *sum = sum.saturating_add(line.quantity.get());
    }
    Ok(sums.into_iter().map(|(sku, sum)| (sku.clone(), sum)).collect())
}

/// The same as lines again: what may be asked for at a time. Refused with [`Fault::TooManyOfOne`], too.
pub fn sum_lines(lines: &[Line]) -> Result<Vec<Line>, Fault> {
    let line = |(sku, sum): (Sku, i64)| match Quantity::try_from(sum) {
        Ok(quantity) => Ok(Line { sku, quantity }),
        Err(_) => Err(Fault::TooManyOfOne),
    };
    sum_demand(lines)?.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(sku: &str, quantity: i64) -> Line {
        Line { sku: Sku::new(sku).unwrap(), quantity: Quantity::try_from(quantity).unwrap() }
    }

    #[test]
    fn a_sku_asked_for_twice_is_one_demand() {
        let summed = sum_demand(&[line("B", 1), line("A", 999), line("B", 2)]).unwrap();
        assert_eq!(summed, vec![(Sku::new("A").unwrap(), 999), (Sku::new("B").unwrap(), 3)]);
    }

    #[test]
    fn none_and_too_many_are_refused() {
        assert_eq!(sum_demand(&[]), Err(Fault::NoLines));
        assert!(sum_demand(&vec![line("A", 999); MAX_LINES]).is_ok());
        assert_eq!(sum_demand(&vec![line("A", 1); MAX_LINES + 1]), Err(Fault::TooManyLines));
    }

    #[test]
    fn as_many_of_one_thing_may_be_asked_for_in_several_lines_as_in_one() {
        assert_eq!(
            sum_lines(&[line("B", 1), line("A", 998), line("A", 1)]),
            Ok(vec![line("A", 999), line("B", 1)])
        );
        assert_eq!(sum_lines(&[line("A", 999), line("B", 1), line("A", 1)]), Err(Fault::TooManyOfOne));
        assert_eq!(sum_lines(&[]), Err(Fault::NoLines));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_keys_rise(lines in prop::collection::vec(("[A-D]{1,2}", 1i64..=999), 1..=MAX_LINES)) {
            let lines: Vec<Line> = lines.iter().map(|(sku, quantity)| line(sku, *quantity)).collect();
            let summed = sum_demand(&lines).unwrap();
            prop_assert_eq!(summed.iter().map(|(_, n)| n).sum::<i64>(), lines.iter().map(|l| l.quantity.get()).sum::<i64>());
            prop_assert!(summed.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
