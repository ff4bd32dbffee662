//! A provider of payments that lives in memory and does what a test tells it: it can be paid, refused, go down, or
//! charge and then not answer.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use onshelf_vocabulary::{Currency, Money, payments::ProviderCode};

use crate::{
    BadWebhook, Hint, Intent, Opened, PaymentFault, PaymentProvider, RefundCall, Standing, Statement,
};

/// One payment in the provider's own books.
#[derive(Clone, Debug)]
struct Account {
    amount: Money,
    standing: Standing,
    captured: Money,
    refunds: HashMap<String, i64>,
    listed: bool,
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
}

/// The provider. Its books outlive any shop that is opened on them.
#[derive(Default)]
pub struct FakePayments {
    /// As whom it takes money; none: the test provider.
    code: Option<ProviderCode>,
    accounts: Mutex<BTreeMap<String, Account>>,
    mood: Mutex<Mood>,
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
            .map(|(_, account)| account.captured.amount - account.refunds.values().sum::<i64>())
            .sum()
    }

    /// Its books have this capture, whatever anybody asked for, and no refund of it.
    pub fn has(&self, reference: &str, captured: Money) {
        let account = Account {
            amount: captured,
            standing: Standing::Captured,
            captured,
            refunds: HashMap::new(),
            listed: true,
        };
        self.books().insert(reference.to_owned(), account);
    }

    /// Its books know nothing of this any more.
    pub fn forget(&self, reference: &str) {
        self.books().remove(reference);
    }

    /// Somebody gives money back on its own page, under no key of ours.
    pub fn give_back(&self, reference: &str, amount: i64) {
        if let Some(account) = self.books().get_mut(reference) {
            account.refunds.insert("by hand".to_owned(), amount);
        }
    }

    /// It lies outside of any list, and is answered for by its name.
    pub fn unlist(&self, reference: &str) {
        if let Some(account) = self.books().get_mut(reference) {
            account.listed = false;
        }
    }

    fn answer<T>(&self, done: T) -> Result<T, PaymentFault> {
        match self.mood() {
            Mood::Mute => Err(PaymentFault::Passing("no answer".to_owned())),
            _ => Ok(done),
        }
    }

    fn reachable(&self) -> Result<(), PaymentFault> {
        match self.mood() {
            Mood::Down => Err(PaymentFault::Passing("out of reach".to_owned())),
            _ => Ok(()),
        }
    }

    fn said(&self, reference: &str) -> Result<Statement, PaymentFault> {
        let books = self.books();
        let account =
            books.get(reference).ok_or_else(|| PaymentFault::Refused("no such payment".to_owned()))?;
        Ok(Statement {
            reference: reference.to_owned(),
            provider_id: format!("fake_{reference}"),
            standing: account.standing,
            captured: account.captured,
            refunded: account.refunds.values().sum(),
        })
    }
}

#[async_trait]
impl PaymentProvider for FakePayments {
    fn code(&self) -> ProviderCode {
        self.code.unwrap_or(ProviderCode::Test)
    }

    async fn open(&self, intent: &Intent) -> Result<Opened, PaymentFault> {
        self.reachable()?;
        self.books().entry(intent.reference.clone()).or_insert_with(|| Account {
            amount: intent.amount,
            standing: Standing::Open,
            captured: Money::new(0, intent.amount.currency),
            refunds: HashMap::new(),
            listed: true,
        });
        self.answer(Opened {
            provider_id: format!("fake_{}", intent.reference),
            redirect_url: format!("https://pay.example/{}", intent.reference),
        })
    }

    async fn statement(&self, reference: &str, _provider_id: &str) -> Result<Statement, PaymentFault> {
        self.reachable()?;
        let said = self.said(reference)?;
        self.answer(said)
    }

    async fn close(&self, reference: &str, _provider_id: &str) -> Result<Statement, PaymentFault> {
        self.reachable()?;
        self.refuse(reference);
        let said = self.said(reference)?;
        self.answer(said)
    }

    async fn refund(&self, call: &RefundCall) -> Result<String, PaymentFault> {
        self.reachable()?;
        {
            let mut books = self.books();
            let account = books
                .get_mut(&call.reference)
                .ok_or_else(|| PaymentFault::Refused("no such payment".to_owned()))?;
            let gone: i64 = account.refunds.values().sum();
            let fresh = !account.refunds.contains_key(&call.key);
            if fresh && gone + call.amount.amount > account.captured.amount {
                return Err(PaymentFault::Refused("more than was captured".to_owned()));
            }
            account.refunds.insert(call.key.clone(), call.amount.amount);
        }
        self.answer(format!("refund_{}", call.key))
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
        self.reachable()?;
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
