//! Orders: groups of lines, each got in its own way, paid together. A group is fulfilled by a reservation of the
//! `fulfilment` room; here is what makes them one: the sums, the money, the hold while it is paid. What follows of a
//! group's steps, and what is done when one cannot be had, is a journey. No deed here talks to a provider inside a
//! transaction.

mod arrive;
mod change;
mod checkout;
mod end;
mod extend;
mod keep;
mod pass;
mod pay;
mod place;
mod plan;
mod receipt;
mod reconcile;
mod refund;
mod remind;
mod sent;
mod settle;
mod show;
mod terms;

pub use arrive::ByCar;
pub use change::{Changed, Changing, Looked};
pub(crate) use end::{close_group, count_anew, end_rivals, lock_with_rivals};
pub use keep::{KeepBasket, Kept, KeptGroup};
pub use pass::Pass;
#[cfg(any(test, feature = "testing"))]
pub(crate) use pass::read as read_pass;
pub(crate) use pass::{
    Opened, PREFIX as PASS_PREFIX, opens, reference as pass_reference, refuse as refuse_pass,
};
pub(crate) use pay::is_open;
pub use place::{PlaceOrder, Placed};
pub(crate) use place::{lock_levels, write_groups};
pub(crate) use plan::{Group, address_faults};
pub use receipt::{MoneyLine, Receipt, TaxLine};
pub use reconcile::Difference;
pub(crate) use refund::{refund_order, refund_rest};
pub(crate) use settle::{confirm_group, refund_group};
pub use show::OrderNotice;
pub(crate) use show::{arrival_view, window_view};

use std::sync::Arc;

use jiff::Timestamp;
use onshelf_domain::fulfilment::Discount;
use onshelf_vocabulary::payments::ProviderCode;

use crate::{Basket, Discounts, Error, PaymentProvider, Result, Shop};

/// What an order's token is for; a token of another purpose never opens one.
const PURPOSE: &str = "order";
/// How long a basket is held for paying. Milliseconds.
const HOLD: i64 = 10 * 60_000;

impl Shop {
    /// Lets these take money. Once, at the start; without it orders are paid at the counter.
    pub fn take_payments(&self, providers: Vec<Arc<dyn PaymentProvider>>) {
        if self.inner.tills.set(providers).is_err() {
            tracing::warn!("The payment providers were set before; the first ones stay.");
        }
    }

    /// Who takes money here.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderCode> {
        self.inner.tills.get().into_iter().flatten().map(|provider| provider.code()).collect()
    }

    pub(crate) fn provider(&self, code: ProviderCode) -> Option<Arc<dyn PaymentProvider>> {
        self.inner.tills.get()?.iter().find(|provider| provider.code() == code).cloned()
    }

    /// The provider itself, for whoever receives its webhooks.
    #[must_use]
    pub fn payment_provider(&self, code: ProviderCode) -> Option<Arc<dyn PaymentProvider>> {
        self.provider(code)
    }

    /// Lets a promotions room grant discounts on orders. Once, at the start; without it there are none.
    pub fn grant_discounts(&self, discounts: Arc<dyn Discounts>) {
        if self.inner.discounts.set(discounts).is_err() {
            tracing::warn!("Who grants discounts was set before and stays.");
        }
    }

    fn discounts(&self, basket: &Basket<'_>) -> Vec<Discount> {
        self.inner.discounts.get().map(|discounts| discounts.of(basket)).unwrap_or_default()
    }

    /// Wakes whoever asks the providers; what is due would be found a moment later anyway.
    pub(crate) fn wake_payments(&self) {
        self.inner.tills_woken.notify_one();
    }

    /// Wakes whoever gives money back, likewise.
    pub(crate) fn wake_refunds(&self) {
        self.inner.refunds_woken.notify_one();
    }

    /// Waits until there may be something to ask a provider.
    pub async fn payments_woken(&self) {
        self.inner.tills_woken.notified().await;
    }

    /// Waits until there may be money to give back.
    pub async fn refunds_woken(&self) {
        self.inner.refunds_woken.notified().await;
    }
}

pub(crate) fn moment(at: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(at).map_err(Error::internal)
}
