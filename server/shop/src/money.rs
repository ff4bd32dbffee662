//! Money as rows name it. Nobody's money is taken for another's: what is not known is a fault, and nothing is guessed.

use onshelf_vocabulary::Currency;

use crate::{Error, Result};

/// The currency with this ISO 4217 code.
pub(crate) fn currency_of(code: &str) -> Result<Currency> {
    Currency::from_code(code).ok_or_else(|| Error::internal(format!("no such currency {code:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_nobody_knows_is_not_taken_for_another() {
        for currency in Currency::ALL {
            assert_eq!(currency_of(currency.code()).unwrap(), currency);
        }
        for unknown in ["", "XYZ", "won", "₩"] {
            assert!(matches!(currency_of(unknown), Err(Error::Internal(_))), "{unknown:?}");
        }
    }
}
