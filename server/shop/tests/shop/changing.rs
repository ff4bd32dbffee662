//! Changing an order: what is refused changes nothing, and nobody pays for what cannot be had.

use std::time::Duration;

use onshelf_shop::{
    Error, Once, Viewer,
    orders::{ByCar, Looked, Placed},
    testing::{TestShop, carry, collect, delivery, lines, on_each_engine, order, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang, Money, StoreCode,
    fulfilment::{Fault, ReservationStatus, Way},
    orders::{GroupChange, GroupInput, OrderChange, OrderRefusal, OrderStatus},
    payments::ProviderCode,
    staff::BoardDeed,
};

use crate::{orders::view, paying::settle};

async fn change(test: &TestShop, placed: &Placed, change: OrderChange) -> Result<Option<String>, Error> {
    let changing = test.shop.change_order(Lang::Ko, &placed.number, &placed.token, change, None);
    Ok(Box::pin(changing).await?.pay)
}

async fn priced(
    test: &TestShop,
    placed: &Placed,
    wishes: &[Vec<GroupInput>],
) -> Vec<Result<Money, OrderRefusal>> {
    let changing = test.shop.changing(&placed.number, &placed.token).await.unwrap();
    test.shop.change_costs(Lang::Ko, &changing, wishes).unwrap()
}

fn groups(groups: Vec<GroupInput>) -> OrderChange {
    OrderChange { groups: Some(groups), ..OrderChange::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_to_pay_for_what_cannot_be_had() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 9).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 2)])]).await;
        let refused = change(test, &placed, groups(vec![collect("seongsu", &[("CUP", 4)])])).await;
        let Err(Error::Order(OrderRefusal::OutOfStock { short, elsewhere })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((short[0].wanted, short[0].available), (4, 3), "what it holds itself counts");
        assert_eq!(elsewhere[0].store, "gangnam");
        assert!(payments.open().is_empty(), "nothing was asked for");
        assert_eq!(test.available("seongsu", "CUP").await, 1, "the trial left nothing behind");
        // What can be had is asked for, and the stock is swapped when it is paid.
        assert!(
            change(test, &placed, groups(vec![collect("seongsu", &[("CUP", 3)])])).await.unwrap().is_some()
        );
        assert_eq!(test.available("seongsu", "CUP").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_change_would_cost_is_what_it_costs() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 5).await.with_stock("gangnam", "CUP", 5).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 2)])]).await;
        let curbside = GroupInput { way: Way::Curbside, ..collect("gangnam", &[("CUP", 2)]) };
        let wishes = [
            vec![collect("gangnam", &[("CUP", 2)])],
            vec![delivery(&[("CUP", 2)])],
            vec![collect("seongsu", &[("CUP", 1)])],
            vec![curbside],
            vec![collect("nowhere", &[("CUP", 2)])],
        ];
        let costs = priced(test, &placed, &wishes).await;
        let costs: Vec<Option<i64>> = costs.into_iter().map(|cost| Some(cost.ok()?.amount)).collect();
        let before = view(&test.shop, &placed).await.total.amount;
        assert_eq!(costs[0], Some(0));
        assert_eq!(costs[1], Some(3_000), "its fee");
        assert_eq!(costs[2], Some(-before / 2));
        assert_eq!(costs[3..], [None, None], "what would be refused costs nothing");
        assert_eq!(test.available("seongsu", "CUP").await, 3, "nothing was written");
        change(test, &placed, groups(wishes[2].clone())).await.unwrap();
        assert_eq!(Some(view(&test.shop, &placed).await.total.amount - before), costs[2]);
        // Who is no owner is told nothing.
        let stranger = test.shop.changing(&placed.number, "token").await.err();
        assert!(matches!(stranger, Some(Error::NotFound)), "{stranger:?}");

        // What is paid at the counter cannot travel.
        let counter = order("b", vec![collect("seongsu", &[("CUP", 1)])], None);
        let counter = test.shop.place_order(counter).await.unwrap();
        let home = [vec![delivery(&[("CUP", 1)])]];
        let costs = priced(test, &counter, &home).await;
        assert!(matches!(&costs[..], [Err(OrderRefusal::Invalid { .. })]), "{costs:?}");
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_travels_is_still_there_for_a_change_of_its_own_order() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 2).await.with_stock("seongsu", "KETTLE-MO", 2).await;
        let transfer =
            |quantity: i64| GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", quantity)]) };
        let kettle = |quantity: i64| collect("seongsu", &[("KETTLE-MO", quantity)]);
        // The last of it: its shelf shows none, and the other group is changed all the same.
        let placed = paid(test, &payments, "a", vec![transfer(2), kettle(2)]).await;
        assert_eq!(test.available("gangnam", "CUP").await, 0);
        let wishes = [vec![transfer(2), kettle(1)], vec![transfer(1), kettle(1)], vec![transfer(3)]];
        let costs = priced(test, &placed, &wishes).await;
        assert_eq!(costs.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
        for (wish, left) in wishes.into_iter().zip([0, 1]) {
            change(test, &placed, groups(wish)).await.unwrap();
            assert_eq!(test.available("gangnam", "CUP").await, left);
        }
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_eq!(test.available("gangnam", "CUP").await, 2);
        // The same of what is brought, where only its lines are sent.
        let brought = paid(test, &payments, "b", vec![delivery(&[("CUP", 2)])]).await;
        assert_eq!(test.available("gangnam", "CUP").await, 0);
        let group = Some(GroupChange { lines: Some(lines(&[("CUP", 1)])), ..GroupChange::default() });
        change(test, &brought, OrderChange { group, ..OrderChange::default() }).await.unwrap();
        assert_eq!(test.available("gangnam", "CUP").await, 1);
        settle(test).await;
    })
    .await;
}

/// The ways of a group that has these cups, of which it holds some: those it could be changed to as a whole.
async fn offers(test: &TestShop, placed: &Placed, group: &str, cups: i64) -> Vec<(Way, String)> {
    let viewer = Viewer { store: StoreCode::new("seongsu").ok(), ..Viewer::new(Lang::Ko) };
    let lines = lines(&[("CUP", cups)]);
    let changing = test.shop.changing(&placed.number, &placed.token).await.unwrap();
    let looked = Looked { group, viewer, lines: &lines, postcode: None };
    let seen = test.shop.change_offers(&changing, &[looked]).await.unwrap();
    let whole = seen[0].offers.iter().filter(|offer| offer.covered_lines == offer.lines);
    whole.filter(|offer| offer.way != Way::Delivery).map(|offer| (offer.way, offer.store.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_group_holds_is_offered_to_it_and_to_no_other() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 3).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let transfer =
            |quantity: i64| GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", quantity)]) };
        let kettle = collect("seongsu", &[("KETTLE-MO", 1)]);
        let placed = paid(test, &payments, "a", vec![transfer(2), kettle.clone()]).await;
        let ids: Vec<String> =
            view(&test.shop, &placed).await.groups.iter().map(|group| group.id.clone()).collect();
        assert_eq!(test.available("gangnam", "CUP").await, 1);
        let both = [(Way::Transfer, "seongsu".to_owned()), (Way::Collect, "gangnam".to_owned())];
        for (cups, expected) in [(1, &both[..]), (2, &both), (3, &both), (4, &[])] {
            let mut seen = offers(test, &placed, &ids[0], cups).await;
            seen.sort_by_key(|(way, _)| *way != Way::Transfer);
            assert_eq!(seen, expected, "{cups} cups");
        }
        assert!(offers(test, &placed, &ids[1], 2).await.is_empty(), "these are the other group's");
        // What is offered can be had: its own two and the one on the shelf.
        let wishes = [vec![transfer(3), kettle.clone()], vec![transfer(4), kettle]];
        let costs = priced(test, &placed, &wishes).await;
        assert_eq!(costs.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
        assert!(change(test, &placed, groups(wishes[0].clone())).await.unwrap().is_some());
        payments.pay_for(&test.shop, &placed.number, &placed.token).await;
        assert_eq!(test.available("gangnam", "CUP").await, 0);
        assert_eq!(payments.kept(&placed.number), 3 * 9_000 + 38_000);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_groups_at_one_store_are_short_together() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await;
        let two = vec![collect("seongsu", &[("CUP", 2)]), collect("seongsu", &[("CUP", 2)])];
        let refused = test.shop.place_order(order("a", two, None)).await;
        let Err(Error::Order(OrderRefusal::OutOfStock { short, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((short[0].wanted, short[0].available), (4, 3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_refused_sends_nobody() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await;
        let placed =
            test.shop.place_order(order("a", vec![collect("seongsu", &[("CUP", 1)])], None)).await.unwrap();
        let both = |store: &str, proxy: &str| OrderChange {
            proxy: Some(proxy.to_owned()),
            ..groups(vec![collect(store, &[("CUP", 2)])])
        };
        assert!(change(test, &placed, both("nowhere", "이모")).await.is_err());
        assert_eq!(view(&test.shop, &placed).await.proxy, None);
        for (name, fault) in [
            ("\u{202e}", Fault::BadCharacters),
            ("이\u{0}모", Fault::BadCharacters),
            ("모".repeat(81).as_str(), Fault::TooLong),
        ] {
            let refused = change(test, &placed, both("seongsu", name)).await;
            let Err(Error::Order(OrderRefusal::Invalid { faults })) = refused else { panic!("{refused:?}") };
            assert_eq!((faults[0].pointer.as_str(), faults[0].fault), ("/proxy", fault));
        }
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        assert_eq!(change(test, &placed, both("seongsu", "이모")).await.unwrap(), None);
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.proxy.as_deref(), now.groups.len()), (Some("이모"), 1));
        assert!(now.passes.iter().any(|pass| pass.holder.as_deref() == Some("이모") && pass.link.is_some()));
        assert_eq!(test.available("seongsu", "CUP").await, 1);
        // Over is over: nobody can be sent any more.
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        let proxy = OrderChange { proxy: Some("고모".to_owned()), ..OrderChange::default() };
        let refused = change(test, &placed, proxy).await;
        let over = OrderRefusal::WrongState { status: OrderStatus::Cancelled };
        assert!(matches!(&refused, Err(Error::Order(why)) if *why == over), "{refused:?}");
        let refused = change(test, &placed, groups(vec![collect("seongsu", &[("CUP", 1)])])).await;
        assert!(matches!(&refused, Err(Error::Order(why)) if *why == over), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_order_of_one_group_only_what_changes_need_be_said() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 5).await.with_stock("gangnam", "CUP", 5).await;
        let placed =
            test.shop.place_order(order("a", vec![collect("gangnam", &[("CUP", 2)])], None)).await.unwrap();
        let of = |group: GroupChange| OrderChange { group: Some(group), ..OrderChange::default() };
        let store = Some(StoreCode::new("seongsu").unwrap());
        change(test, &placed, of(GroupChange { store, ..GroupChange::default() })).await.unwrap();
        assert_eq!((test.available("gangnam", "CUP").await, test.available("seongsu", "CUP").await), (5, 3));
        let fewer = GroupChange { lines: Some(lines(&[("CUP", 1)])), ..GroupChange::default() };
        change(test, &placed, of(fewer)).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 4);
        change(test, &placed, of(GroupChange { way: Some(Way::Curbside), ..GroupChange::default() }))
            .await
            .unwrap();
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.groups[0].way, now.groups[0].lines[0].quantity), (Way::Curbside, 1));
        // Both at once, or one of several groups: which is meant cannot be told.
        let both = OrderChange {
            group: Some(GroupChange { way: Some(Way::Collect), ..GroupChange::default() }),
            ..groups(vec![collect("seongsu", &[("CUP", 1)])])
        };
        let refused = change(test, &placed, both).await;
        let Err(Error::Order(OrderRefusal::Invalid { faults })) = refused else { panic!("{refused:?}") };
        assert_eq!(faults[0].fault, Fault::NameTheGroups);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arrival_is_said_once_and_in_few_words() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 5).await;
        let by_car = GroupInput { way: Way::Curbside, ..collect("seongsu", &[("CUP", 1)]) };
        let placed = test.shop.place_order(order("a", vec![by_car], None)).await.unwrap();
        let say = async |words: ByCar<'_>, key: &str| {
            let once = Once::new("order", "arrive", key, &format!("{words:?}"));
            test.shop.announce_arrival(&placed.number, &placed.token, None, true, words, Some(&once)).await
        };
        let first = ByCar { bay: "B3", car: "흰 차" };
        say(first, "k").await.unwrap();
        let second = ByCar { bay: "B4", car: "흰 차" };
        assert!(matches!(say(second, "k").await, Err(Error::KeyReused)));
        say(second, "l").await.unwrap();
        say(first, "k").await.unwrap();
        let bay = view(&test.shop, &placed).await.groups[0].arrival.as_ref().unwrap().bay.clone();
        assert_eq!(bay, "B4", "a word that comes late once more is no news");
        for (bay, car) in [("1234567890123", ""), ("", "x\u{0}"), ("\u{202e}", "")] {
            let refused = say(ByCar { bay, car }, bay).await;
            assert!(matches!(refused, Err(Error::Order(OrderRefusal::Invalid { .. }))), "{refused:?}");
        }
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        let refused = say(first, "m").await;
        assert!(
            matches!(refused, Err(Error::Order(OrderRefusal::WrongState { status: OrderStatus::Cancelled }))),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_for_a_part_holds_up_nothing_of_the_rest() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 9).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 2)])]).await;
        assert_eq!(view(&test.shop, &placed).await.status, OrderStatus::Paid);
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        carry(test, &placed, &group, &[BoardDeed::StartPicking, BoardDeed::NotFound]).await;
        test.shop.heal(&group).await.unwrap();
        let now = view(&test.shop, &placed).await;
        assert!(now.groups.iter().any(|group| group.offered_for.is_some()));
        assert_eq!(now.status, OrderStatus::Paid, "it was never merely placed again");
    })
    .await;
}

/// What was asked for when the difference was paid may be gone by the time the word of it comes: the window is past.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_for_a_change_that_can_no_longer_be_made_goes_back() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let soon = GroupInput {
            window: Some("2026-11-23T13:00:00+09:00".to_owned()),
            ..collect("seongsu", &[("CUP", 2)])
        };
        assert!(change(test, &placed, groups(vec![soon])).await.unwrap().is_some());
        assert!(payments.pay(&payments.open()[0]));
        test.clock.advance(Duration::from_secs(55 * 60));
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 9_000, "the difference is back with the shopper");
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.status, now.groups[0].lines[0].quantity), (OrderStatus::Paid, 1));
        assert_eq!(test.available("seongsu", "CUP").await, 2);
    })
    .await;
}

/// Who chose no time has the soonest there is when they have paid, also where that is tomorrow.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_for_which_no_time_was_chosen_is_made_for_the_soonest_there_is_then() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await.with_stock("gangnam", "CUP", 1).await;
        for (key, at, ready) in [
            ("noon", "2026-11-23T12:00:00+09:00", "2026-11-23T13:"),
            ("evening", "2026-11-23T20:00:00+09:00", "2026-11-24T11:"),
        ] {
            test.clock.set(at.parse().unwrap());
            let placed = paid(test, &payments, key, vec![collect("seongsu", &[("CUP", 1)])]).await;
            let both = vec![collect("seongsu", &[("CUP", 2)]), collect("gangnam", &[("CUP", 1)])];
            assert!(change(test, &placed, groups(both)).await.unwrap().is_some());
            assert!(payments.pay(&payments.open()[0]));
            test.clock.advance(Duration::from_secs(55 * 60));
            test.shop.payment_returned(&placed.number, &placed.token, Default::default()).await.unwrap();
            let now = view(&test.shop, &placed).await;
            assert_eq!((now.groups.len(), now.groups[0].lines[0].quantity), (2, 2), "{key}");
            assert!(
                now.groups[0].window.is_none() && now.groups[0].ready_by.at.starts_with(ready),
                "{now:?}"
            );
            assert_eq!(payments.kept(&placed.number), 27_000, "{key}");
            test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
            settle(test).await;
        }
    })
    .await;
}

/// What is left costs nothing: it is the store's to pick as if it had been ordered so.
#[tokio::test(flavor = "multi_thread")]
async fn what_costs_nothing_after_a_change_waits_for_no_money() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await.with_stock("seongsu", "KETTLE-MO", 2).await;
        test.with_price("CUP", 0).await;
        let both = vec![collect("seongsu", &[("CUP", 1), ("KETTLE-MO", 1)])];
        let placed = test.shop.place_order(order("a", both, Some(ProviderCode::Test))).await.unwrap();
        let asked = payments.open()[0].clone();
        change(test, &placed, groups(vec![collect("seongsu", &[("CUP", 1)])])).await.unwrap();
        let now = view(&test.shop, &placed).await;
        assert_eq!((now.total.amount, now.can_pay), (0, false));
        assert_eq!(now.groups[0].status, ReservationStatus::Placed);
        let paying = test.shop.pay_order(Lang::Ko, &placed.number, &placed.token, None).await;
        assert!(matches!(paying, Err(Error::Order(OrderRefusal::HoldOver))), "{paying:?}");
        // The page that asked for the kettle is closed; who had paid there a moment before has it back.
        let paid_before = payments.pay(&asked);
        settle(test).await;
        assert!(payments.open().is_empty() && paid_before);
        assert_eq!((payments.kept(&placed.number), payments.refunds_made(&asked)), (0, 1));
        test.clock.advance(Duration::from_secs(3_600));
        settle(test).await;
        assert_eq!(view(&test.shop, &placed).await.groups[0].status, ReservationStatus::Placed);
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_for_a_change_of_what_was_cancelled() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 3).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let more = groups(vec![collect("seongsu", &[("CUP", 2)])]);
        assert!(change(test, &placed, more).await.unwrap().is_some());
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        assert_eq!(payments.open().len(), 1);
        settle(test).await;
        assert!(payments.open().is_empty(), "its page is closed");
        assert_eq!((payments.kept(&placed.number), test.available("seongsu", "CUP").await), (0, 3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_are_never_sent_to_pay_for_the_same_change() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        for round in 0..4 {
            let wish = |cups: i64| groups(vec![collect("seongsu", &[("CUP", cups)])]);
            let both = tokio::join!(
                change(test, &placed, wish(2 + 2 * round)),
                change(test, &placed, wish(3 + 2 * round))
            );
            // Whose change was given up meanwhile is told so.
            let sent: Vec<String> =
                [both.0, both.1].into_iter().filter_map(|pay| pay.ok().flatten()).collect();
            assert!(sent.len() < 2 || sent[0] != sent[1], "{sent:?}");
        }
        settle(test).await;
        assert_eq!(payments.open().len(), 1, "what was asked last can be paid, and nothing else");
        test.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
        settle(test).await;
        assert_eq!(payments.kept(&placed.number), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_meet_are_all_made() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 5).await.with_stock("gangnam", "CUP", 5).await;
        let placed = order("a", vec![collect("seongsu", &[("CUP", 2)])], None);
        let placed = test.shop.place_order(placed).await.unwrap();
        let of = |group: GroupChange| OrderChange { group: Some(group), ..OrderChange::default() };
        let store = GroupChange { store: StoreCode::new("gangnam").ok(), ..GroupChange::default() };
        let fewer = GroupChange { lines: Some(lines(&[("CUP", 1)])), ..GroupChange::default() };
        let proxy = OrderChange { proxy: Some("이모".to_owned()), ..OrderChange::default() };
        let (moved, lessened, sent) = tokio::join!(
            change(test, &placed, of(store)),
            change(test, &placed, of(fewer)),
            change(test, &placed, proxy)
        );
        assert!(moved.is_ok() && lessened.is_ok() && sent.is_ok(), "{moved:?} {lessened:?} {sent:?}");
        let now = view(&test.shop, &placed).await;
        let standing: Vec<_> =
            now.groups.iter().map(|group| (group.store.code.as_str(), group.lines[0].quantity)).collect();
        assert_eq!(standing, [("gangnam", 1)], "each changed only what it named");
        assert_eq!(now.proxy.as_deref(), Some("이모"));
        assert_eq!(test.available("seongsu", "CUP").await, 5);
        assert_eq!(test.available("gangnam", "CUP").await, 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_dearer_changes_that_meet_one_is_paid_and_no_provider_is_blamed() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await;
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let more = |quantity: i64| groups(vec![collect("seongsu", &[("CUP", quantity)])]);
        let (two, three) = tokio::join!(change(test, &placed, more(2)), change(test, &placed, more(3)));
        assert!(two.unwrap().is_some() && three.unwrap().is_some(), "each is told where to pay");
        settle(test).await;
        assert_eq!(payments.open().len(), 1, "the earlier one was given up");
    })
    .await;
}
