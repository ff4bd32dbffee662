//! Handing over: what associates do, for their own stores only.

use onshelf_shop::{
    Error, Once,
    journeys::PickReport,
    partners::Partner,
    staff::{Associate, NewStaff},
    stock::SaleInput,
    testing::{TestShop, collect, on_each_engine, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang, StoreCode,
    fulfilment::{ReservationRefusal, ReservationStatus, Way},
    orders::GroupInput,
    staff::{BoardDeed, Role, StaffRefusal},
};

use crate::orders::view;

/// Somebody signed in who works at these stores.
pub(crate) async fn associate(test: &TestShop, login: &str, stores: &[&str]) -> Associate {
    let new = NewStaff {
        login: login.to_owned(),
        name: login.to_owned(),
        password: "a long password".to_owned(),
        role: Role::Associate,
        stores: stores.iter().map(|code| (*code).to_owned()).collect(),
    };
    test.shop.add_staff(new).await.unwrap();
    let session = test.shop.sign_in(login, "a long password").await.unwrap();
    test.shop.associate(&session).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_placed_to_handed_over() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 2)]).await.unwrap();
        let who = associate(test, "hana", &["seongsu"]).await;
        let board = test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap();
        assert_eq!(board.to_prepare.len(), 1);
        assert_eq!(board.to_prepare[0].phone_tail, "3333");
        let code = board.to_prepare[0].code.clone();

        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::StartPicking).await.unwrap();
        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::MarkReady).await.unwrap();
        let card = test.shop.look_up(&who, Lang::Ko, "seongsu", &code.to_lowercase()).await.unwrap();
        assert_eq!((card.number.as_str(), card.status), (held.number.as_str(), ReservationStatus::Ready));
        let address = format!("https://shop.example/reservations/{}?t={}", held.number, held.token);
        assert_eq!(test.shop.look_up(&who, Lang::Ko, "seongsu", &address).await.unwrap().number, held.number);

        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::HandOver).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 1, "it has left on hand");
        let twice = test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::HandOver).await;
        assert!(matches!(
            twice,
            Err(Error::Reservation(ReservationRefusal::WrongState { status: ReservationStatus::Collected }))
        ));
    })
    .await;
}

/// It was to be ready at half past twelve, and kept until tomorrow evening.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_late_is_kept_as_long_as_if_it_was_asked_for_now() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 2).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let placed = paid(test, &payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        let who = associate(test, "hana", &["seongsu"]).await;
        test.clock.set("2026-11-24T20:30:00+09:00".parse().unwrap());
        for number in [&held.number, &group] {
            test.shop.do_on_board(&who, "seongsu", number, BoardDeed::MarkReady).await.unwrap();
        }
        for (moment, kept) in [
            ("2026-11-24T21:30:00+09:00", 2),
            ("2026-11-25T20:59:00+09:00", 2),
            ("2026-11-25T21:00:00+09:00", 0),
        ] {
            test.clock.set(moment.parse().unwrap());
            assert_eq!(test.available("seongsu", "CUP").await, 2 - kept, "{moment}");
            test.shop.expire_reservations().await.unwrap();
            let board = test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap();
            assert_eq!(i64::try_from(board.ready.len()).unwrap(), kept, "{moment}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_found_is_sold_to_nobody() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let who = associate(test, "hana", &["seongsu"]).await;
        test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::NotFound).await.unwrap();
        let view = test.shop.reservation(Lang::Ko, &held.number, &held.token).await.unwrap();
        assert_eq!(view.status, ReservationStatus::NotFound);
        assert_eq!(test.available("seongsu", "CUP").await, 0, "the book had one that is not there");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stores_associate_sees_and_does_nothing() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let who = associate(test, "minji", &["gangnam"]).await;
        let refused = |error: Error| matches!(error, Error::Staff(StaffRefusal::NotYours));
        assert!(refused(test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap_err()));
        let deed = test.shop.do_on_board(&who, "seongsu", &held.number, BoardDeed::HandOver).await;
        assert!(refused(deed.unwrap_err()));
        // Nor by naming one's own store.
        let deed = test.shop.do_on_board(&who, "gangnam", &held.number, BoardDeed::HandOver).await;
        assert!(matches!(deed, Err(Error::NotFound)));
        assert!(matches!(
            test.shop.look_up(&who, Lang::Ko, "gangnam", &held.number).await,
            Err(Error::NotFound)
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_where_a_transfer_waits_is_it_handed_over() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("gangnam", "CUP", 1).await;
        let transfer = GroupInput { way: Way::Transfer, ..collect("seongsu", &[("CUP", 1)]) };
        let placed = paid(test, &payments, "a", vec![transfer]).await;
        let group = view(&test.shop, &placed).await.groups[0].id.clone();
        let (there, here) =
            (associate(test, "minji", &["gangnam"]).await, associate(test, "hana", &["seongsu"]).await);
        let till = async |store: &str| {
            let store = StoreCode::new(store).unwrap();
            let token = test.shop.create_token("pos", Some(&store)).await.unwrap();
            test.shop.partner(&token).await.unwrap().unwrap()
        };
        let (source, counter) = (till("gangnam").await, till("seongsu").await);
        let carry = async |till: &Partner, deed: BoardDeed| {
            let once = Once::new(&till.actor(), deed.code(), "k", "");
            test.shop.carry_group(till, &once, &placed.number, &group, deed).await
        };
        let not_yours = |error: Error| matches!(error, Error::Staff(StaffRefusal::NotYours));

        // It is picked and sent where it comes from, by hand or by a till of its own.
        for deed in [BoardDeed::StartPicking, BoardDeed::Dispatch, BoardDeed::NotFound] {
            let done = test.shop.do_on_board(&here, "seongsu", &group, deed).await;
            assert!(not_yours(done.unwrap_err()), "{deed:?}");
            assert!(not_yours(carry(&counter, deed).await.unwrap_err()), "{deed:?}");
        }
        let none = PickReport::Missing(Vec::new());
        let done = test.shop.report_on_board(&here, "seongsu", &group, &none, None).await;
        assert!(not_yours(done.unwrap_err()));
        test.shop.do_on_board(&there, "gangnam", &group, BoardDeed::StartPicking).await.unwrap();
        assert_eq!(carry(&source, BoardDeed::Dispatch).await.unwrap(), "in_transfer");
        for deed in [BoardDeed::Arrive, BoardDeed::HandOver, BoardDeed::Release] {
            if deed == BoardDeed::HandOver {
                test.shop.do_on_board(&here, "seongsu", &group, BoardDeed::Arrive).await.unwrap();
            }
            let done = test.shop.do_on_board(&there, "gangnam", &group, deed).await;
            assert!(not_yours(done.unwrap_err()), "{deed:?}");
            assert!(not_yours(carry(&source, deed).await.unwrap_err()), "{deed:?}");
        }
        let sale = SaleInput {
            store: StoreCode::new("gangnam").unwrap(),
            receipt: "1".to_owned(),
            lines: Vec::new(),
            reservation: Some(group.clone()),
        };
        let sold = test.shop.record_sale(&source, &Once::new("till", "sale", "k", ""), sale).await;
        assert!(not_yours(sold.unwrap_err()));
        let board = test.shop.board(&there, Lang::Ko, "gangnam").await.unwrap();
        assert!(board.ready.is_empty() && board.coming.is_empty(), "it is no more of its business");
        assert_eq!(test.shop.board(&here, Lang::Ko, "seongsu").await.unwrap().ready.len(), 1);
        assert_eq!(carry(&counter, BoardDeed::HandOver).await.unwrap(), "collected");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    on_each_engine(async |test: &TestShop| {
        associate(test, "hana", &["seongsu"]).await;
        for (login, password) in [("hana", "not it at all"), ("nobody", "a long password"), ("hana", "")] {
            let refused = test.shop.sign_in(login, password).await;
            assert!(matches!(refused, Err(Error::Staff(StaffRefusal::BadCredentials))), "{login}");
        }
        let session = test.shop.sign_in(" HANA ", "a long password").await.unwrap();
        test.shop.sign_out(&session).await.unwrap();
        assert!(matches!(test.shop.associate(&session).await, Err(Error::Staff(StaffRefusal::SignedOut))));
    })
    .await;
}
