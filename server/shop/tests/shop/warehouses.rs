//! A warehouse: what lies there is sent, to stores and to homes, and nobody comes for it.

use onshelf_shop::{
    Error, Viewer,
    stock::Seen,
    testing::{TestShop, carry, collect, delivery, lines, on_each_engine, order, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang, StoreCode,
    catalog::ListingQuery,
    fulfilment::{Fault, Way},
    orders::{GroupInput, OrderRefusal, OrderStatus},
    payments::ProviderCode,
    staff::BoardDeed,
    stores::{StoreKind, StoreQuery},
};

use crate::{board::associate, orders::view, paying::settle};

/// Somebody whose store is this one.
fn whose_store_is(code: &str) -> Viewer {
    Viewer { store: StoreCode::new(code).ok(), ..Viewer::new(Lang::Ko) }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_nowhere_among_the_places_one_can_go_to() {
    on_each_engine(async |test: &TestShop| {
        test.with_warehouse("depot").await;
        test.with_stock("depot", "CUP", 9).await.with_stock("gangnam", "CUP", 1).await;
        let (shop, viewer) = (&test.shop, Viewer::new(Lang::Ko));
        let all = StoreQuery { limit: 100, ..StoreQuery::default() };
        let codes: Vec<String> =
            shop.find_stores(&viewer, &all).stores.into_iter().map(|store| store.code).collect();
        assert_eq!(codes, ["seongsu", "gangnam"]);
        assert!(matches!(shop.store_page(&viewer, "depot"), Err(Error::NotFound)));
        assert!(shop.offer(Lang::Ko, "depot").is_none());
        let near = shop.store_page(&viewer, "seongsu").unwrap().nearby;
        assert!(near.iter().all(|store| store.code != "depot"));

        let book = shop.book();
        let around = |quantity| shop.shelves_of(&viewer, &book, "CUP", quantity).unwrap();
        let shelves = around(2);
        assert!(shelves.best.is_none() && shelves.others.iter().all(|shelf| shelf.store() == "gangnam"));
        assert_eq!((shelves.stores, shelves.sent_from.as_deref()), (1, None), "nobody takes money for it");
        let answers = shop.stores_with(Lang::Ko, "CUP", None, 2, 10).unwrap();
        assert!(answers.iter().all(|answer| answer.code == "gangnam"), "{answers:?}");
        assert!(shop.rank_stores(&viewer, &lines(&[("CUP", 2)]), None, 9).is_empty());
        let basket = shop.basket(&whose_store_is("depot"), &lines(&[("CUP", 2)]));
        assert!(basket.chosen.is_none() && basket.stores.is_empty(), "it is nobody's store");

        with_payments(test);
        assert_eq!(around(9).sent_from.as_deref(), Some("물류센터"));
        assert!(around(10).sent_from.is_none());
        test.with_stock("gangnam", "CUP", 9).await;
        assert!(around(9).sent_from.is_none(), "a shelf has it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_there_stands_for_its_product_only_where_no_shelf_has_any() {
    on_each_engine(async |test: &TestShop| {
        test.with_warehouse("depot").await;
        test.with_stock("depot", "KETTLE-MI", 9).await;
        let viewer = Viewer::new(Lang::Ko);
        let shown = || {
            let page = test.shop.product_page(&viewer, "kettle", None).unwrap();
            page.variants[page.chosen as usize].sku.clone()
        };
        assert_eq!(shown(), "KETTLE-MI", "it can be sent");
        test.with_stock("depot", "KETTLE-MO", 9).await;
        assert_eq!(shown(), "KETTLE-MO");
        test.with_stock("gangnam", "KETTLE-MI", 1).await;
        assert_eq!(shown(), "KETTLE-MI", "a shelf has it");
        let (book, all) =
            (test.shop.book(), ListingQuery { page: 1, per_page: 100, ..ListingQuery::default() });
        let listing = test.shop.listing(&viewer, &book, &all);
        let kettle = listing.products.iter().find(|listed| listed.slug() == "kettle").unwrap();
        assert_eq!(kettle.shelf.as_ref().map(Seen::store), Some("gangnam"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_collects_there_and_it_sends_to_stores_and_homes() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_warehouse("depot").await;
        test.with_stock("depot", "CUP", 9).await;
        for way in [Way::Collect, Way::Curbside, Way::Transfer] {
            let group = GroupInput { way, ..collect("depot", &[("CUP", 1)]) };
            let refused =
                test.shop.place_order(order(way.code(), vec![group], Some(ProviderCode::Test))).await;
            let Err(Error::Order(OrderRefusal::Invalid { faults })) = refused else { panic!("{refused:?}") };
            assert_eq!(
                (faults[0].pointer.as_str(), faults[0].fault),
                ("/groups/0/store", Fault::UnknownStore)
            );
        }
        assert!(test.reserve("010-2000-0009", "depot", &[("CUP", 1)]).await.is_err());

        let seen = test.shop.checkout(&whose_store_is("seongsu"), &lines(&[("CUP", 2)]), None).await.unwrap();
        let ways: Vec<(Way, &str, Option<&str>)> = seen
            .offers
            .iter()
            .map(|offer| (offer.way, offer.store.as_str(), offer.source_name.as_deref()))
            .collect();
        assert_eq!(ways, [(Way::Transfer, "seongsu", Some("물류센터")), (Way::Delivery, "depot", None)]);

        let sent = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 2)]) };
        let placed = paid(test, &payments, "sent", vec![sent, delivery(&[("CUP", 1)])]).await;
        let groups = view(&test.shop, &placed).await.groups;
        assert_eq!(groups[0].source.as_deref(), Some("물류센터"));
        assert_eq!((groups[1].store.code.as_str(), groups[1].store.kind), ("depot", StoreKind::Warehouse));
        assert_eq!(test.available("depot", "CUP").await, 6);

        // Somebody works there all the same.
        let packer = associate(test, "packer", &["depot"]).await;
        let stores = test.shop.staff_view(&packer, Lang::En).stores;
        assert_eq!(stores, [("depot".to_owned(), "Warehouse".to_owned())]);
        let board = test.shop.board(&packer, Lang::Ko, "depot").await.unwrap();
        assert_eq!(board.to_prepare.len(), 2);
        carry(test, &placed, &groups[0].id, &[BoardDeed::StartPicking, BoardDeed::Dispatch]).await;
        carry(test, &placed, &groups[0].id, &[BoardDeed::Arrive, BoardDeed::HandOver]).await;
        carry(test, &placed, &groups[1].id, &[BoardDeed::Dispatch, BoardDeed::Deliver]).await;
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Completed);
        settle(test).await;
    })
    .await;
}
