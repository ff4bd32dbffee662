//! The life of an order: several ways at once, changes before picking, picks that fail, passes, windows.

use std::time::Duration;

use onshelf_shop::{
    Error, Shop, Viewer,
    journeys::Answer,
    orders::Placed,
    staff::NewStaff,
    testing::{TestShop, carry, collect, delivery, lines, on_each_engine, order, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang, StoreCode,
    fulfilment::{Fault, ReservationStatus, Way},
    orders::{GroupInput, OrderChange, OrderRefusal, OrderStatus, OrderView, PassRefusal},
    payments::PaymentStatus,
    staff::{BoardDeed, Role},
};

use crate::paying::settle;

pub async fn view(shop: &Shop, placed: &Placed) -> OrderView {
    shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap()
}

fn staff() -> NewStaff {
    NewStaff {
        login: "kim".to_owned(),
        name: "김".to_owned(),
        password: "a long password 1".to_owned(),
        role: Role::HeadOffice,
        stores: Vec::new(),
    }
}

fn transfer(store: &str, of: &[(&str, i64)]) -> GroupInput {
    GroupInput { way: Way::Transfer, ..collect(store, of) }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_is_got_in_three_ways() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("gangnam", "CUP", 5).await;
        let groups = vec![
            collect("seongsu", &[("KETTLE-MO", 1)]),
            transfer("seongsu", &[("CUP", 2)]),
            delivery(&[("CUP", 1)]),
        ];
        let placed = paid(test, &payments, "a", groups).await;
        let now = view(&test.shop, &placed).await;
        assert_eq!(now.status, OrderStatus::Paid);
        assert_eq!(now.subtotal.amount + now.fees.amount, now.total.amount);
        assert!(now.fees.amount > 0, "a delivery costs something");
        assert_eq!(test.available("gangnam", "CUP").await, 2);
        let ids: Vec<String> = now.groups.iter().map(|group| group.id.clone()).collect();
        carry(test, &placed, &ids[0], &[BoardDeed::MarkReady, BoardDeed::HandOver]).await;
        carry(test, &placed, &ids[1], &[BoardDeed::StartPicking, BoardDeed::Dispatch]).await;
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.can_change), (OrderStatus::Paid, false), "the delivery has not begun");
        carry(test, &placed, &ids[2], &[BoardDeed::Dispatch]).await;
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::InTransfer);
        carry(test, &placed, &ids[1], &[BoardDeed::Arrive]).await;
        assert_eq!(test.available("seongsu", "CUP").await, 0, "it is held for its owner");
        carry(test, &placed, &ids[1], &[BoardDeed::HandOver]).await;
        carry(test, &placed, &ids[2], &[BoardDeed::Deliver]).await;
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Completed);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_or_nothing_and_what_travels_is_paid_first() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 1).await.with_stock("gangnam", "CUP", 1).await;
        let groups = vec![collect("seongsu", &[("KETTLE-MO", 1)]), collect("gangnam", &[("CUP", 2)])];
        let refused = test.shop.place_order(order("a", groups, None)).await;
        let Err(Error::Order(OrderRefusal::OutOfStock { short, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((short[0].sku.as_str(), short[0].available), ("CUP", 1));
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 1, "nothing of it is held");
        let refused = test.shop.place_order(order("b", vec![delivery(&[("CUP", 1)])], None)).await;
        let Err(Error::Order(OrderRefusal::Invalid { faults })) = refused else { panic!("{refused:?}") };
        assert!(faults.iter().any(|fault| fault.fault == Fault::MustPayOnline));
        let curbside = GroupInput { way: Way::Curbside, ..collect("gangnam", &[("CUP", 1)]) };
        let refused = test.shop.place_order(order("c", vec![curbside], None)).await;
        let Err(Error::Order(OrderRefusal::Invalid { faults })) = refused else { panic!("{refused:?}") };
        assert_eq!(faults[0].fault, Fault::NotOffered);
    })
    .await;
}

/// What is paid at the counter is what can be had, however the rest of it ended.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_counter_asks_follows_what_is_left_of_an_order() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "KETTLE-MO", 9).await.with_stock("gangnam", "CUP", 9).await;
        let groups = || vec![collect("seongsu", &[("KETTLE-MO", 1)]), collect("gangnam", &[("CUP", 1)])];
        let total = async |placed: &Placed| view(&test.shop, placed).await.total.amount;
        let released = test.shop.place_order(order("a", groups(), None)).await.unwrap();
        assert_eq!(total(&released).await, 47_000);
        let ids: Vec<String> =
            view(&test.shop, &released).await.groups.iter().map(|group| group.id.clone()).collect();
        carry(test, &released, &ids[0], &[BoardDeed::Release]).await;
        assert_eq!(total(&released).await, 9_000);
        carry(test, &released, &ids[1], &[BoardDeed::HandOver]).await;
        assert_eq!(total(&released).await, 9_000);
        // Of what is given up as a whole it is told what it would have been.
        let cancelled = test.shop.place_order(order("b", groups(), None)).await.unwrap();
        test.shop.cancel_order(Lang::Ko, &cancelled.number, &cancelled.token, None).await.unwrap();
        assert_eq!(total(&cancelled).await, 47_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_picking_the_store_and_the_lines_change_and_money_follows() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "KETTLE-MO", 3).await.with_stock("gangnam", "KETTLE-MO", 3).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("KETTLE-MO", 2)])]).await;
        // Another store and one less: the stock is swapped and the difference goes back.
        let fewer = OrderChange {
            groups: Some(vec![collect("gangnam", &[("KETTLE-MO", 1)])]),
            ..OrderChange::default()
        };
        let changed =
            test.shop.change_order(Lang::Ko, &placed.number, &placed.token, fewer, None).await.unwrap();
        assert_eq!(changed.pay, None);
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 38_000);
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 3);
        assert_eq!(test.available("gangnam", "KETTLE-MO").await, 2);
        // More costs more: it is changed when the difference is paid.
        let more = OrderChange {
            groups: Some(vec![collect("gangnam", &[("KETTLE-MO", 3)])]),
            ..OrderChange::default()
        };
        let changed =
            test.shop.change_order(Lang::Ko, &placed.number, &placed.token, more, None).await.unwrap();
        assert!(changed.pay.is_some());
        assert_eq!(test.available("gangnam", "KETTLE-MO").await, 2);
        payments.pay(&payments.open()[0]);
        test.clock.advance(Duration::from_secs(20));
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 3 * 38_000);
        assert_eq!(test.available("gangnam", "KETTLE-MO").await, 0);
        // Once picking has begun it stays as it is.
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        carry(test, &placed, &group, &[BoardDeed::StartPicking]).await;
        let late = OrderChange {
            groups: Some(vec![collect("seongsu", &[("KETTLE-MO", 1)])]),
            ..OrderChange::default()
        };
        let refused = test.shop.change_order(Lang::Ko, &placed.number, &placed.token, late, None).await;
        assert!(matches!(refused, Err(Error::Order(OrderRefusal::PickingBegun))), "{refused:?}");
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pick_that_fails_is_held_elsewhere_until_the_shopper_decides() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 3).await;
        for (key, answer) in [("yes", Some(true)), ("no", Some(false)), ("silence", None)] {
            let placed = paid(test, &payments, key, vec![collect("seongsu", &[("CUP", 1)])]).await;
            let group = view(&test.shop, &placed).await.groups[0].id.clone();
            carry(test, &placed, &group, &[BoardDeed::StartPicking, BoardDeed::NotFound]).await;
            let before = test.available("gangnam", "CUP").await;
            test.shop.heal(&group).await.unwrap();
            test.shop.heal(&group).await.unwrap();
            assert_eq!(
                test.available("gangnam", "CUP").await,
                before - 2,
                "to collect, and to be brought; once"
            );
            let offer = view(&test.shop, &placed).await.groups[1].clone();
            assert_eq!(
                (offer.offered_for.as_deref(), offer.store.code.as_str()),
                (Some(group.as_str()), "gangnam")
            );
            match answer {
                Some(accept) => {
                    let (number, token) = (&placed.number, &placed.token);
                    let answer = if accept { Answer::Yes(None) } else { Answer::No };
                    test.shop.answer_offer(number, token, &offer.id, answer).await.unwrap();
                }
                None => {
                    test.clock.advance(Duration::from_secs(4 * 3_600));
                    test.shop.expire_reservations().await.unwrap();
                }
            }
            settle(test).await;
            let (kept, taken) = if answer == Some(true) { (offer.total.amount, 1) } else { (0, 0) };
            assert_eq!(payments.kept(&placed.number), kept, "{key}");
            assert_eq!(test.available("gangnam", "CUP").await, before - taken, "{key}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_else_has_is_refunded() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        carry(test, &placed, &group, &[BoardDeed::NotFound]).await;
        test.shop.heal(&group).await.unwrap();
        test.shop.heal(&group).await.unwrap();
        settle(test).await;
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.payment.status), (OrderStatus::Cancelled, PaymentStatus::Refunded));
        assert_eq!(payments.kept(&placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_and_never_collected_it_goes_back_to_shelf_and_shopper() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        test.clock.advance(Duration::from_secs(20 * 86_400));
        test.shop.expire_reservations().await.unwrap();
        settle(test).await;
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.payment.status), (OrderStatus::Expired, PaymentStatus::Refunded));
        assert_eq!((payments.kept(&placed.number), test.available("seongsu", "CUP").await), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_opens_its_own_store_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await;
        let shop = &test.shop;
        shop.add_staff(staff()).await.unwrap();
        let token = shop.sign_in("kim", "a long password 1").await.unwrap();
        let who = shop.associate(&token).await.unwrap();
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let group = view(shop, &placed).await.groups[0].clone();
        let pass = group.pass.clone().unwrap();
        let found = shop.look_up(&who, Lang::Ko, "seongsu", &pass).await.unwrap();
        assert_eq!((found.number, found.paid), (group.id.clone(), true));
        let refused = async |store: &str, pass: &str| match shop.look_up(&who, Lang::Ko, store, pass).await {
            Err(Error::Order(OrderRefusal::Pass(why))) => Some(why),
            _ => None,
        };
        assert_eq!(refused("gangnam", &pass).await, Some(PassRefusal::OtherStore));
        assert_eq!(refused("seongsu", &format!("{pass}A")).await, Some(PassRefusal::Forged));
        // Somebody is sent, and then not.
        let send = |name: &str| OrderChange { proxy: Some(name.to_owned()), ..OrderChange::default() };
        shop.change_order(Lang::Ko, &placed.number, &placed.token, send("이모"), None).await.unwrap();
        assert_eq!(view(shop, &placed).await.proxy.as_deref(), Some("이모"));
        carry(test, &placed, &group.id, &[BoardDeed::HandOver]).await;
        assert_eq!(refused("seongsu", &pass).await, Some(PassRefusal::Used), "a copy opens nothing");
        let placed = paid(test, &payments, "b", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let pass = view(shop, &placed).await.groups[0].pass.clone().unwrap();
        shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_eq!(refused("seongsu", &pass).await, Some(PassRefusal::Revoked));
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_takes_as_many_in_a_quarter_of_an_hour_as_it_says() {
    on_each_engine(async |test: &TestShop| {
        test.with_store("kiosk", |row| row.window_capacity = Some(1)).await;
        test.with_stock("kiosk", "CUP", 9).await.with_stock("seongsu", "CUP", 9).await;
        let two = "2026-11-23T14:00:00+09:00";
        let place = async |key: &str, store: &str, window: Option<&str>| {
            let group = GroupInput { window: window.map(str::to_owned), ..collect(store, &[("CUP", 1)]) };
            test.shop.place_order(order(key, vec![group], None)).await
        };
        let seen = async || {
            let viewer = Viewer { store: StoreCode::new("kiosk").ok(), ..Viewer::new(Lang::Ko) };
            let offers = test.shop.checkout(&viewer, &lines(&[("CUP", 1)]), None).await.unwrap().offers;
            let own = offers.into_iter().find(|offer| offer.store == "kiosk").unwrap();
            own.windows.into_iter().find(|window| window.starts.at == two).map(|window| window.left)
        };
        // What is promised as soon as it is ready waits in the queue and takes no place.
        place("a", "kiosk", None).await.unwrap();
        assert_eq!(seen().await, Some(1));
        let taken = place("b", "kiosk", Some(two)).await.unwrap();
        assert_eq!(seen().await, None, "a full one is not offered");
        let full = place("c", "kiosk", Some(two)).await;
        assert!(matches!(full, Err(Error::Order(OrderRefusal::WindowFull))), "{full:?}");
        for key in ["d", "e"] {
            place(key, "seongsu", Some(two)).await.unwrap();
        }
        test.shop.cancel_order(Lang::Ko, &taken.number, &taken.token, None).await.unwrap();
        assert_eq!(seen().await, Some(1));
        place("f", "kiosk", Some(two)).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_an_hour_takes_so_many_and_gives_places_back() {
    on_each_engine(async |test: &TestShop| {
        with_payments(test);
        test.with_stock("seongsu", "CUP", 20).await;
        let viewer = onshelf_shop::Viewer::new(Lang::Ko);
        let offers = test.shop.checkout(&viewer, &lines(&[("CUP", 1)]), None).await.unwrap();
        let window = offers.offers[0].windows[0].starts.at.clone();
        let wish = |key: String| {
            let group = GroupInput { window: Some(window.clone()), ..collect("seongsu", &[("CUP", 1)]) };
            let mut wish = order(&key, vec![group], None);
            wish.input.contact.phone =
                Some(format!("010-3000-{:04}", key.len() * 100 + usize::from(key.as_bytes()[0])));
            wish
        };
        let mut placed = Vec::new();
        for place in 0..6u8 {
            placed.push(test.shop.place_order(wish(char::from(b'a' + place).to_string())).await.unwrap());
        }
        let full = test.shop.place_order(wish("zz".to_owned())).await;
        assert!(matches!(full, Err(Error::Order(OrderRefusal::WindowFull))), "{full:?}");
        let offers = test.shop.checkout(&viewer, &lines(&[("CUP", 1)]), None).await.unwrap();
        assert_ne!(offers.offers[0].windows[0].starts.at, window, "a full one is not offered");
        test.shop.cancel_order(Lang::Ko, &placed[0].number, &placed[0].token, None).await.unwrap();
        test.shop.place_order(wish("yy".to_owned())).await.unwrap();
        let odd = GroupInput {
            window: Some("2026-11-23T17:07:00+09:00".to_owned()),
            ..collect("seongsu", &[("CUP", 1)])
        };
        let refused = test.shop.place_order(order("odd", vec![odd], None)).await;
        let Err(Error::Order(OrderRefusal::Invalid { faults })) = refused else { panic!("{refused:?}") };
        assert_eq!(faults[0].fault, Fault::BadWindow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_or_forgets_is_told_once() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 1).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        assert_eq!(test.shop.remind().await.unwrap(), 0);
        test.clock.advance(Duration::from_secs(2 * 3_600));
        assert_eq!((test.shop.remind().await.unwrap(), test.shop.remind().await.unwrap()), (1, 0));
        carry(test, &placed, &group, &[BoardDeed::MarkReady]).await;
        assert_eq!(test.shop.remind().await.unwrap(), 0);
        let until: jiff::Timestamp = view(&test.shop, &placed).await.groups[0].expires_at.at.parse().unwrap();
        test.clock.set(until - jiff::SignedDuration::from_mins(30));
        assert_eq!((test.shop.remind().await.unwrap(), test.shop.remind().await.unwrap()), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_paid_at_the_counter_is_the_stores_at_once() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 2).await;
        let wish = order("a", vec![collect("seongsu", &[("CUP", 1)])], None);
        let placed = test.shop.place_order(wish.clone()).await.unwrap();
        assert_eq!(test.shop.place_order(wish).await.unwrap(), placed, "the same key is the same order");
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.payment.status), (OrderStatus::Placed, PaymentStatus::AtStore));
        assert_eq!(now.groups[0].status, ReservationStatus::Placed);
        assert!(test.shop.order(Lang::Ko, &placed.number, "another").await.is_err());
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Cancelled);
    })
    .await;
}
