//! Passes: who may collect, each once; why one opens nothing; and what a device hands over while it is away.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use onshelf_shop::{
    Error, Once, Settings, Shop, SystemChance,
    orders::{ByCar, Placed},
    staff::{Associate, Away},
    testing::{FakePayments, TestShop, carry, collect, on_each_engine, paid, with_payments},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationRefusal, ReservationStatus, Way},
    orders::{GroupInput, OrderChange, OrderRefusal, PassLine, PassRefusal, PassState},
    staff::BoardDeed,
};

use crate::{board::associate, orders::view, paying::settle};

/// A paid order of one cup at Seongsu, somebody sent for it, and an associate of both stores.
struct Scene<'t> {
    test: &'t TestShop,
    placed: Placed,
    who: Associate,
}

impl<'t> Scene<'t> {
    async fn new(test: &'t TestShop) -> Scene<'t> {
        let payments = with_payments(test);
        Scene::with(test, &payments).await
    }

    async fn with(test: &'t TestShop, payments: &FakePayments) -> Scene<'t> {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 3).await;
        let placed = paid(test, payments, "a", vec![collect("seongsu", &[("CUP", 1)])]).await;
        let who = associate(test, "hana", &["seongsu", "gangnam"]).await;
        Scene { test, placed, who }
    }

    fn shop(&self) -> &Shop {
        &self.test.shop
    }

    async fn name(&self, proxy: &str) {
        let change = OrderChange { proxy: Some(proxy.to_owned()), ..OrderChange::default() };
        let (number, token) = (&self.placed.number, &self.placed.token);
        self.shop().change_order(Lang::Ko, number, token, change, None).await.unwrap();
    }

    /// What the order says of whom its owner sent, the newest last.
    async fn sent(&self) -> Vec<PassLine> {
        let lines = view(self.shop(), &self.placed).await.passes;
        lines.into_iter().filter(|line| line.holder.is_some()).collect()
    }

    /// The newest link's secret.
    async fn secret(&self) -> String {
        let link = self.sent().await.last().unwrap().link.clone().unwrap();
        link.strip_prefix("/pass/").unwrap().to_owned()
    }

    /// Code and QR of whom the link was given to.
    async fn shown(&self, secret: &str) -> (String, String) {
        let page = self.shop().pass_page(Lang::Ko, secret).await.unwrap();
        (page.tickets[0].code.clone().unwrap(), page.tickets[0].pass.clone().unwrap())
    }

    async fn own_pass(&self) -> String {
        view(self.shop(), &self.placed).await.groups[0].pass.clone().unwrap()
    }

    async fn refused(&self, store: &str, typed: &str) -> Option<PassRefusal> {
        match self.shop().look_up(&self.who, Lang::Ko, store, typed).await {
            Err(Error::Order(OrderRefusal::Pass(why))) => Some(why),
            _ => None,
        }
    }

    /// Hands over what a pass opens, as the counter does.
    async fn hand_over(&self, typed: &str) -> Result<(), Error> {
        let card = self.shop().look_up(&self.who, Lang::Ko, "seongsu", typed).await?;
        let serial = card.opened.unwrap().serial;
        self.shop().hand_over_by_pass(&self.who, "seongsu", &serial, None).await
    }

    /// What a device handed over so many seconds ago.
    async fn away(&self, pass: &str, ago: i64, key: &str) -> Result<Away, Error> {
        let at = self.shop().now() - SignedDuration::from_secs(ago);
        let once = Once::new("device", "handovers", key, pass);
        self.shop().hand_over_away(&self.who, "seongsu", pass, at, &once).await
    }
}

fn reason<T: std::fmt::Debug>(outcome: Result<T, Error>) -> PassRefusal {
    match outcome {
        Err(Error::Order(OrderRefusal::Pass(why))) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_sent_has_a_pass_of_their_own_and_sees_nothing_else_of_the_order() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let page = scene.shop().pass_page(Lang::Ko, &scene.secret().await).await.unwrap();
        assert_eq!((page.holder.as_str(), page.tickets.len()), ("이모", 1));
        let ticket = &page.tickets[0];
        assert_eq!(
            (ticket.store.code.as_str(), ticket.things[0].quantity, ticket.paid),
            ("seongsu", 1, true)
        );
        let (code, pass) = (ticket.code.clone().unwrap(), ticket.pass.clone().unwrap());
        let group = view(scene.shop(), &scene.placed).await.groups[0].clone();
        assert!(code.len() == 7 && Some(&code) != group.code.as_ref() && Some(&pass) != group.pass.as_ref());
        // Nothing in it leads to the order: neither its number nor the group's, which opens it at the counter.
        let whole = serde_json::to_string(&page).unwrap();
        for secret in
            [&scene.placed.number, &group.id, group.code.as_ref().unwrap(), "김제자리", "9000", "9,000"]
        {
            assert!(!whole.contains(secret), "{secret} in {whole}");
        }
        let card = scene.shop().look_up(&scene.who, Lang::Ko, "seongsu", &code.to_lowercase()).await.unwrap();
        assert_eq!((card.number.as_str(), card.opened.unwrap().holder.as_str()), (group.id.as_str(), "이모"));
        scene.hand_over(&pass).await.unwrap();
        // Its owner sees who collected it, and that nobody's pass is left.
        let lines = view(scene.shop(), &scene.placed).await.passes;
        let states: Vec<(Option<&str>, PassState)> =
            lines.iter().map(|line| (line.holder.as_deref(), line.state)).collect();
        assert_eq!(states, [(None, PassState::Collected), (Some("이모"), PassState::Used)]);
        assert!(lines.iter().all(|line| line.link.is_none() && line.at.is_some()));
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_code_works_only_once_however_many_show_it_at_once() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let (code, pass) = scene.shown(&scene.secret().await).await;
        let shop = scene.shop();
        let card = shop.look_up(&scene.who, Lang::Ko, "seongsu", &pass).await.unwrap();
        let serial = card.opened.unwrap().serial;
        let tries = (0..8).map(|_| shop.hand_over_by_pass(&scene.who, "seongsu", &serial, None));
        let outcomes = futures::future::join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        for typed in [&code, &pass, &serial] {
            assert_eq!(scene.refused("seongsu", typed).await, Some(PassRefusal::Used), "{typed}");
        }
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_code_is_refused_also_when_it_was_another_pass_that_was_used() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let (code, pass) = scene.shown(&scene.secret().await).await;
        let own = scene.own_pass().await;
        let group = view(scene.shop(), &scene.placed).await.groups[0].id.clone();
        carry(test, &scene.placed, &group, &[BoardDeed::HandOver]).await;
        for typed in [&code, &pass, &own] {
            assert_eq!(scene.refused("seongsu", typed).await, Some(PassRefusal::Used), "{typed}");
        }
        let lines = view(scene.shop(), &scene.placed).await.passes;
        assert_eq!((lines[0].state, lines[1].state), (PassState::Used, PassState::Collected));
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guessed_code_opens_nothing() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let (code, pass) = scene.shown(&scene.secret().await).await;
        let guess = if code.starts_with('7') { "8K3M01X" } else { "7K3M01X" };
        for typed in [guess, "7K3M01", "AAAA_0", "_", "OS1"] {
            let found = scene.shop().look_up(&scene.who, Lang::Ko, "seongsu", typed).await;
            assert!(matches!(found, Err(Error::NotFound)), "{typed}: {found:?}");
        }
        let other_time =
            pass.rsplitn(3, '.').last().map(|said| format!("{said}.1999999999.{}", "A".repeat(86)));
        for typed in [format!("{pass}A"), pass.replace("OS1", "OS1x"), other_time.unwrap()] {
            assert_eq!(scene.refused("seongsu", &typed).await, Some(PassRefusal::Forged), "{typed}");
        }
        for guess in ["", "nothing", &"A".repeat(43)] {
            assert!(matches!(scene.shop().pass_page(Lang::Ko, guess).await, Err(Error::NotFound)));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_code_is_refused_as_that_also_after_it_was_written_down() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let secret = scene.secret().await;
        let (code, pass) = scene.shown(&secret).await;
        test.clock.advance(Duration::from_secs(20 * 86_400));
        for written in [false, true] {
            if written {
                scene.shop().expire_reservations().await.unwrap();
            }
            for typed in [&code, &pass] {
                assert_eq!(scene.refused("seongsu", typed).await, Some(PassRefusal::Expired), "{typed}");
            }
            let page = scene.shop().pass_page(Lang::Ko, &secret).await.unwrap();
            assert_eq!((page.tickets[0].state, page.tickets[0].things.len()), (PassState::Expired, 0));
        }
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_code_is_refused_and_a_renewed_link_ends_the_one_before() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let first = scene.secret().await;
        let (code, pass) = scene.shown(&first).await;
        scene.name("이모").await;
        let second = scene.secret().await;
        assert_ne!(first, second);
        for typed in [&code, &pass] {
            assert_eq!(scene.refused("seongsu", typed).await, Some(PassRefusal::Revoked), "{typed}");
        }
        let page = scene.shop().pass_page(Lang::Ko, &first).await.unwrap();
        let ticket = &page.tickets[0];
        assert_eq!((ticket.state, &ticket.code, ticket.things.len()), (PassState::Renewed, &None, 0));
        let (code, _) = scene.shown(&second).await;
        scene.name("").await;
        assert_eq!(scene.refused("seongsu", &code).await, Some(PassRefusal::Revoked));
        let states: Vec<PassState> = scene.sent().await.iter().map(|line| line.state).collect();
        assert_eq!(states, [PassState::Renewed, PassState::Revoked]);
        assert_eq!(view(scene.shop(), &scene.placed).await.proxy, None);
        // The owner's own goes on.
        scene.hand_over(&scene.own_pass().await).await.unwrap();
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_another_store_is_refused_as_that() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let (code, pass) = scene.shown(&scene.secret().await).await;
        for typed in [&code, &pass, &scene.own_pass().await] {
            assert_eq!(scene.refused("gangnam", typed).await, Some(PassRefusal::OtherStore), "{typed}");
        }
        let serial = scene
            .shop()
            .look_up(&scene.who, Lang::Ko, "seongsu", &pass)
            .await
            .unwrap()
            .opened
            .unwrap()
            .serial;
        let deed = scene.shop().hand_over_by_pass(&scene.who, "gangnam", &serial, None).await;
        assert_eq!(reason(deed), PassRefusal::OtherStore);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_goes_along_when_the_order_is_changed() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let secret = scene.secret().await;
        let (_, before) = scene.shown(&secret).await;
        let elsewhere =
            OrderChange { groups: Some(vec![collect("gangnam", &[("CUP", 1)])]), ..OrderChange::default() };
        let (number, token) = (&scene.placed.number, &scene.placed.token);
        scene.shop().change_order(Lang::Ko, number, token, elsewhere, None).await.unwrap();
        assert_eq!(scene.refused("seongsu", &before).await, Some(PassRefusal::Revoked));
        let page = scene.shop().pass_page(Lang::Ko, &secret).await.unwrap();
        assert_eq!((page.tickets.len(), page.tickets[0].store.code.as_str()), (1, "gangnam"));
        let pass = page.tickets[0].pass.clone().unwrap();
        assert!(scene.shop().look_up(&scene.who, Lang::Ko, "gangnam", &pass).await.is_ok());
        assert_eq!(scene.secret().await, secret);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_while_away_is_written_down_once_with_its_moment() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        let pass = scene.own_pass().await;
        test.clock.advance(Duration::from_secs(600));
        for _ in 0..2 {
            let away = scene.away(&pass, 300, "key").await.unwrap();
            assert!(!away.revoked_since);
        }
        assert_eq!(test.available("seongsu", "CUP").await, 2, "once, however often it is sent");
        assert_eq!(scene.refused("seongsu", &pass).await, Some(PassRefusal::Used));
        let line = view(scene.shop(), &scene.placed).await.passes[0].clone();
        assert_eq!(
            (line.state, line.at.unwrap().at.as_str()),
            (PassState::Used, "2026-11-23T12:05:00+09:00")
        );
        settle(test).await;
    })
    .await;
}

/// Its hold ran out while the device was away, and somebody else has what the book said was there.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_over_in_time_has_left_the_shelf_whoever_holds_it_since() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        let pass = scene.own_pass().await;
        test.clock.set("2026-11-24T20:59:00+09:00".parse().unwrap());
        test.clock.advance(Duration::from_secs(120));
        // Nobody has written yet that it is over; all three are there to be had.
        test.reserve("010-9000-0001", "seongsu", &[("CUP", 3)]).await.unwrap();
        scene.away(&pass, 120, "k").await.unwrap();
        let group = view(scene.shop(), &scene.placed).await.groups[0].status;
        assert_eq!(group, ReservationStatus::Collected);
        let key = test.key("seongsu", "CUP");
        let mut reader = scene.shop().db().reader().await.unwrap();
        let level = onshelf_db::stock::level(&mut reader.tx(), key).await.unwrap().unwrap();
        assert_eq!(
            (level.on_hand, level.held),
            (2, 3),
            "one has left, and the other shopper's pick will tell"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_while_away_that_was_used_elsewhere_is_told() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let (_, pass) = scene.shown(&scene.secret().await).await;
        let own = scene.own_pass().await;
        scene.hand_over(&own).await.unwrap();
        for (pass, key) in [(&pass, "a"), (&own, "b")] {
            assert_eq!(reason(scene.away(pass, 60, key).await), PassRefusal::Used);
        }
        assert_eq!(reason(scene.away("OS1.x", 60, "c").await), PassRefusal::Forged);
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_taken_back_before_it_was_shown_is_not_written_down_and_one_taken_back_after_is() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        scene.name("이모").await;
        let (_, pass) = scene.shown(&scene.secret().await).await;
        test.clock.advance(Duration::from_secs(600));
        scene.name("").await;
        test.clock.advance(Duration::from_secs(60));
        assert_eq!(reason(scene.away(&pass, 30, "late").await), PassRefusal::Revoked);
        assert_eq!(test.available("seongsu", "CUP").await, 2, "held, and for its owner to collect");
        let away = scene.away(&pass, 120, "early").await.unwrap();
        assert!(away.revoked_since);
        assert_eq!(view(scene.shop(), &scene.placed).await.groups[0].status, ReservationStatus::Collected);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_before_it_is_written_down_is_told() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        let pass = scene.own_pass().await;
        test.clock.advance(Duration::from_secs(60));
        let (number, token) = (&scene.placed.number, &scene.placed.token);
        scene.shop().cancel_order(Lang::Ko, number, token, None).await.unwrap();
        assert_eq!(reason(scene.away(&pass, 30, "a").await), PassRefusal::Revoked);
        assert_eq!(test.available("seongsu", "CUP").await, 3);
        settle(test).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_signed_under_the_secret_before_still_open() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        let pass = scene.own_pass().await;
        let kept = {
            let mut reader = scene.shop().db().reader().await.unwrap();
            onshelf_db::meta::get(&mut reader.tx(), "secret").await.unwrap()
        };
        for (previous_secret, keys) in [(None, 1), (kept, 2)] {
            let settings = Settings {
                secret: Some("another secret, made by the operator".to_owned()),
                previous_secret: previous_secret.clone(),
                ..scene.shop().settings().clone()
            };
            let db = onshelf_db::Db::open(&test.url).await.unwrap();
            let shop = Shop::open(db, test.clock.clone(), Arc::new(SystemChance), settings).await.unwrap();
            assert_eq!(shop.pass_keys().len(), keys);
            let found = shop.look_up(&scene.who, Lang::Ko, "seongsu", &pass).await;
            assert_eq!(found.is_ok(), previous_secret.is_some(), "{found:?}");
            shop.db().close().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stores_associate_hands_nothing_over_by_pass() {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::new(test).await;
        let pass = scene.own_pass().await;
        let other = associate(test, "minji", &["gangnam"]).await;
        let once = Once::new("device", "handovers", "a", &pass);
        let now = scene.shop().now();
        for store in ["seongsu", "gangnam"] {
            let deed = scene.shop().hand_over_away(&other, store, &pass, now, &once).await;
            assert!(matches!(
                deed,
                Err(Error::Staff(_) | Error::Order(OrderRefusal::Pass(PassRefusal::OtherStore)))
            ));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_waited_longest_stands_first_and_who_is_on_the_way_after_them() {
    on_each_engine(async |test: &TestShop| {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await;
        let who = associate(test, "hana", &["seongsu"]).await;
        let mut placed = Vec::new();
        for key in ["a", "b", "c", "d"] {
            let group = GroupInput { way: Way::Curbside, ..collect("seongsu", &[("CUP", 1)]) };
            let order = paid(test, &payments, key, vec![group]).await;
            let id = view(&test.shop, &order).await.groups[0].id.clone();
            placed.push((order, id));
        }
        let tell = async |place: usize, here: bool, bay: &str| {
            test.clock.advance(Duration::from_secs(60));
            let (order, id) = &placed[place];
            let shop = &test.shop;
            let words = ByCar { bay, car: "흰색 아반떼" };
            shop.announce_arrival(&order.number, &order.token, Some(id), here, words, None).await.unwrap();
        };
        tell(3, false, "").await;
        tell(2, true, "B3").await;
        // Whoever was sent says so by their link.
        test.clock.advance(Duration::from_secs(60));
        let name = OrderChange { proxy: Some("이모".to_owned()), ..OrderChange::default() };
        let (number, token) = (&placed[1].0.number, &placed[1].0.token);
        test.shop.change_order(Lang::Ko, number, token, name, None).await.unwrap();
        let link = view(&test.shop, &placed[1].0).await.passes.last().unwrap().link.clone().unwrap();
        let secret = link.strip_prefix("/pass/").unwrap();
        test.shop.announce_by_pass(secret, true, ByCar { bay: "A1", car: "" }, None).await.unwrap();
        let page = test.shop.pass_page(Lang::Ko, secret).await.unwrap();
        assert_eq!(page.tickets[0].arrival.as_ref().unwrap().bay, "A1");
        assert!(matches!(
            test.shop.announce_by_pass("nothing", true, ByCar::default(), None).await,
            Err(Error::NotFound)
        ));
        tell(0, true, "").await;
        // Saying it again, or mending the bay, makes nobody wait anew.
        tell(2, true, "B4").await;
        let board = test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap();
        let order: Vec<&str> = board.arrivals.iter().map(|card| card.number.as_str()).collect();
        assert_eq!(order, [&placed[2].1, &placed[1].1, &placed[0].1, &placed[3].1]);
        assert_eq!(board.arrivals[0].arrival.as_ref().unwrap().bay, "B4");
        let column: Vec<&str> = board.to_prepare.iter().map(|card| card.number.as_str()).collect();
        assert_eq!(column[..3], [&placed[2].1, &placed[1].1, &placed[0].1], "in their column, too");
        // Those who are ready come before the others there by the same rule.
        test.shop.do_on_board(&who, "seongsu", &placed[2].1, BoardDeed::HandOver).await.unwrap();
        let board = test.shop.board(&who, Lang::Ko, "seongsu").await.unwrap();
        assert_eq!(board.arrivals.len(), 3, "who has it waits no more");
        let again = test.shop.do_on_board(&who, "seongsu", &placed[2].1, BoardDeed::HandOver).await;
        assert!(matches!(again, Err(Error::Reservation(ReservationRefusal::WrongState { .. }))));
        settle(test).await;
    })
    .await;
}
