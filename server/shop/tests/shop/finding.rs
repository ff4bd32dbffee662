//! Who lost the mail finds what they placed by its number and its code.

use onshelf_db::{fulfilment, orders};
use onshelf_shop::{
    Error,
    journeys::Found,
    orders::{KeepBasket, Placed},
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::Lang;

use crate::{
    orders::{paid, view},
    paying::{collect, settle, with_payments},
};

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
        let wish = KeepBasket { groups, lang: Lang::Ko, near: None, instead: None };
        let kept = test.shop.keep_basket(wish).await.unwrap();
        let (number, code) = group_of(test, &kept).await;
        assert!(refused(test, &kept.number, &code).await);
        assert!(refused(test, &number, &code).await);
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
