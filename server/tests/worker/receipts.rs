//! A message that a thing is had leads to its receipt.

use mail_parser::MessageParser;
use onshelf_shop::testing::{bought, collect, on_each_engine, with_payments};
use onshelf_vocabulary::{Lang, payments::ProviderCode, staff::BoardDeed};

use crate::{
    config_in, outbox_of,
    placing::{carry, order},
    send_all,
};

#[tokio::test]
async fn what_was_collected_has_its_receipt_in_the_mail() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let group = collect("seongsu", &[("CUP", 1)]);
        let wish = order("a", Lang::En, vec![group], Some(ProviderCode::Test));
        let placed = bought(test, &payments, wish).await;
        carry(test, &placed, 0, &[BoardDeed::MarkReady, BoardDeed::HandOver]).await;
        send_all(&outbox).await;
        let receipt =
            format!("https://shop.example/en/orders/{}/receipt.pdf?t={}", placed.number, placed.token);
        let mails: Vec<String> = std::fs::read_dir(folder.path().join("mail"))
            .unwrap()
            .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .filter_map(|bytes| {
                let mail = MessageParser::default().parse(&bytes)?;
                Some(mail.body_text(0)?.into_owned())
            })
            .filter(|text| text.contains(&receipt))
            .collect();
        assert_eq!(mails.len(), 1, "only what is had has its receipt told");
    })
    .await;
}
