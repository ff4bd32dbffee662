//! Orders as shoppers wish for them, place and pay them, and as a store carries them on.

use std::sync::Arc;

use onshelf_vocabulary::{
    Lang, Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{Contact, Way},
    orders::{Address, GroupInput, OrderInput},
    payments::ProviderCode,
    staff::BoardDeed,
};

use super::{FakePayments, TestShop, must};
use crate::{
    Once, Shop,
    orders::{PlaceOrder, Placed},
};

/// So many of each SKU.
#[must_use]
pub fn lines(of: &[(&str, i64)]) -> Vec<Line> {
    let line = |(sku, quantity): &(&str, i64)| Line {
        sku: must(Sku::new(*sku)),
        quantity: must(Quantity::try_from(*quantity)),
    };
    of.iter().map(line).collect()
}

/// What is collected at a store.
#[must_use]
pub fn collect(store: &str, of: &[(&str, i64)]) -> GroupInput {
    let store = Some(must(StoreCode::new(store)));
    GroupInput { way: Way::Collect, store, address: None, window: None, lines: lines(of) }
}

/// What is brought home.
#[must_use]
pub fn delivery(of: &[(&str, i64)]) -> GroupInput {
    let address = Address {
        line1: "서울 성동구 연무장길 12".to_owned(),
        postcode: "04782".to_owned(),
        ..Address::default()
    };
    GroupInput { way: Way::Delivery, store: None, address: Some(address), window: None, lines: lines(of) }
}

/// An order of somebody who gave a phone number, under an idempotency key.
#[must_use]
pub fn order(key: &str, groups: Vec<GroupInput>, provider: Option<ProviderCode>) -> PlaceOrder {
    let contact =
        Contact { name: "김제자리".to_owned(), email: None, phone: Some("010-2000-0001".to_owned()) };
    let input = OrderInput { groups, contact, provider, expected_total: None };
    let body = format!("{input:?}");
    PlaceOrder { input, lang: Lang::Ko, near: None, once: Once::new("test", "order", key, &body) }
}

/// The shop takes payments from now on, by a provider in memory.
pub fn with_payments(test: &TestShop) -> Arc<FakePayments> {
    let payments = Arc::new(FakePayments::default());
    test.shop.take_payments(vec![payments.clone()]);
    payments
}

/// Placed and paid.
pub async fn paid(test: &TestShop, payments: &FakePayments, key: &str, groups: Vec<GroupInput>) -> Placed {
    bought(test, payments, order(key, groups, Some(ProviderCode::Test))).await
}

/// The same of any wish that is paid at the provider.
pub async fn bought(test: &TestShop, payments: &FakePayments, wish: PlaceOrder) -> Placed {
    let placed = must(test.shop.place_order(wish).await);
    payments.pay_for(&test.shop, &placed.number, &placed.token).await;
    placed
}

/// A till of the chain carries a group on.
pub async fn carry(test: &TestShop, placed: &Placed, group: &str, deeds: &[BoardDeed]) {
    let token = must(test.shop.create_token("pos", None).await);
    let till = must(must(test.shop.partner(&token).await).ok_or("the till's token opens nothing"));
    for deed in deeds {
        let once = Once::new("till", deed.code(), group, "");
        must(test.shop.carry_group(&till, &once, &placed.number, group, *deed).await);
    }
}

impl FakePayments {
    /// The shopper pays what waits here for their order, and comes back from the provider's page.
    pub async fn pay_for(&self, shop: &Shop, number: &str, token: &str) {
        let waiting = self.open().into_iter().find(|reference| reference.starts_with(number));
        let reference = must(waiting.ok_or_else(|| format!("nothing waits to be paid for {number}")));
        assert!(self.pay(&reference));
        must(shop.payment_returned(number, token, Default::default()).await);
    }
}
