//! What the shop needs from outside, as traits where there is a real one and a fake one: time, chance, whoever takes
//! money, and whoever grants discounts.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use onshelf_domain::fulfilment::Discount;
use onshelf_vocabulary::{Currency, Lang, Money, StoreCode, cart::Line, payments::ProviderCode};

/// Tells the time. The only place that reads the machine's clock is [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// Fills bytes nobody can foresee.
pub trait Chance: Send + Sync + 'static {
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's randomness.
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "the one place where chance comes in")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::RngCore::fill_bytes(&mut rand::rng(), bytes);
    }
}

/// A payment to be opened with a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Ours, unique, and the key under which a repeated call opens nothing twice: 1 to 64 of `A-Z a-z 0-9 - _`.
    pub reference: String,
    /// The order's number, for people.
    pub order: String,
    /// "법랑 주전자 외 1건", for the provider's page.
    pub title: String,
    pub amount: Money,
    pub lang: Lang,
    pub email: Option<String>,
    /// Where the shopper is sent after paying, and after refusing or leaving. Both carry a query already.
    pub return_url: String,
    pub cancel_url: String,
    /// Nobody can pay after that.
    pub expires_at: Timestamp,
}

/// A payment the provider waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The provider's own name for it.
    pub provider_id: String,
    /// The provider's page.
    pub redirect_url: String,
}

/// How a payment stands with the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The shopper has not finished.
    Open,
    Captured,
    /// Refused, left or run out: no money will come.
    Void,
}

/// What the provider itself says of a payment: the only thing that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Ours, as the provider keeps it.
    pub reference: String,
    pub provider_id: String,
    pub standing: Standing,
    /// What was captured (0 while open), in the currency it was captured in, refunds not taken off.
    pub captured: Money,
    /// Refunded so far, in the same currency's minor units.
    pub refunded: i64,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundCall {
    /// The key under which a repeated call refunds nothing twice.
    pub key: String,
    pub reference: String,
    pub provider_id: String,
    pub amount: Money,
    pub reason: String,
}

/// How a refund stands with the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundStanding {
    /// Asked for and under way: it may still fail.
    Pending,
    Done,
    /// It did not arrive: the money is still to be given back, by another way.
    Failed,
}

/// What the provider says of one refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundStatement {
    /// The provider's own name for it.
    pub name: String,
    /// The key of [`RefundCall`] it was asked for under; none: nobody here asked, as on the provider's own pages.
    pub key: Option<String>,
    /// In minor units of the currency that was captured.
    pub amount: i64,
    pub standing: RefundStanding,
}

/// A webhook that was proven to be the provider's: only a hint to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The provider's name for the event, by which a doubled one is known.
    pub event: String,
    /// Our reference of the payment it is about; none where it concerns no payment of ours.
    pub reference: Option<String>,
}

/// Why a provider did not do it. The texts are for the log and name no person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentFault {
    /// No answer, or one that may change: nobody knows whether it was done. Ask for a statement, or call again
    /// with the same key.
    #[error("{0}")]
    Passing(String),
    /// The provider says no, and will again.
    #[error("{0}")]
    Refused(String),
}

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWebhook {
    #[error("the signature is missing or wrong")]
    Unsigned,
    #[error("it was signed too long ago, or in the future")]
    Old,
    #[error("it cannot be read")]
    Unreadable,
}

/// Takes money. Every call may be repeated with the same reference or key; none is made inside a transaction.
#[async_trait]
pub trait PaymentProvider: Send + Sync + 'static {
    fn code(&self) -> ProviderCode;

    /// Opens a payment, or finds the one that was opened under this reference.
    async fn open(&self, intent: &Intent) -> Result<Opened, PaymentFault>;

    /// The shopper came back with these query fields. Where a provider needs it, the payment is confirmed here, for
    /// exactly the amount; then as `statement`.
    async fn returned(
        &self,
        reference: &str,
        provider_id: &str,
        _amount: Money,
        _query: &BTreeMap<String, String>,
    ) -> Result<Statement, PaymentFault> {
        self.statement(reference, provider_id).await
    }

    async fn statement(&self, reference: &str, provider_id: &str) -> Result<Statement, PaymentFault>;

    /// Makes sure that nobody can pay it any more, and says how it stands then (it may have been captured before).
    async fn close(&self, reference: &str, provider_id: &str) -> Result<Statement, PaymentFault>;

    /// Gives money back, or finds what was given back under this key, and says how that stands.
    async fn refund(&self, call: &RefundCall) -> Result<RefundStatement, PaymentFault>;

    /// All that was given back of a payment, by whomever, also what failed.
    async fn refunds(&self, reference: &str, provider_id: &str)
    -> Result<Vec<RefundStatement>, PaymentFault>;

    /// Proves a webhook by its raw body, in constant time, and reads what it is about. `header` finds a header's
    /// value by its lower-case name.
    fn hint(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, BadWebhook>;

    /// Whether [`hint`](PaymentProvider::hint) proves who sent a webhook. Where it does not, anybody can send one.
    fn signs(&self) -> bool;

    /// Everything that was captured since, for reconciliation.
    async fn captured_since(&self, since: Timestamp) -> Result<Vec<Statement>, PaymentFault>;

    /// How far its clock is before ours; none where it has not told it yet, or has none of its own.
    fn clock_ahead(&self) -> Option<SignedDuration> {
        None
    }
}

/// What one group of an order would cost.
#[derive(Clone, Copy, Debug)]
pub struct Basket<'a> {
    /// Where it is sold.
    pub store: &'a StoreCode,
    pub currency: Currency,
    /// Each line with the catalogue's price of one, in minor units.
    pub lines: &'a [(Line, i64)],
    pub now: Timestamp,
}

/// Grants discounts. It is asked whenever a group is priced, may be asked inside a transaction, and answers from memory:
/// the same for the same basket as long as nothing has changed.
pub trait Discounts: Send + Sync + 'static {
    fn of(&self, basket: &Basket<'_>) -> Vec<Discount>;
}
