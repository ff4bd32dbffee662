//! Reconciliation: what a provider says it captured and refunded, against our book.

use jiff::Timestamp;
use onshelf_db::payments;
use onshelf_vocabulary::payment::ProviderCode;

use crate::{Error, Result, Shop};

/// Something the provider and we do not agree on. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// They have money of ours that we do not know of.
    Unknown {
        reference: String,
        captured: i64,
    },
    /// We think it was captured, they do not list it.
    Missing {
        reference: String,
        captured: i64,
    },
    Captured {
        reference: String,
        ours: i64,
        theirs: i64,
    },
    Refunded {
        reference: String,
        ours: i64,
        theirs: i64,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Unknown { reference, captured } => {
                write!(out, "{reference}: the provider captured {captured}, we know nothing of it")
            }
            Difference::Missing { reference, captured } => {
                write!(out, "{reference}: we booked {captured}, the provider does not list it")
            }
            Difference::Captured { reference, ours, theirs } => {
                write!(out, "{reference}: captured {theirs} by the provider, {ours} in our book")
            }
            Difference::Refunded { reference, ours, theirs } => {
                write!(out, "{reference}: refunded {theirs} by the provider, {ours} in our book")
            }
        }
    }
}

impl Shop {
    /// Every difference since a moment. A refund under way counts as ours: it is set apart already.
    pub async fn reconcile(&self, code: ProviderCode, since: Timestamp) -> Result<Vec<Difference>> {
        let provider = self.provider(code).ok_or(Error::NotFound)?;
        let theirs = provider
            .captured_since(since)
            .await
            .map_err(|fault| Error::internal(format!("the provider's list could not be had: {fault}")))?;
        let ours = {
            let mut reader = self.db().reader().await?;
            payments::captured_since(&mut reader.tx(), code.code(), since.as_millisecond()).await?
        };
        let mut differences = Vec::new();
        for statement in &theirs {
            let reference = statement.reference.clone();
            let captured = statement.captured.amount;
            let Some(payment) = ours.iter().find(|payment| payment.reference == reference) else {
                differences.push(Difference::Unknown { reference, captured });
                continue;
            };
            if payment.captured != captured {
                let ours = payment.captured;
                differences.push(Difference::Captured {
                    reference: reference.clone(),
                    ours,
                    theirs: captured,
                });
            }
            if payment.refunded != statement.refunded {
                let (ours, theirs) = (payment.refunded, statement.refunded);
                differences.push(Difference::Refunded { reference, ours, theirs });
            }
        }
        for payment in &ours {
            if !theirs.iter().any(|statement| statement.reference == payment.reference) {
                let (reference, captured) = (payment.reference.clone(), payment.captured);
                differences.push(Difference::Missing { reference, captured });
            }
        }
        Ok(differences)
    }
}
