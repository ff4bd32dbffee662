//! What a delivery costs and why: told beside its price, the same for whoever looks and for whoever orders.

use onshelf_shop::{
    Error, Viewer,
    orders::KeepBasket,
    testing::{TestShop, delivery, lines, on_each_engine, order, with_payments},
};
use onshelf_vocabulary::{
    Lang, Money, Point,
    fulfilment::Way,
    orders::{OrderRefusal, WayOffer, ZoneReach},
    payments::ProviderCode,
};

use crate::paying::settle;

const FAR: &str = "63000";

/// Somebody who said that they stand beside the store.
fn near() -> Viewer {
    let near = Point::new(37.5446, 127.0557).unwrap();
    Viewer { near: Some(near), near_name: Some("성수동".to_owned()), ..Viewer::new(Lang::Ko) }
}

async fn brought(test: &TestShop, postcode: Option<&str>) -> WayOffer {
    let seen = test.shop.checkout(&near(), &lines(&[("CUP", 1)]), postcode).await.unwrap();
    seen.offers.into_iter().find(|offer| offer.way == Way::Delivery).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_why_a_delivery_costs_this_and_what_it_costs_elsewhere() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await;
        let here = brought(test, None).await;
        let terms = here.terms.clone().unwrap();
        assert_eq!((here.fee, terms.place.as_deref()), (Money::won(3_500), Some("성수동")));
        let zone = terms.here().unwrap();
        assert_eq!((&zone.reach, zone.days), (&ZoneReach::Within(7_000), 1));
        assert_eq!(zone.same_day_until.as_deref(), Some("15:00"));
        assert_eq!(terms.zones.len(), 3, "each of the others is told, too");
        assert_eq!(terms.zones.iter().filter(|zone| zone.here).count(), 1);

        // A postcode counts more than where one stands, also one that nobody knows.
        let there = brought(test, Some(FAR)).await;
        let terms = there.terms.unwrap();
        assert_eq!((there.fee, terms.place.as_deref()), (Money::won(3_000), None));
        assert_eq!(terms.here().map(|zone| (&zone.reach, zone.days)), Some((&ZoneReach::Anywhere, 2)));
        assert!(there.ready_by.at > here.ready_by.at);
        assert_eq!(test.shop.brought_to(&near(), here, &lines(&[("CUP", 1)]), Some(FAR)).fee, there.fee);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_for_a_postcode_is_what_is_asked_for() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await;
        let mut group = delivery(&[("CUP", 1)]);
        let told = brought(test, group.address.as_ref().map(|address| address.postcode.as_str())).await;
        let mut wish = order("a", vec![group.clone()], Some(ProviderCode::Test));
        wish.near = near().near;
        wish.input.expected_total = Some(Money::won(0));
        let refused = test.shop.place_order(wish).await;
        let Err(Error::Order(OrderRefusal::PriceChanged { total })) = refused else { panic!("{refused:?}") };

        // What is kept for one postcode is quoted for the one that is typed then.
        let keep = KeepBasket {
            groups: vec![group.clone()],
            lang: Lang::Ko,
            near: None,
            instead: None,
            network: None,
        };
        let kept = test.shop.keep_basket(keep).await.unwrap();
        let seen = test.shop.kept_basket(&near(), &kept).await.unwrap().unwrap();
        let offer = seen.groups[0].offer.clone();
        assert_eq!(offer.fee, told.fee);
        assert!(offer.terms.is_some());
        let anew = test.shop.brought_to(&near(), offer.clone(), &seen.groups[0].lines, Some(FAR));
        let Some(address) = &mut group.address else { panic!("a delivery has an address") };
        address.postcode = FAR.to_owned();
        let mut wish = order("b", vec![group], Some(ProviderCode::Test));
        wish.input.expected_total = total.checked_add(Money::won(anew.fee.amount - told.fee.amount));
        test.shop.place_kept(wish, Some(&kept)).await.unwrap();
        assert_eq!(test.shop.brought_to(&near(), offer.clone(), &seen.groups[0].lines, None), offer);
        settle(test).await;
    })
    .await;
}
