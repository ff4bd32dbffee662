//! Paying: by whom it is taken, how far it has come, why it is refused.

use serde::{Deserialize, Serialize};

use crate::Money;

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderCode {
    /// Built in, for demos and tests: no money moves.
    Test,
    Stripe,
    Toss,
}

impl ProviderCode {
    pub const ALL: [ProviderCode; 3] = [ProviderCode::Test, ProviderCode::Stripe, ProviderCode::Toss];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ProviderCode::Test => "test",
            ProviderCode::Stripe => "stripe",
            ProviderCode::Toss => "toss",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<ProviderCode> {
        ProviderCode::ALL.into_iter().find(|provider| provider.code() == code)
    }
}

/// How far the money of an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// It is paid at the counter.
    AtStore,
    /// It waits for the shopper, or for the provider's word.
    Pending,
    /// The last try was refused or left; it can be tried again while the hold lasts.
    Failed,
    Paid,
    PartlyRefunded,
    Refunded,
    /// Never paid, and over.
    Void,
}

impl PaymentStatus {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            PaymentStatus::AtStore => "at_store",
            PaymentStatus::Pending => "pending",
            PaymentStatus::Failed => "failed",
            PaymentStatus::Paid => "paid",
            PaymentStatus::PartlyRefunded => "partly_refunded",
            PaymentStatus::Refunded => "refunded",
            PaymentStatus::Void => "void",
        }
    }
}

/// The money of an order as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    pub status: PaymentStatus,
    pub provider: Option<ProviderCode>,
    /// What was captured, before refunds.
    pub paid: Money,
    pub refunded: Money,
    /// What of `refunded` is under way.
    pub returning: Money,
    /// What of `refunded` the provider could not give back: it is owed until a person has seen to it.
    pub owed: Money,
    /// Where to pay, while that is possible.
    pub redirect_url: Option<String>,
}
