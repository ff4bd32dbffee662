//! A message that a thing is had leads to its receipt.

use std::sync::Arc;

use mail_parser::MessageParser;
use onshelf_shop::{
    Once,
    orders::PlaceOrder,
    testing::{FakePayments, on_each_engine},
};
use onshelf_vocabulary::{
    Lang, Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::{Contact, Way},
    orders::{GroupInput, OrderInput},
    payments::ProviderCode,
    staff::BoardDeed,
};

use crate::{config_in, outbox_of, send_all};

#[tokio::test]
async fn what_was_collected_has_its_receipt_in_the_mail() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let payments = Arc::new(FakePayments::default());
        test.shop.take_payments(vec![payments.clone()]);
        test.with_stock("seongsu", "CUP", 1).await;
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let lines = vec![Line { sku: Sku::new("CUP").unwrap(), quantity: Quantity::try_from(1).unwrap() }];
        let store = Some(StoreCode::new("seongsu").unwrap());
        let group = GroupInput { way: Way::Collect, store, address: None, window: None, lines };
        let email = Some("kim@shopper.example".to_owned());
        let contact = Contact { name: "Kim".to_owned(), email, phone: None };
        let provider = Some(ProviderCode::Test);
        let input = OrderInput { groups: vec![group], contact, provider, expected_total: None };
        let once = Once::new("test", "order", "a", "");
        let order = PlaceOrder { input, lang: Lang::En, near: None, once };
        let placed = test.shop.place_order(order).await.unwrap();
        assert!(payments.pay(&payments.open()[0]));
        test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
        let token = test.shop.create_token("pos", None).await.unwrap();
        let till = test.shop.partner(&token).await.unwrap().unwrap();
        let view = test.shop.order(Lang::En, &placed.number, &placed.token).await.unwrap();
        for deed in [BoardDeed::MarkReady, BoardDeed::HandOver] {
            let once = Once::new("till", deed.code(), "a", "");
            test.shop.carry_group(&till, &once, &placed.number, &view.groups[0].id, deed).await.unwrap();
        }
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
