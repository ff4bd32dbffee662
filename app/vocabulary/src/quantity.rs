//! How many of one SKU: a whole number from 1 to 999.

use serde::{Deserialize, Serialize};

/// A quantity somebody may ask for. What is outside 1..=999 never becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Quantity(u16);

/// Why a number is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is a whole number from 1 to 999")]
pub struct NotAQuantity;

impl Quantity {
    pub const MAX: i64 = 999;
    pub const ONE: Quantity = Quantity(1);

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0 as i64
    }
}

impl TryFrom<i64> for Quantity {
    type Error = NotAQuantity;

    fn try_from(value: i64) -> Result<Quantity, NotAQuantity> {
        match u16::try_from(value) {
            Ok(small) if (1..=Quantity::MAX).contains(&value) => Ok(Quantity(small)),
            _ => Err(NotAQuantity),
        }
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> i64 {
        quantity.get()
    }
}

impl std::str::FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Quantity, NotAQuantity> {
        text.trim().parse::<i64>().map_err(|_| NotAQuantity)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_to_nine_hundred_ninety_nine() {
        for bad in [0, -1, 1000, i64::MAX, i64::MIN] {
            assert_eq!(Quantity::try_from(bad), Err(NotAQuantity), "{bad}");
        }
        assert!("1.5".parse::<Quantity>().is_err());
        assert_eq!("7".parse::<Quantity>().map(Quantity::get), Ok(7));
    }
}
