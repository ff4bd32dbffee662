//! Where tax is added to the prices: what is asked, changed, given back and stated on the receipt is one sum, cent by
//! cent, each store's at its own rate.

use std::{sync::Arc, time::Duration};

use onshelf_shop::{
    Once, Shop,
    journeys::PickReport,
    ledger,
    orders::{Placed, Receipt},
    testing::{FakePayments, TestShop, collect, delivery, lines, on_each_engine, order},
};
use onshelf_vocabulary::{
    Currency, Lang, Money, StoreCode,
    fulfilment::ReservationStatus,
    orders::{GroupInput, OrderChange, OrderStatus, OrderView},
    payments::ProviderCode,
};

/// A shop in New York with its provider, an order in it, and its shopper.
struct York<'t> {
    test: &'t TestShop,
    shop: Shop,
    payments: Arc<FakePayments>,
    placed: Placed,
}

impl<'t> York<'t> {
    /// Orders and pays.
    async fn of(test: &'t TestShop, groups: Vec<GroupInput>) -> York<'t> {
        let (shop, payments) = (test.in_new_york().await, Arc::new(FakePayments::default()));
        shop.take_payments(vec![payments.clone()]);
        for (store, sku, count) in [("soho", "KETTLE-MO", 2), ("soho", "CUP", 9), ("albany", "CUP", 2)] {
            test.with_stock(store, sku, count).await;
        }
        shop.catch_up().await.unwrap();
        let wish = order("a", groups, Some(ProviderCode::Test));
        let placed = shop.place_order(wish).await.unwrap();
        let york = York { test, shop, payments, placed };
        york.pay().await;
        york
    }

    /// What waits at the provider is paid.
    async fn pay(&self) {
        let Placed { number, token } = &self.placed;
        self.payments.pay_for(&self.shop, number, token).await;
    }

    async fn change(&self, groups: Vec<GroupInput>) -> Option<String> {
        let change = OrderChange { groups: Some(groups), ..OrderChange::default() };
        let Placed { number, token } = &self.placed;
        self.shop.change_order(Lang::En, number, token, change, None).await.unwrap().pay
    }

    async fn view(&self) -> OrderView {
        self.shop.order(Lang::En, &self.placed.number, &self.placed.token).await.unwrap()
    }

    /// Items, fees, tax and total of the order as it is.
    async fn sums(&self) -> [i64; 4] {
        let view = self.view().await;
        assert_eq!((view.total.currency, view.tax_included), (Currency::Usd, false));
        [view.subtotal, view.fees, view.tax, view.total].map(|money| money.amount)
    }

    /// When all is done that is to be done, so much is kept: the books, the provider and the receipt say the same.
    async fn kept(&self, amount: i64) -> Receipt {
        for _ in 0..6 {
            self.test.clock.advance(Duration::from_secs(3));
            self.shop.look_at_payments().await.unwrap();
            self.shop.send_refunds().await.unwrap();
        }
        let faults = ledger::faults(self.shop.db(), self.shop.now()).await.unwrap();
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(self.payments.kept(&self.placed.number), amount);
        let all = self.shop.reconcile(ProviderCode::Test, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        assert!(all.is_empty(), "{all:?}");
        let receipt = self.shop.receipt(Lang::En, &self.placed.number, &self.placed.token).await.unwrap();
        for line in &receipt.taxes {
            assert_eq!(line.net.amount + line.tax.amount, line.gross.amount, "{line:?}");
        }
        assert_eq!(receipt.kept(), Money::new(amount, Currency::Usd));
        assert_eq!(receipt.taxes.iter().map(|line| line.gross.amount).sum::<i64>(), amount);
        assert_eq!(receipt.money.iter().map(|line| line.amount.amount).sum::<i64>(), amount);
        receipt
    }
}

/// Who sold, at which rate, and what of it is tax.
fn taxes(receipt: &Receipt) -> Vec<(Option<&str>, Option<u32>, i64)> {
    receipt.taxes.iter().map(|line| (line.store.as_deref(), line.rate, line.tax.amount)).collect()
}

/// A kettle and so many cups are collected in SoHo, a cup in Albany where one is wanted, and one is brought.
fn wish(cups: i64, albany: bool) -> Vec<GroupInput> {
    let brought = GroupInput { store: StoreCode::new("soho").ok(), ..delivery(&[("CUP", 1)]) };
    let there = albany.then(|| collect("albany", &[("CUP", 1)]));
    let here = collect("soho", &[("KETTLE-MO", 1), ("CUP", cups)]);
    [Some(here), there, Some(brought)].into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tax_that_is_added_is_asked_changed_and_given_back_to_the_cent() {
    on_each_engine(async |test: &TestShop| {
        let york = York::of(test, wish(2, true)).await;
        // 74.99 and 18.49 with what brings it at 8.875 %, and 12.50 at 4 %.
        assert_eq!(york.sums().await, [9_999, 599, 666 + 50 + 164, 11_478]);
        let receipt = york.kept(11_478).await;
        let soho = (Some("SoHo"), Some(88_750));
        assert_eq!(
            taxes(&receipt),
            [(soho.0, soho.1, 666), (Some("Albany"), Some(40_000), 50), (soho.0, soho.1, 164)]
        );

        // Dearer by a cup and its tax: paid first.
        assert!(york.change(wish(3, true)).await.is_some());
        assert_eq!(york.sums().await[3], 11_478, "not before it is paid");
        york.pay().await;
        assert_eq!(york.sums().await, [11_249, 599, 776 + 50 + 164, 12_838]);
        york.kept(12_838).await;

        // Cheaper by what Albany sold: its tax goes back, too.
        assert_eq!(york.change(wish(3, false)).await, None);
        assert_eq!(york.sums().await, [9_999, 599, 776 + 164, 11_538]);
        let receipt = york.kept(11_538).await;
        assert_eq!(taxes(&receipt), [(soho.0, soho.1, 776), (soho.0, soho.1, 164)]);

        // The kettle is broken: 49.99 with 4.43 of the tax of its group.
        let token = york.shop.create_token("pos", None).await.unwrap();
        let till = york.shop.partner(&token).await.unwrap().unwrap();
        let (once, number) = (Once::new("till", "refund", "r", ""), &york.placed.number);
        let kettle = lines(&[("KETTLE-MO", 1)]);
        let back = york.shop.refund_lines(&till, &once, number, &kettle, None, "broken").await.unwrap();
        assert_eq!(back, Money::new(5_442, Currency::Usd));
        let receipt = york.kept(6_096).await;
        let last = receipt.taxes.last().unwrap();
        assert_eq!((last.store.as_deref(), last.gross.amount), (None, -5_442));

        // The rest goes back with the order, and nothing twice.
        york.shop.cancel_order(Lang::En, number, &york.placed.token, None).await.unwrap();
        let receipt = york.kept(0).await;
        assert!(receipt.taxes.is_empty(), "{:?}", receipt.taxes);
        assert_eq!(york.view().await.status, OrderStatus::Cancelled);
        york.shop.db().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_found_takes_its_added_tax_along() {
    on_each_engine(async |test: &TestShop| {
        let york = York::of(test, vec![collect("soho", &[("CUP", 3)])]).await;
        assert_eq!(york.sums().await, [3_750, 0, 333, 4_083]);
        let token = york.shop.create_token("pos", None).await.unwrap();
        let till = york.shop.partner(&token).await.unwrap().unwrap();
        let group = york.view().await.groups[0].id.clone();
        let once = Once::new("till", "missing", "m", &group);
        let report = PickReport::Missing(lines(&[("CUP", 1)]));
        york.shop.report_group(&till, &once, &york.placed.number, &group, &report).await.unwrap();
        let view = york.view().await;
        let part = |lost: bool| {
            let mut groups = view.groups.iter();
            groups.find(|group| (group.status == ReservationStatus::NotFound) == lost).unwrap()
        };
        assert_eq!(
            (part(false).total.amount, part(true).total.amount),
            (2_722, 1_361),
            "two cups cost as two do"
        );
        york.shop.heal(&part(true).id).await.unwrap();
        // Nobody takes what was offered instead.
        york.shop.cancel_order(Lang::En, &york.placed.number, &york.placed.token, None).await.unwrap();
        york.kept(0).await;
        york.shop.db().close().await;
    })
    .await;
}
