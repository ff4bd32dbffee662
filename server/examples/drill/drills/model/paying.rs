//! Orders and money in the shop under test, with a provider that lives in memory.

use std::collections::BTreeSet;

use onshelf_shop::{
    Once,
    journeys::Answer,
    orders::{ByCar, PlaceOrder},
    testing::won,
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{Contact, Way},
    orders::{OrderChange, OrderInput},
    payments::ProviderCode,
};

use super::{
    Failure, keeping,
    ledger::{Ledger, Outcome},
    orders::{OrderDeed, PAUSE, Wish},
    shop::{STORES, Subject, outcome, phone_of},
    words::{groups_of, home, name_in, seen},
};

/// Orders looked at when the books are compared.
const LOOKED_AT: usize = 8;

impl Subject {
    pub async fn carry_out_order(
        &mut self,
        deed: &OrderDeed,
        ledger: &mut Ledger,
    ) -> Result<Outcome, Failure> {
        match deed {
            OrderDeed::Place { phone, basket, wishes } => self.place(*phone, *basket, wishes, ledger).await,
            OrderDeed::Open { order } => {
                let (number, token) = named(*order, ledger);
                let opened = self.shop.pay_order(Lang::Ko, &number, &token, None).await;
                if let Ok(url) = &opened {
                    ledger.take_over_payment(*order, name_in(url));
                }
                outcome(opened.map(drop))
            }
            OrderDeed::Pay { order, .. } => {
                let waiting = ledger.orders()[*order].waiting.clone();
                let Some((waiting, taken)) = waiting.and_then(|own| own.taken.map(|taken| (own, taken)))
                else {
                    return Ok(Outcome::Done);
                };
                self.taken.insert(*order);
                let paid = self.payments.pay_amount(&waiting.reference, won(taken));
                Ok(if paid { Outcome::Done } else { Outcome::NotFound })
            }
            OrderDeed::Settle { order } => self.settle(*order, ledger).await,
            OrderDeed::Cancel { order } => {
                let (number, token) = named(*order, ledger);
                outcome(self.shop.cancel_order(Lang::Ko, &number, &token, None).await.map(drop))
            }
            OrderDeed::Change { order, wishes } => self.change(*order, wishes, ledger).await,
            OrderDeed::Extend { order } => {
                let (number, token) = named(*order, ledger);
                let done = outcome(self.shop.extend_order(&number, &token).await)?;
                self.see(*order, ledger).await?;
                Ok(done)
            }
            OrderDeed::Refund { order, amount } => {
                let (number, _) = named(*order, ledger);
                let once = Once::new("model", "refund", &format!("k{}", self.deeds), "");
                let done = self.shop.refund(&self.till, &once, &number, won(*amount), "drill").await;
                outcome(done.map(drop))
            }
            OrderDeed::Arrive { order, arrived } => {
                let (number, token) = named(*order, ledger);
                let words = ByCar { bay: "3", car: "" };
                outcome(self.shop.announce_arrival(&number, &token, None, *arrived, words, None).await)
            }
            OrderDeed::Heal { booking } => {
                let number = ledger.bookings()[*booking].number.clone();
                let done = outcome(self.shop.heal(&number).await)?;
                self.see_owner_of(*booking, ledger).await?;
                ledger.looked(*booking)?;
                Ok(done)
            }
            OrderDeed::Answer { booking, accept } => {
                let group = ledger.bookings()[*booking].number.clone();
                // The model may have answered already: then the offer is nobody's there any more.
                let Some(order) = ledger.offered_by(*booking) else { return Ok(Outcome::NotFound) };
                let (number, token) = named(order, ledger);
                let home = (ledger.bookings()[*booking].way == Way::Delivery).then(home);
                let answer = if *accept { Answer::Yes(home) } else { Answer::No };
                let done = outcome(self.shop.answer_offer(&number, &token, &group, answer).await)?;
                self.see(order, ledger).await?;
                Ok(done)
            }
            OrderDeed::Work => self.work(ledger).await,
        }
    }

    async fn place(
        &mut self,
        phone: usize,
        basket: Option<usize>,
        wishes: &[Wish],
        ledger: &mut Ledger,
    ) -> Result<Outcome, Failure> {
        let phone_number = Some(phone_of(phone));
        let input = OrderInput {
            groups: groups_of(wishes)?,
            contact: Contact { name: "김제자리".to_owned(), email: None, phone: phone_number },
            provider: Some(ProviderCode::Test),
            expected_total: None,
        };
        let once = Once::new("model", "order", &format!("order-{}", self.deeds), "");
        // What is brought is planned by what the shelves show.
        self.shop.catch_up().await?;
        let request = PlaceOrder { input, lang: Lang::Ko, near: None, once };
        let kept = basket.map(|basket| keeping::named(&ledger.baskets()[basket]));
        let placed = match &kept {
            Some(_) => Box::pin(self.shop.place_kept(request, kept.as_ref())).await,
            None => Box::pin(self.shop.place_order(request)).await,
        };
        match placed {
            Ok(placed) => {
                ledger.take_over_order((placed.number, placed.token), phone, basket, wishes);
                self.see(ledger.orders().len() - 1, ledger).await?;
                Ok(Outcome::Done)
            }
            Err(error) => outcome(Err(error)),
        }
    }

    async fn settle(&mut self, order: usize, ledger: &mut Ledger) -> Result<Outcome, Failure> {
        self.taken.remove(&order);
        self.shop.catch_up().await?;
        let own = &ledger.orders()[order];
        let done = self.shop.payment_returned(&own.number, &own.token, Default::default()).await;
        self.see(order, ledger).await?;
        outcome(done)
    }

    async fn change(
        &mut self,
        order: usize,
        wishes: &[Wish],
        ledger: &mut Ledger,
    ) -> Result<Outcome, Failure> {
        let own = &ledger.orders()[order];
        let change = OrderChange { groups: Some(groups_of(wishes)?), ..OrderChange::default() };
        self.shop.catch_up().await?;
        match self.shop.change_order(Lang::Ko, &own.number, &own.token, change, None).await {
            Ok(changed) => {
                self.see(order, ledger).await?;
                if let Some(url) = changed.pay {
                    ledger.take_over_payment(order, name_in(&url));
                }
                Ok(Outcome::Done)
            }
            Err(error) => outcome(Err(error)),
        }
    }

    /// All that is paid is settled in its order; then time has passed, and the workers look at the rest.
    async fn work(&mut self, ledger: &mut Ledger) -> Result<Outcome, Failure> {
        self.clock.set(ledger.now - PAUSE);
        for order in std::mem::take(&mut self.taken) {
            self.settle(order, ledger).await?;
        }
        self.clock.set(ledger.now);
        while self.shop.look_at_payments().await? > 0 {}
        self.give_back().await?;
        Ok(Outcome::Done)
    }

    /// The pass the order's page shows, else the one it showed last. It opens once, whoever has a copy.
    pub(super) async fn show_pass(
        &mut self,
        booking: usize,
        store: usize,
        ledger: &Ledger,
    ) -> Result<Outcome, Failure> {
        let group = ledger.bookings()[booking].number.clone();
        let Some(order) = ledger.owner_of(booking) else { return Ok(Outcome::Closed) };
        let (number, token) = named(order, ledger);
        let view = self.shop.order(Lang::Ko, &number, &token).await?;
        let shown = view.groups.into_iter().find(|own| own.id == group).and_then(|own| own.pass);
        if let Some(serial) = shown.as_deref().and_then(|pass| pass.split('.').nth(1)) {
            self.passes.insert(group.clone(), serial.to_owned());
        }
        let Some(serial) = self.passes.get(&group) else { return Ok(Outcome::Closed) };
        let mut opened = 0;
        for _ in 0..2 {
            let done = self.shop.hand_over_by_pass(&self.office, STORES[store], serial, None).await;
            opened += u32::from(outcome(done)? == Outcome::Done);
        }
        Ok(match opened {
            0 => Outcome::Closed,
            1 => Outcome::Done,
            _ => Outcome::Another,
        })
    }

    async fn give_back(&self) -> Result<(), Failure> {
        while self.shop.send_refunds().await? > 0 {}
        Ok(())
    }

    /// Takes over what only the shop can choose.
    async fn see(&self, order: usize, ledger: &mut Ledger) -> Result<(), Failure> {
        let own = &ledger.orders()[order];
        let view = self.shop.order(Lang::Ko, &own.number, &own.token).await?;
        for group in view.groups {
            ledger.take_over_group(order, seen(group)?)?;
        }
        ledger.has_seen_all_of(order)?;
        if let Some(url) = view.payment.redirect_url {
            ledger.take_over_payment(order, name_in(&url));
        }
        Ok(())
    }

    pub(super) async fn see_owner_of(&self, booking: usize, ledger: &mut Ledger) -> Result<(), Failure> {
        match ledger.owner_of(booking) {
            Some(order) => self.see(order, ledger).await,
            None => Ok(()),
        }
    }

    /// Where orders and their money are not what the ledger says.
    pub async fn order_differences(&self, ledger: &Ledger) -> Result<Vec<String>, Failure> {
        self.give_back().await?;
        let mut wrong = Vec::new();
        for (index, order) in ledger.orders().iter().enumerate().rev().take(LOOKED_AT) {
            let view = self.shop.order(Lang::Ko, &order.number, &order.token).await?;
            let known = (view.total.amount, view.payment.paid.amount, view.payment.refunded.amount);
            let expected = (order.total, order.captured, order.back);
            if known != expected {
                wrong.push(format!(
                    "{}: total, paid, back are {known:?}, the model has {expected:?}",
                    order.number
                ));
            }
            let unseen = order.waiting.as_ref().and_then(|waiting| waiting.taken).unwrap_or(0);
            let (kept, owed) = (self.payments.kept(&order.number), order.captured - order.back + unseen);
            if kept != owed {
                wrong.push(format!("{}: the provider keeps {kept}, the model has {owed}", order.number));
            }
            let groups: BTreeSet<(String, &str)> =
                view.groups.iter().map(|group| (group.id.clone(), group.status.code())).collect();
            let expected = ledger.standing(index);
            if groups != expected {
                wrong.push(format!("{}: {groups:?}, the model has {expected:?}", order.number));
            }
        }
        Ok(wrong)
    }
}

/// Number and token.
fn named(order: usize, ledger: &Ledger) -> (String, String) {
    let order = &ledger.orders()[order];
    (order.number.clone(), order.token.clone())
}
