//! What a receipt states: the order, the tax of what each store sold, and every movement of money with its day. The
//! same numbers stand on the page and on paper.

use onshelf_db::{
    fulfilment::{self, ReservationRow},
    orders::OrderRow,
    payments::{self, PaymentRow, RefundRow},
};
use onshelf_domain::{orders::Tax, words};
use onshelf_vocabulary::{
    Lang, Moment, Money,
    fulfilment::ReservationStatus::{Cancelled, Expired, NotFound, Pending},
    orders::OrderView,
    payments::ProviderCode,
};

use super::{moment, refund::standing_in_books, show::groups_zone};
use crate::{
    Book, Error, RefundStanding, Result, Shop, fulfilment::state_of, money::currency_of, stores::Store,
};

/// An order with what was paid for it, for whoever keeps papers.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    pub order: OrderView,
    /// A line for each store that sold something; with the money that came back besides as a last one.
    pub taxes: Vec<TaxLine>,
    /// In the order it moved.
    pub money: Vec<MoneyLine>,
}

/// The tax of what one store sold: rounded once, for all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxLine {
    /// Who sold it; none: money that came back for what was sold.
    pub store: Option<String>,
    /// In millionths; none where the rate has changed since and cannot be said any more.
    pub rate: Option<u32>,
    /// Without the tax.
    pub net: Money,
    pub tax: Money,
    /// With it: what was asked.
    pub gross: Money,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MoneyLine {
    pub at: Moment,
    /// Above 0 where it came in, below where it went back.
    pub amount: Money,
    pub provider: Option<ProviderCode>,
    /// What came in is done; what went back may be under way, or is owed as it could not be given back.
    pub standing: RefundStanding,
}

impl Receipt {
    /// What was paid and not given back.
    #[must_use]
    pub fn kept(&self) -> Money {
        let payment = &self.order.payment;
        Money::new(payment.paid.amount - payment.refunded.amount, payment.paid.currency)
    }
}

impl Shop {
    /// For whoever shows the order's token; there is one once something was paid.
    pub async fn receipt(&self, lang: Lang, number: &str, token: &str) -> Result<Receipt> {
        let order = self.owned_order(number, token).await?;
        let mut reader = self.db().reader().await?;
        let mut tx = reader.tx();
        let view = self.order_view(&mut tx, lang, &order).await?;
        if view.payment.paid.amount == 0 {
            return Err(Error::NotFound);
        }
        let book = self.book();
        let rows = fulfilment::of_order(&mut tx, order.id).await?;
        let payments = payments::of_order(&mut tx, order.id).await?;
        let refunds = payments::refunds_of(&mut tx, order.id).await?;
        let zone = groups_zone(&book, &rows);
        let said = |at: i64| moment(at).map(|at| words::moment(lang, at, self.now(), &zone));
        let money = moved(&order, &payments, &refunds, said)?;
        let mut receipt = Receipt { order: view, taxes: Vec::new(), money };
        receipt.taxes = self.taxes_of(lang, &book, &order, &rows, receipt.kept().amount)?;
        Ok(receipt)
    }

    fn taxes_of(
        &self,
        lang: Lang,
        book: &Book,
        order: &OrderRow,
        rows: &[ReservationRow],
        kept: i64,
    ) -> Result<Vec<TaxLine>> {
        let currency = currency_of(&order.currency)?;
        let mut lines = Vec::new();
        let mut sold = 0i64;
        for row in rows {
            // What was only offered, or will not be had, is no sale.
            if matches!(state_of(row)?.status_at(self.now()), Pending | Cancelled | Expired | NotFound) {
                continue;
            }
            let store = book.stores.by_id(row.store_id).ok_or(Error::NotFound)?;
            sold = sold.saturating_add(row.asked);
            lines.push(TaxLine {
                store: Some(store.name.get(lang).to_owned()),
                rate: self.rate_of(store, row),
                net: Money::new(row.asked - row.tax, currency),
                tax: Money::new(row.tax, currency),
                gross: Money::new(row.asked, currency),
            });
        }
        lines.extend(given_back(&lines, Money::new(sold - kept, currency)));
        Ok(lines)
    }

    /// The rate a group was taxed at, where today's table still says the same tax: a receipt states no rate that was
    /// not the one.
    fn rate_of(&self, store: &Store, row: &ReservationRow) -> Option<u32> {
        let tax = self.tax_at(store);
        (tax.of(row.total.saturating_add(row.fee)) == row.tax).then_some(tax.rate)
    }
}

/// Money that went back though all was handed over lowers what was sold, and its tax with it. With several rates
/// nobody can say which of them it lowers, and the line says no tax.
fn given_back(lines: &[TaxLine], back: Money) -> Option<TaxLine> {
    if back.amount <= 0 {
        return None;
    }
    let rate = lines.first()?.rate?;
    let rate = lines.iter().all(|line| line.rate == Some(rate)).then_some(rate);
    // What comes back has its tax in it, whichever way it was charged.
    let tax = rate.map_or(0, |rate| Tax { rate, included: true }.of(back.amount));
    let minus = |amount: i64| Money::new(-amount, back.currency);
    Some(TaxLine {
        store: None,
        rate,
        net: minus(back.amount - tax),
        tax: minus(tax),
        gross: minus(back.amount),
    })
}

fn moved(
    order: &OrderRow,
    payments: &[PaymentRow],
    refunds: &[RefundRow],
    said: impl Fn(i64) -> Result<Moment>,
) -> Result<Vec<MoneyLine>> {
    let currency = currency_of(&order.currency)?;
    let provider_of = |id: i64| {
        let payment = payments.iter().find(|payment| payment.id == id);
        payment.and_then(|payment| ProviderCode::from_code(&payment.provider))
    };
    let came = payments.iter().filter(|payment| payment.captured > 0).map(|payment| {
        (payment.ended_at.unwrap_or(payment.created_at), payment.captured, payment.id, RefundStanding::Done)
    });
    let went = refunds.iter().map(|refund| {
        let at = refund.done_at.unwrap_or(refund.created_at);
        (at, -refund.amount, refund.payment_id, standing_in_books(refund))
    });
    let mut all: Vec<_> = came.chain(went).collect();
    // Kept in this order where two moved at the same moment.
    all.sort_by_key(|(at, ..)| *at);
    all.into_iter()
        .map(|(at, amount, payment, standing)| {
            let amount = Money::new(amount, currency);
            Ok(MoneyLine { at: said(at)?, amount, provider: provider_of(payment), standing })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use onshelf_vocabulary::Currency;

    use super::*;

    fn line(rate: u32, net: i64, tax: i64) -> TaxLine {
        let money = |amount| Money::new(amount, Currency::Usd);
        TaxLine {
            store: Some("SoHo".to_owned()),
            rate: Some(rate),
            net: money(net),
            tax: money(tax),
            gross: money(net + tax),
        }
    }

    #[test]
    fn what_came_back_takes_its_tax_along() {
        let back = |lines: &[TaxLine], amount| given_back(lines, Money::new(amount, Currency::Usd));
        let york = line(88_750, 10_000, 888);
        let all = back(std::slice::from_ref(&york), 10_888).unwrap();
        assert_eq!((all.net.amount, all.tax.amount, all.gross.amount), (-10_000, -888, -10_888));
        assert_eq!(back(std::slice::from_ref(&york), 0), None);
        let mixed = back(&[york, line(40_000, 1_000, 40)], 500).unwrap();
        assert_eq!((mixed.rate, mixed.tax.amount, mixed.gross.amount), (None, 0, -500));
    }
}
