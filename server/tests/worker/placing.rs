//! Orders as shoppers place and pay them, and stores carry them on.

use std::path::Path;

use onshelf_shop::{
    Once,
    orders::{PlaceOrder, Placed},
    testing::{self, FakePayments, TestShop, bought},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::Contact,
    orders::{GroupInput, OrderInput, OrderView},
    payments::ProviderCode,
    staff::BoardDeed,
};

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

/// Placed and paid.
pub async fn paid(test: &TestShop, payments: &FakePayments, key: &str, groups: Vec<GroupInput>) -> Placed {
    bought(test, payments, order(key, Lang::Ko, groups, Some(ProviderCode::Test))).await
}

pub async fn view(test: &TestShop, placed: &Placed) -> OrderView {
    test.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap()
}

/// The store carries one group on, from the first on.
pub async fn carry(test: &TestShop, placed: &Placed, group: usize, deeds: &[BoardDeed]) {
    let group = view(test, placed).await.groups[group].id.clone();
    testing::carry(test, placed, &group, deeds).await;
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
