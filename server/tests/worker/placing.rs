//! Orders as shoppers place and pay them, and stores carry them on.

use std::{path::Path, sync::Arc};

use onshelf_shop::{
    Once,
    orders::{PlaceOrder, Placed},
    testing::{FakePayments, TestShop},
};
use onshelf_vocabulary::{
    Lang, Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{Contact, Way},
    orders::{Address, GroupInput, OrderInput, OrderView},
    payments::ProviderCode,
    staff::BoardDeed,
};

pub fn lines(lines: &[(&str, i64)]) -> Vec<Line> {
    let line = |(sku, quantity): &(&str, i64)| Line {
        sku: Sku::new(*sku).unwrap(),
        quantity: Quantity::try_from(*quantity).unwrap(),
    };
    lines.iter().map(line).collect()
}

pub fn collect(store: &str, of: &[(&str, i64)]) -> GroupInput {
    let store = Some(StoreCode::new(store).unwrap());
    GroupInput { way: Way::Collect, store, address: None, window: None, lines: lines(of) }
}

pub fn delivery(of: &[(&str, i64)]) -> GroupInput {
    let address = Address {
        line1: "서울 성동구 연무장길 12".to_owned(),
        postcode: "04782".to_owned(),
        ..Address::default()
    };
    GroupInput { way: Way::Delivery, store: None, address: Some(address), window: None, lines: lines(of) }
}

/// By somebody who gave a mail address.
pub fn order(key: &str, lang: Lang, groups: Vec<GroupInput>, provider: Option<ProviderCode>) -> PlaceOrder {
    let contact =
        Contact {
            name: "김제자리".to_owned(), email: Some("kim@shopper.example".to_owned()), phone: None
        };
    let input = OrderInput { groups, contact, provider, expected_total: None };
    let body = format!("{input:?}");
    PlaceOrder { input, lang, near: None, once: Once::new("test", "order", key, &body) }
}

pub fn with_payments(test: &TestShop) -> Arc<FakePayments> {
    let payments = Arc::new(FakePayments::default());
    test.shop.take_payments(vec![payments.clone()]);
    payments
}

/// Placed and paid.
pub async fn paid(test: &TestShop, payments: &FakePayments, key: &str, groups: Vec<GroupInput>) -> Placed {
    let placing = order(key, Lang::Ko, groups, Some(ProviderCode::Test));
    let placed = test.shop.place_order(placing).await.unwrap();
    assert!(payments.pay(&payments.open()[0]));
    test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
    placed
}

pub async fn view(test: &TestShop, placed: &Placed) -> OrderView {
    test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap()
}

/// The store carries one group on, from the first on.
pub async fn carry(test: &TestShop, placed: &Placed, group: usize, deeds: &[BoardDeed]) {
    let token = test.shop.create_token("pos", None).await.unwrap();
    let till = test.shop.partner(&token).await.unwrap().unwrap();
    let group = view(test, placed).await.groups[group].id.clone();
    for deed in deeds {
        let once = Once::new("till", deed.code(), &group, "");
        test.shop.carry_group(&till, &once, &placed.number, &group, *deed).await.unwrap();
    }
}

/// Names of the files that were written in place of being sent, with their content, the oldest first.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder.join("mail")) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}
