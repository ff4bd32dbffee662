//! A provider of payments that lives in memory and does what a test tells it: it can be paid, refused, go down, charge
//! and then not answer, take its time with refunds, fail them, make some of its own, or answer about somebody else's.
//! Whoever calls it can be stopped before or after it has done what it was asked, and killed there.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use jiff::Timestamp;
use onshelf_vocabulary::{Currency, Money, payments::ProviderCode};
use tokio::sync::Notify;

use crate::{
    BadWebhook, Hint, Intent, Opened, PaymentFault, PaymentProvider, RefundCall, RefundStanding,
    RefundStatement, Standing, Statement,
};

/// One payment in the provider's own books.
#[derive(Clone, Debug)]
struct Account {
    amount: Money,
    standing: Standing,
    captured: Money,
    refunds: Vec<RefundStatement>,
    listed: bool,
    /// What may be taken as soon as the shopper is back.
    allowed: Option<Money>,
}

impl Account {
    /// What went back or is under way there.
    fn refunded(&self) -> i64 {
        let refunds = self.refunds.iter().filter(|refund| refund.standing != RefundStanding::Failed);
        refunds.map(|refund| refund.amount).sum()
    }
}

/// What the provider does to the next calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Nothing is done and nothing answered.
    Down,
    /// Everything is done, and the answer gets lost.
    Mute,
    /// Whoever calls stands still before anything is done, until it is killed.
    StopBefore,
    /// Whoever calls stands still when everything is done, until it is killed.
    StopAfter,
}

/// The provider. Its books outlive any shop that is opened on them.
#[derive(Default)]
pub struct FakePayments {
    /// As whom it takes money; none: the test provider.
    code: Option<ProviderCode>,
    accounts: Mutex<BTreeMap<String, Account>>,
    mood: Mutex<Mood>,
    /// Refunds take their time until they are [told how they end](FakePayments::end_refunds).
    slow_refunds: AtomicBool,
    /// What shoppers pay is taken when they are back in the shop, and not before.
    confirms: AtomicBool,
    /// Whose payment it answers about, whatever it is asked.
    confused: Mutex<Option<Statement>>,
    stopped: Notify,
}

impl FakePayments {
    /// One more beside the first, under a name of its own.
    #[must_use]
    pub fn of(code: ProviderCode) -> FakePayments {
        FakePayments { code: Some(code), ..FakePayments::default() }
    }

    fn books(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// References of payments that wait for a shopper.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        let books = self.books();
        let mut open: Vec<String> = books
            .iter()
            .filter(|(_, account)| account.standing == Standing::Open)
            .map(|(reference, _)| reference.clone())
            .collect();
        open.sort();
        open
    }

    /// The shopper pays what was asked, as long as it is open. Answers whether they could.
    pub fn pay(&self, reference: &str) -> bool {
        let asked = self.books().get(reference).map(|account| account.amount);
        asked.is_some_and(|asked| self.pay_amount(reference, asked))
    }

    /// The shopper pays something else than what was asked.
    pub fn pay_amount(&self, reference: &str, amount: Money) -> bool {
        let mut books = self.books();
        match books.get_mut(reference) {
            Some(account) if account.standing == Standing::Open && self.confirms.load(Ordering::SeqCst) => {
                account.allowed = Some(amount);
                true
            }
            Some(account) if account.standing == Standing::Open => {
                account.standing = Standing::Captured;
                account.captured = amount;
                true
            }
            _ => false,
        }
    }

    /// The shopper refuses, or leaves.
    pub fn refuse(&self, reference: &str) {
        if let Some(account) = self.books().get_mut(reference)
            && account.standing == Standing::Open
        {
            account.standing = Standing::Void;
        }
    }

    /// What the provider keeps of an order's money: captured less refunded, over all its payments.
    #[must_use]
    pub fn kept(&self, order: &str) -> i64 {
        let books = self.books();
        books
            .range(order.to_owned()..)
            .take_while(|(reference, _)| reference.starts_with(order))
            .map(|(_, account)| account.captured.amount - account.refunded())
            .sum()
    }

    /// Its books have this capture, whatever anybody asked for, and no refund of it.
    pub fn has(&self, reference: &str, captured: Money) {
        let account = Account {
            amount: captured,
            standing: Standing::Captured,
            captured,
            refunds: Vec::new(),
            listed: true,
            allowed: None,
        };
        self.books().insert(reference.to_owned(), account);
    }

    /// Its books know nothing of this any more.
    pub fn forget(&self, reference: &str) {
        self.books().remove(reference);
    }

    /// It lies outside of any list, and is answered for by its name.
    pub fn unlist(&self, reference: &str) {
        if let Some(account) = self.books().get_mut(reference) {
            account.listed = false;
        }
    }

    /// How many refunds were made of a payment, also those that failed.
    #[must_use]
    pub fn refunds_made(&self, reference: &str) -> usize {
        self.books().get(reference).map_or(0, |account| account.refunds.len())
    }

    /// From now on refunds are under way for a while.
    pub fn take_time_with_refunds(&self) {
        self.slow_refunds.store(true, Ordering::SeqCst);
    }

    /// All refunds that stand so stand otherwise from now on.
    pub fn end_refunds(&self, those: RefundStanding, now: RefundStanding) {
        let mut books = self.books();
        let refunds = books.values_mut().flat_map(|account| &mut account.refunds);
        for refund in refunds.filter(|refund| refund.standing == those) {
            refund.standing = now;
        }
    }

    /// Somebody gives money back on the provider's own pages. Answers whether that much was left.
    pub fn refund_elsewhere(&self, reference: &str, amount: i64) -> bool {
        let mut books = self.books();
        let Some(account) = books.get_mut(reference) else { return false };
        if account.refunded() + amount > account.captured.amount {
            return false;
        }
        let name = format!("page_{reference}_{}", account.refunds.len());
        let standing = RefundStanding::Done;
        account.refunds.push(RefundStatement { name, key: None, amount, standing });
        true
    }

    /// From now on it takes what was paid only when the shopper is back, as Toss does, and closes nothing.
    pub fn confirm_returns(&self) {
        self.confirms.store(true, Ordering::SeqCst);
    }

    /// Answers about this payment, whatever it is asked for; about the right one again without it.
    pub fn answer_about(&self, another: Option<Statement>) {
        *self.confused.lock().unwrap_or_else(PoisonError::into_inner) = another;
    }

    /// Waits until somebody stands still at it.
    pub async fn stopped(&self) {
        self.stopped.notified().await;
    }

    async fn stand_still(&self) {
        self.stopped.notify_one();
        std::future::pending::<()>().await;
    }

    async fn answer<T>(&self, done: T) -> Result<T, PaymentFault> {
        match self.mood() {
            Mood::Mute => return Err(PaymentFault::Passing("no answer".to_owned())),
            Mood::StopAfter => self.stand_still().await,
            Mood::Well | Mood::Down | Mood::StopBefore => {}
        }
        Ok(done)
    }

    async fn reachable(&self) -> Result<(), PaymentFault> {
        match self.mood() {
            Mood::Down => return Err(PaymentFault::Passing("out of reach".to_owned())),
            Mood::StopBefore => self.stand_still().await,
            Mood::Well | Mood::Mute | Mood::StopAfter => {}
        }
        Ok(())
    }

    fn said(&self, reference: &str) -> Result<Statement, PaymentFault> {
        if let Some(another) = &*self.confused.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(another.clone());
        }
        let books = self.books();
        let account =
            books.get(reference).ok_or_else(|| PaymentFault::Refused("no such payment".to_owned()))?;
        Ok(Statement {
            reference: reference.to_owned(),
            provider_id: format!("fake_{reference}"),
            standing: account.standing,
            captured: account.captured,
            refunded: account.refunded(),
        })
    }
}

#[async_trait]
impl PaymentProvider for FakePayments {
    fn code(&self) -> ProviderCode {
        self.code.unwrap_or(ProviderCode::Test)
    }

    async fn open(&self, intent: &Intent) -> Result<Opened, PaymentFault> {
        self.reachable().await?;
        self.books().entry(intent.reference.clone()).or_insert_with(|| Account {
            amount: intent.amount,
            standing: Standing::Open,
            captured: Money::new(0, intent.amount.currency),
            refunds: Vec::new(),
            listed: true,
            allowed: None,
        });
        let opened = Opened {
            provider_id: format!("fake_{}", intent.reference),
            redirect_url: format!("https://pay.example/{}", intent.reference),
        };
        self.answer(opened).await
    }

    async fn statement(&self, reference: &str, _provider_id: &str) -> Result<Statement, PaymentFault> {
        self.reachable().await?;
        let said = self.said(reference)?;
        self.answer(said).await
    }

    async fn returned(
        &self,
        reference: &str,
        provider_id: &str,
        _amount: Money,
        _query: &BTreeMap<String, String>,
    ) -> Result<Statement, PaymentFault> {
        if let Some(account) = self.books().get_mut(reference)
            && let Some(amount) = account.allowed.take()
        {
            (account.standing, account.captured) = (Standing::Captured, amount);
        }
        self.statement(reference, provider_id).await
    }

    async fn close(&self, reference: &str, _provider_id: &str) -> Result<Statement, PaymentFault> {
        self.reachable().await?;
        let confirms = self.confirms.load(Ordering::SeqCst);
        if !confirms {
            self.refuse(reference);
        }
        let mut said = self.said(reference)?;
        if confirms && said.standing == Standing::Open {
            said.standing = Standing::Void;
        }
        self.answer(said).await
    }

    async fn refund(&self, call: &RefundCall) -> Result<RefundStatement, PaymentFault> {
        self.reachable().await?;
        let made = {
            let mut books = self.books();
            let account = books
                .get_mut(&call.reference)
                .ok_or_else(|| PaymentFault::Refused("no such payment".to_owned()))?;
            let before = account.refunds.iter().find(|refund| refund.key.as_ref() == Some(&call.key));
            if let Some(before) = before {
                before.clone()
            } else if account.refunded() + call.amount.amount > account.captured.amount {
                return Err(PaymentFault::Refused("more than was captured".to_owned()));
            } else {
                let slow = self.slow_refunds.load(Ordering::SeqCst);
                let made = RefundStatement {
                    name: format!("refund_{}", call.key),
                    key: Some(call.key.clone()),
                    amount: call.amount.amount,
                    standing: if slow { RefundStanding::Pending } else { RefundStanding::Done },
                };
                account.refunds.push(made.clone());
                made
            }
        };
        self.answer(made).await
    }

    async fn refunds(
        &self,
        reference: &str,
        _provider_id: &str,
    ) -> Result<Vec<RefundStatement>, PaymentFault> {
        self.reachable().await?;
        // The newest first, as Stripe tells them.
        let made: Option<Vec<RefundStatement>> =
            self.books().get(reference).map(|account| account.refunds.iter().rev().cloned().collect());
        self.answer(made.unwrap_or_default()).await
    }

    fn hint(
        &self,
        _header: &dyn Fn(&str) -> Option<String>,
        _body: &[u8],
        _now: Timestamp,
    ) -> Result<Hint, BadWebhook> {
        Err(BadWebhook::Unreadable)
    }

    fn signs(&self) -> bool {
        // As those it stands in for.
        self.code() != ProviderCode::Toss
    }

    async fn captured_since(&self, _since: Timestamp) -> Result<Vec<Statement>, PaymentFault> {
        self.reachable().await?;
        let listed = |(_, account): &(&String, &Account)| account.listed;
        let references: Vec<String> =
            self.books().iter().filter(listed).map(|(name, _)| name.clone()).collect();
        let all = references.iter().filter_map(|reference| self.said(reference).ok());
        Ok(all.filter(|statement| statement.standing == Standing::Captured).collect())
    }
}

/// An amount in won.
#[must_use]
pub fn won(amount: i64) -> Money {
    Money::new(amount, Currency::Krw)
}
