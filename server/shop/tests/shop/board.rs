//! Handing over: what associates do, for their own stores only.

use onshelf_shop::{
    Error,
    staff::{Associate, NewStaff},
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationRefusal, ReservationStatus},
    staff::{BoardDeed, Role, StaffRefusal},
};

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
