//! What leaves the house, on a shop of its own and with receivers of its own: mails, short messages, events.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod messages;
mod occasions;
mod picking;
mod placing;
mod push;
mod push_stand_in;
mod receipts;
mod stock;
mod texts;
mod webhooks;

use onshelf_server::{
    config::Config,
    notifications::Notifier,
    worker::{Courier, Outbox},
};
use onshelf_shop::{Shop, testing::TestShop};
use onshelf_vocabulary::Text;

/// An outbox that writes its messages into `data_dir/mail`.
fn outbox_of(shop: &Shop, config: &Config) -> Outbox {
    let notifier = Notifier::new(shop.clone(), config, Text::new("제자리", "Jejari")).unwrap();
    Outbox::new(shop.clone(), notifier, Courier::new().unwrap())
}

fn config_in(folder: &std::path::Path) -> Config {
    Config {
        data_dir: folder.to_owned(),
        public_url: Some("https://shop.example".to_owned()),
        mail_from: "제자리 <hello@shop.example>".to_owned(),
        ..Config::default()
    }
}

/// Sends until nothing is due: an event becomes deliveries, which are due in their turn.
async fn send_all(outbox: &Outbox) {
    while outbox.round().await.unwrap() > 0 {}
}

/// Jobs neither sent nor given up.
async fn waiting(shop: &TestShop) -> i64 {
    shop.shop.backlog().await.unwrap().0
}
