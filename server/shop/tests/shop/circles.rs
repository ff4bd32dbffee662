//! Locks are waited for in one order by everybody, whatever is done at the same moment: PostgreSQL notices that two wait
//! for each other only after a second, for which everybody waits who wants the same things.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use onshelf_db::{fulfilment, testing};
use onshelf_shop::{
    Error, Once, Settings, Shop,
    journeys::Answer,
    orders::{KeepBasket, Placed},
    partners::Partner,
    stock::{SaleInput, SaleLine},
    testing::{FakePayments, TestShop, collect, on_postgres, order, request},
};
use onshelf_vocabulary::{
    Lang, Quantity, Sku, StoreCode,
    orders::{GroupInput, GroupView, OrderChange, OrderRefusal},
    payments::ProviderCode,
    staff::BoardDeed,
};

use crate::following::UnderWay;

const ROUNDS: usize = 25;
/// Of each kind three at a time.
const DEEDS: usize = 24;
/// After that what is held while it is paid has run out.
const OVER: Duration = Duration::from_secs(601);
/// Behind any queue, and within three days.
const NOON: &str = "2026-11-26T12:00:00+09:00";
/// What there is plenty of.
const LINES: [(&str, i64); 2] = [("KETTLE-MO", 1), ("CUP", 1)];

/// What everybody has at hand: a second process, who takes its money, and a till.
#[derive(Clone)]
struct Hands {
    shop: Shop,
    payments: Arc<FakePayments>,
    till: Partner,
}

impl Hands {
    async fn of(test: &TestShop) -> Hands {
        let settings = Settings { window_capacity: 10_000, ..test.shop.settings().clone() };
        let (shop, payments) = (test.beside_with(settings).await, Arc::new(FakePayments::default()));
        shop.take_payments(vec![payments.clone()]);
        let token = shop.create_token("pos", None).await.unwrap();
        let till = shop.partner(&token).await.unwrap().unwrap();
        Hands { shop, payments, till }
    }
}

/// One of the deeds that lock several levels, or levels and quarters of an hour, under names of its own.
struct Deed {
    hands: Hands,
    kind: usize,
    key: String,
    phone: String,
    /// For one of its kind in another order than for the next.
    stores: [&'static str; 2],
}

impl Deed {
    fn new(hands: &Hands, who: usize, round: usize) -> Deed {
        let mut stores = ["seongsu", "gangnam"];
        stores.rotate_left((who / 8 + round) % 2);
        let (key, phone) = (format!("{who}-{round}"), format!("010-2000-{:04}", who * 100 + round));
        Deed { hands: hands.clone(), kind: who % 8, key, phone, stores }
    }

    /// What is held until it runs out, where that is what the deed is about.
    async fn begin(&self) -> Option<Placed> {
        match self.kind {
            6 => Some(self.keep(self.groups(&[("KETTLE-MI", 1), ("CUP", 1)]), None).await.unwrap()),
            7 => Some(self.place(self.timed(&LINES), Some(ProviderCode::Test), None).await),
            _ => None,
        }
    }

    async fn go_on(&self, begun: Option<Placed>) {
        match (self.kind, begun) {
            (0, _) => Box::pin(self.reserve()).await,
            (1, _) => Box::pin(self.cancel()).await,
            (2, _) => Box::pin(self.change()).await,
            (3, _) => Box::pin(self.place_what_is_kept()).await,
            (4, _) => Box::pin(self.sell()).await,
            (5, _) => Box::pin(self.refuse()).await,
            (6, Some(kept)) => Box::pin(self.choose_again(kept)).await,
            (_, begun) => Box::pin(self.pay_late(&begun.unwrap())).await,
        }
    }

    fn groups(&self, lines: &[(&str, i64)]) -> Vec<GroupInput> {
        Vec::from(self.stores.map(|store| collect(store, lines)))
    }

    /// The same at a quarter of an hour.
    fn timed(&self, lines: &[(&str, i64)]) -> Vec<GroupInput> {
        let groups = self.groups(lines).into_iter();
        groups.map(|group| GroupInput { window: Some(NOON.to_owned()), ..group }).collect()
    }

    async fn place(
        &self,
        groups: Vec<GroupInput>,
        provider: Option<ProviderCode>,
        kept: Option<&Placed>,
    ) -> Placed {
        let mut wish = order(&self.key, groups, provider);
        wish.input.contact.phone = Some(self.phone.clone());
        self.hands.shop.place_kept(wish, kept).await.unwrap()
    }

    async fn keep(&self, groups: Vec<GroupInput>, instead: Option<Placed>) -> Result<Placed, Error> {
        let basket = KeepBasket { groups, lang: Lang::Ko, near: None, instead, network: None };
        self.hands.shop.keep_basket(basket).await
    }

    async fn groups_of(&self, placed: &Placed) -> Vec<GroupView> {
        self.hands.shop.order(Lang::Ko, &placed.number, &placed.token).await.unwrap().groups
    }

    async fn reserve(&self) {
        let wish = request(&self.phone, self.stores[0], &[("CUP", 1), ("KETTLE-MO", 1)], &self.key);
        self.hands.shop.reserve(wish).await.unwrap();
    }

    async fn cancel(&self) {
        let placed = self.place(self.timed(&LINES), None, None).await;
        self.hands.shop.cancel_order(Lang::Ko, &placed.number, &placed.token, None).await.unwrap();
    }

    async fn change(&self) {
        let placed = self.place(self.timed(&LINES), None, None).await;
        let mut groups = self.timed(&[("KETTLE-MO", 1), ("CUP", 2)]);
        groups.reverse();
        let change = OrderChange { groups: Some(groups), ..OrderChange::default() };
        let (number, token) = (&placed.number, &placed.token);
        self.hands.shop.change_order(Lang::Ko, number, token, change, None).await.unwrap();
    }

    async fn place_what_is_kept(&self) {
        let mut groups = self.groups(&LINES);
        groups.reverse();
        let kept = self.keep(groups, None).await.unwrap();
        self.place(self.groups(&LINES), None, Some(&kept)).await;
    }

    /// What is sold beside a reservation comes before it in the order of levels.
    async fn sell(&self) {
        let Hands { shop, till, .. } = &self.hands;
        let store = self.stores[0];
        let held = shop.reserve(request(&self.phone, store, &[("CUP", 1)], &self.key)).await.unwrap();
        let line =
            |sku: &str| SaleLine { sku: Sku::new(sku).unwrap(), quantity: Quantity::try_from(1).unwrap() };
        let sale = SaleInput {
            store: StoreCode::new(store).unwrap(),
            receipt: format!("R-{}", self.key),
            lines: vec![line("CUP"), line("KETTLE-MO")],
            reservation: Some(held.number),
        };
        shop.record_sale(till, &Once::new("till", "sale", &self.key, ""), sale).await.unwrap();
    }

    /// A kettle is not found, and of what could take its place nothing is wanted.
    async fn refuse(&self) {
        let Hands { shop, till, .. } = &self.hands;
        let placed = self.place(vec![collect(self.stores[0], &[("KETTLE-MO", 1)])], None, None).await;
        let lost = self.groups_of(&placed).await[0].id.clone();
        let once = Once::new("till", "not found", &lost, "");
        shop.carry_group(till, &once, &placed.number, &lost, BoardDeed::NotFound).await.unwrap();
        shop.heal(&lost).await.unwrap();
        let groups = self.groups_of(&placed).await;
        // None where others took it meanwhile.
        if let Some(offer) = groups.iter().find(|group| group.offered_for.is_some()) {
            shop.answer_offer(&placed.number, &placed.token, &offer.id, Answer::No).await.unwrap();
        }
    }

    /// What is kept has run out, and more of what is scarce is chosen instead, while somebody writes down what is over.
    async fn choose_again(&self, kept: Placed) {
        let shop = &self.hands.shop;
        let more = self.groups(&[("KETTLE-MI", 2), ("CUP", 1)]);
        let (ended, chosen) =
            tokio::join!(Box::pin(shop.expire_reservations()), Box::pin(self.keep(more, Some(kept))));
        ended.unwrap();
        match chosen {
            Ok(chosen) => shop.let_go(&chosen).await.unwrap(),
            Err(Error::Order(OrderRefusal::OutOfStock { .. })) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// Its hold has run out, and somebody may be writing that down.
    async fn pay_late(&self, placed: &Placed) {
        self.hands.payments.pay_for(&self.hands.shop, &placed.number, &placed.token).await;
    }
}

/// All of these at once: what is held first, and the rest when that has run out.
async fn all_at_once(test: &TestShop, deeds: Vec<Deed>) {
    let begun = deeds.into_iter().map(|deed| {
        tokio::spawn(async move {
            let begun = Box::pin(deed.begin()).await;
            (deed, begun)
        })
    });
    let begun: Vec<_> = join_all(begun).await.into_iter().map(Result::unwrap).collect();
    test.clock.advance(OVER);
    let done = begun.into_iter().map(|(deed, begun)| tokio::spawn(async move { deed.go_on(begun).await }));
    join_all(done).await.into_iter().for_each(Result::unwrap);
}

/// Levels are locked in one order, whatever plan a database makes and however many groups an order has, and quarters of an
/// hour after them in theirs: whoever reserves, places, changes, keeps, cancels, sells, refuses, pays late or ends what has
/// run out.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_circle() {
    on_postgres(async |test: &TestShop| {
        for store in ["gangnam", "seongsu"] {
            for (sku, on_hand) in [("KETTLE-MO", 10_000), ("KETTLE-MI", 3), ("CUP", 10_000)] {
                test.with_stock(store, sku, on_hand).await;
            }
        }
        // It knows that they are few, and reads all of them for two.
        let known = test.shop.db().write(|mut tx| {
            Box::pin(async move { Ok::<_, Error>(testing::run(&mut tx, "ANALYZE stock_levels").await?) })
        });
        known.await.unwrap();
        let hands = Hands::of(test).await;
        for round in 0..ROUNDS {
            let deeds = (0..DEEDS).map(|who| Deed::new(&hands, who, round)).collect();
            all_at_once(test, deeds).await;
        }
        // A connection tells what it met when it is closed.
        hands.shop.db().close().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut reader = test.shop.db().reader().await.unwrap();
        let sql = "SELECT CAST(deadlocks AS TEXT) FROM pg_stat_database WHERE datname = current_database()";
        assert_eq!(testing::text(&mut reader.tx(), sql).await.unwrap(), "0");
    })
    .await;
}

/// At the second at which the last one runs out somebody wants it, and somebody else writes down that it ran out: whoever
/// wants it waits for that, and has it.
#[tokio::test(flavor = "multi_thread")]
async fn what_ran_out_is_there_also_while_it_is_ended() {
    on_postgres(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await;
        let held = test.reserve("010-2000-9001", "seongsu", &[("CUP", 1)]).await.unwrap();
        test.clock.advance(Duration::from_secs(5 * 86_400));
        let id = {
            let mut reader = test.shop.db().reader().await.unwrap();
            fulfilment::for_job(&mut reader.tx(), &held.number).await.unwrap().unwrap().id
        };
        let ending = UnderWay::ending(test, id).await;
        let shop = test.shop.clone();
        let wish = request("010-2000-9002", "seongsu", &[("CUP", 1)], "next");
        let next = tokio::spawn(async move { shop.reserve(wish).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!next.is_finished(), "the level is another's");
        ending.finish().await;
        next.await.unwrap().unwrap();
        test.shop.expire_reservations().await.unwrap();
    })
    .await;
}
