//! Who lost the mail finds what they placed by its number and its code, or by where they are told about it.

use onshelf_db::{fulfilment, orders};
use onshelf_shop::{
    Error,
    journeys::Found,
    orders::{KeepBasket, Placed},
    testing::{TestShop, collect, delivery, on_each_engine, order, paid, with_payments},
};
use onshelf_vocabulary::Lang;

use crate::{orders::view, paying::settle};

async fn refused(test: &TestShop, number: &str, code: &str) -> bool {
    matches!(test.shop.find_again(number, code).await, Err(Error::NotFound))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_its_number_or_a_groups_with_a_code_of_its_own() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await.with_stock("gangnam", "CUP", 5).await;
        let groups = vec![collect("seongsu", &[("CUP", 1)]), collect("gangnam", &[("CUP", 1)])];
        let placed = paid(test, &payments, "a", groups).await;
        let other = paid(test, &payments, "b", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let found = Found::Order(placed.clone());
        let groups = view(&test.shop, &placed).await.groups;
        for group in &groups {
            let code = group.code.clone().unwrap().to_lowercase();
            assert_eq!(test.shop.find_again(&placed.number, &code).await.unwrap(), found);
            assert_eq!(test.shop.find_again(&placed.number.to_lowercase(), &code).await.unwrap(), found);
            assert_eq!(test.shop.find_again(&group.id, &code).await.unwrap(), found);
        }
        let foreign = view(&test.shop, &other).await.groups[0].code.clone().unwrap();
        for code in ["AAAAAA", "", "no code", foreign.as_str()] {
            assert!(refused(test, &placed.number, code).await, "{code:?}");
            assert!(refused(test, &groups[0].id, code).await, "{code:?}");
        }
        assert!(refused(test, "O-0000-0000", &foreign).await);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_is_found_as_ever_and_a_basket_that_is_only_kept_is_not() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await;
        let held = test.reserve("010-2000-0002", "seongsu", &[("CUP", 1)]).await.unwrap();
        let code = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap().code;
        let found = test.shop.find_again(&held.number, &code).await.unwrap();
        assert_eq!(found, Found::Reservation(held.clone()));
        assert!(refused(test, &held.number, "AAAAAA").await);

        let groups = vec![collect("seongsu", &[("CUP", 1)])];
        let wish = KeepBasket { groups, lang: Lang::Ko, near: None, instead: None, network: None };
        let kept = test.shop.keep_basket(wish).await.unwrap();
        let (number, code) = group_of(test, &kept).await;
        assert!(refused(test, &kept.number, &code).await);
        assert!(refused(test, &number, &code).await);
        test.shop.let_go(&kept).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_code_is_found_by_where_its_owner_is_told() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await;
        let placed = paid(test, &payments, "a", vec![delivery(&[("CUP", 1)])]).await;
        let seen = view(&test.shop, &placed).await;
        assert!(seen.groups[0].code.is_none(), "nobody shows a code at a door");
        let found = Found::Order(placed.clone());
        for reach in ["010-2000-0001", "+82 10 2000 0001", " 01020000001 "] {
            assert_eq!(test.shop.find_again(&placed.number, reach).await.unwrap(), found, "{reach}");
            assert_eq!(test.shop.find_again(&seen.groups[0].id, reach).await.unwrap(), found, "{reach}");
        }
        for wrong in ["010-2000-0002", "a@b.kr", "%", "_", "010", ""] {
            assert!(refused(test, &placed.number, wrong).await, "{wrong:?}");
        }
        assert!(refused(test, "O-0000-0000", "010-2000-0001").await, "a contact alone opens nothing");

        let mut written = order("b", vec![collect("seongsu", &[("CUP", 1)])], None);
        written.input.contact.email = Some("Hana@Example.kr".to_owned());
        written.input.contact.phone = None;
        let other = test.shop.place_order(written).await.unwrap();
        let again = test.shop.find_again(&other.number, "hana@example.KR").await.unwrap();
        assert_eq!(again, Found::Order(other.clone()));
        assert!(refused(test, &other.number, "010-2000-0001").await, "somebody else's");
        let held = test.reserve("010-2000-0003", "seongsu", &[("CUP", 1)]).await.unwrap();
        let found = test.shop.find_again(&held.number, "010 2000 0003").await.unwrap();
        assert_eq!(found, Found::Reservation(held));
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_basket_that_is_only_kept_is_nobodys_to_find() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await;
        let groups = vec![collect("seongsu", &[("CUP", 1)])];
        let wish = KeepBasket { groups, lang: Lang::Ko, near: None, instead: None, network: None };
        let kept = test.shop.keep_basket(wish).await.unwrap();
        for reach in ["", "-", "@", "+82", "0000000"] {
            assert!(refused(test, &kept.number, reach).await, "{reach:?}");
        }
        test.shop.let_go(&kept).await.unwrap();
    })
    .await;
}

/// Number and code of the first group of what is kept, which nobody is told.
async fn group_of(test: &TestShop, kept: &Placed) -> (String, String) {
    let mut reader = test.shop.db().reader().await.unwrap();
    let mut tx = reader.tx();
    let order = orders::by_number(&mut tx, &kept.number).await.unwrap().unwrap();
    let groups = fulfilment::of_order(&mut tx, order.id).await.unwrap();
    (groups[0].number.clone(), groups[0].code.clone())
}
