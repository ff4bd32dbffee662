//! Many who ask at the same time: they are written together, and each is answered as if they had asked alone.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::join_all;
use onshelf_db::{
    meta,
    stock::{self, LevelKey},
    testing,
};
use onshelf_shop::{
    Error, Shop,
    fulfilment::Reserved,
    jobs::Job,
    orders::KeepBasket,
    testing::{TestShop, collect, on_each_engine, on_postgres, order, request},
};
use onshelf_vocabulary::{
    Lang,
    fulfilment::{ReservationRefusal, ReservationStatus},
    orders::OrderRefusal,
};

use crate::following::UnderWay;

fn phone(shopper: usize) -> String {
    format!("010-2000-{shopper:04}")
}

/// Shopper, lines and key of a request.
type Asked = (usize, Vec<(&'static str, i64)>, String);

/// All of these at once.
async fn at_once(test: &TestShop, asked: Vec<Asked>) -> Vec<Result<Reserved, Error>> {
    at_once_in(&test.shop, asked).await
}

async fn at_once_in(shop: &Shop, asked: Vec<Asked>) -> Vec<Result<Reserved, Error>> {
    let tries = asked.into_iter().map(|(shopper, lines, key)| {
        let shop = shop.clone();
        let wish = request(&phone(shopper), "seongsu", &lines, &key);
        tokio::spawn(async move { shop.reserve(wish).await })
    });
    join_all(tries).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_a_crowd_has_what_they_asked_for() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "KETTLE-MO", 200).await.with_stock("seongsu", "CUP", 200).await;
        for (name, events) in [("till", "reservation.*"), ("erp", "*"), ("map", "stock.*")] {
            let url = format!("https://{name}.example/hook");
            test.shop.add_webhook(&url, &[events.to_owned()]).await.unwrap();
        }
        let lines = |shopper: usize| match shopper % 3 {
            0 => vec![("KETTLE-MO", 1)],
            1 => vec![("CUP", 2), ("KETTLE-MO", 1)],
            _ => vec![("CUP", 1), ("CUP", 2)],
        };
        let asked = (0..90).map(|shopper| (shopper, lines(shopper), format!("crowd-{shopper}"))).collect();
        let held: Vec<Reserved> = at_once(test, asked).await.into_iter().map(Result::unwrap).collect();
        for (shopper, held) in held.iter().enumerate() {
            let view = test.shop.reservation(Lang::En, &held.number, &held.token).await.unwrap();
            let seen: Vec<_> = view.lines.iter().map(|line| (line.sku.as_str(), line.quantity)).collect();
            assert_eq!(seen, lines(shopper), "{shopper}");
            assert_eq!(view.status, ReservationStatus::Placed);
        }
        assert_eq!(test.available("seongsu", "KETTLE-MO").await, 200 - 60);
        assert_eq!(test.available("seongsu", "CUP").await, 200 - 30 * 2 - 30 * 3);
        let jobs = test.shop.claim_jobs(1_000).await.unwrap();
        let told: HashSet<&str> = jobs
            .iter()
            .filter_map(|claimed| match &claimed.job {
                Job::Message { number, about: ReservationStatus::Placed } => Some(number.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(told, held.iter().map(|held| held.number.as_str()).collect());
        let told: Vec<(i64, &str)> = jobs
            .iter()
            .filter_map(|claimed| match &claimed.job {
                Job::Delivery { endpoint, data, .. } => Some((*endpoint, data["number"].as_str()?)),
                _ => None,
            })
            .collect();
        let each: HashSet<_> = told.iter().collect();
        assert_eq!((told.len(), each.len()), (180, 180), "each partner that wants it is told of each once");
    })
    .await;
}

/// So that a crowd is written to few pages of an index, while nobody can tell from two numbers how many came between.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_drawn_at_one_moment_begins_alike_and_what_is_drawn_later_does_not() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 100).await;
        let mut beginnings = Vec::new();
        for round in 0..3 {
            let asked = (0..20).map(|who| (who + round * 20, vec![("CUP", 1)], format!("{round}-{who}")));
            let mut beginning = HashSet::new();
            let mut rest = HashSet::new();
            for held in at_once(test, asked.collect()).await {
                let held = held.unwrap();
                let view = test.shop.reservation(Lang::En, &held.number, &held.token).await.unwrap();
                beginning.insert((held.number[..4].to_owned(), view.code[..2].to_owned()));
                rest.extend([held.number[4..].to_owned(), view.code[2..].to_owned()]);
            }
            assert_eq!((beginning.len(), rest.len()), (1, 40), "{beginning:?} {rest:?}");
            beginnings.extend(beginning);
            test.clock.advance(Duration::from_millis(10));
        }
        let distinct =
            |part: fn(&(String, String)) -> &str| beginnings.iter().map(part).collect::<HashSet<_>>().len();
        assert_eq!((distinct(|(number, _)| number), distinct(|(_, code)| code)), (3, 3), "{beginnings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_for_fewer_than_it_wants_gets_just_those() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 25).await.with_stock("seongsu", "KETTLE-MO", 100).await;
        let sku = |shopper: usize| if shopper.is_multiple_of(2) { "CUP" } else { "KETTLE-MO" };
        let asked =
            (0..80).map(|shopper| (shopper, vec![(sku(shopper), 1)], format!("few-{shopper}"))).collect();
        let (mut cups, mut kettles) = (0, 0);
        for (shopper, outcome) in at_once(test, asked).await.into_iter().enumerate() {
            match outcome {
                Ok(_) if sku(shopper) == "CUP" => cups += 1,
                Ok(_) => kettles += 1,
                Err(Error::Reservation(ReservationRefusal::OutOfStock { short, .. })) => {
                    assert_eq!(short[0].sku, "CUP");
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((cups, kettles), (25, 40));
        assert_eq!(test.available("seongsu", "CUP").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_crowd_a_key_counts_once_and_a_limit_holds() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 100).await;
        let limit = test.shop.settings().live_reservations as usize;
        for _ in 0..limit {
            test.reserve(&phone(200), "seongsu", &[("CUP", 1)]).await.unwrap();
        }
        // Twenty strangers, one request that arrives four times, and somebody who has all they may have.
        let strangers = (0..20).map(|shopper| (shopper, format!("stranger-{shopper}")));
        let repeated = (0..4).map(|_| (100, "again".to_owned()));
        let asked = strangers.chain(repeated).chain([(200, "more".to_owned())]);
        let asked = asked.map(|(shopper, key)| (shopper, vec![("CUP", 1)], key)).collect();
        let mut outcomes = at_once(test, asked).await;
        let greedy = outcomes.pop().unwrap();
        assert!(matches!(greedy, Err(Error::Reservation(ReservationRefusal::TooMany { .. }))), "{greedy:?}");
        let repeated = outcomes.split_off(20);
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let numbers: HashSet<String> = repeated.into_iter().map(|held| held.unwrap().number).collect();
        assert_eq!(numbers.len(), 1);
        assert_eq!(test.available("seongsu", "CUP").await, 100 - 20 - 1 - i64::try_from(limit).unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_one_shopper_asks_for_at_once_just_the_limit_is_held() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 100).await;
        let limit = test.shop.settings().live_reservations as usize;
        for shopper in 300..303 {
            let asked = (0..24).map(|many| (shopper, vec![("CUP", 1)], format!("greedy-{shopper}-{many}")));
            let outcomes = at_once(test, asked.collect()).await;
            let held = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(held, limit, "{outcomes:?}");
            for refused in outcomes.into_iter().filter_map(Result::err) {
                assert!(
                    matches!(refused, Error::Reservation(ReservationRefusal::TooMany { .. })),
                    "{refused:?}"
                );
            }
        }
        assert_eq!(test.available("seongsu", "CUP").await, 100 - 3 * i64::try_from(limit).unwrap());
    })
    .await;
}

/// Each process writes its own strangers together, and the same shopper stands among both.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_among_those_that_are_written_together_elsewhere() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 500).await;
        let beside = test.beside().await;
        let limit = test.shop.settings().live_reservations as usize;
        for round in 0..6 {
            let own = 400 + round;
            for _ in 1..limit {
                test.reserve(&phone(own), "seongsu", &[("CUP", 1)]).await.unwrap();
            }
            let asked = |place: usize| -> Vec<Asked> {
                let strangers = (0..12).map(|stranger| 1_000 + round * 100 + place * 20 + stranger);
                let all = strangers.chain([own]);
                all.map(|who| (who, vec![("CUP", 1)], format!("{round}-{place}-{who}"))).collect()
            };
            let (mut here, mut there) =
                tokio::join!(at_once_in(&test.shop, asked(0)), at_once_in(&beside, asked(1)));
            let both = [here.pop().unwrap(), there.pop().unwrap()];
            assert_eq!(both.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{both:?}");
            assert!(here.into_iter().chain(there).all(|outcome| outcome.is_ok()));
        }
        beside.db().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_one_shopper_at_once_hold_the_limit_also_of_kept_baskets() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 40).await;
        let limit = test.shop.settings().live_reservations as usize;
        let groups = vec![collect("seongsu", &[("CUP", 2)])];
        let mut tries = Vec::new();
        for many in 0..12 {
            let basket = KeepBasket {
                groups: groups.clone(),
                lang: Lang::Ko,
                near: None,
                instead: None,
                network: None,
            };
            let kept = if many % 2 == 0 { Some(test.shop.keep_basket(basket).await.unwrap()) } else { None };
            let (shop, wish) = (test.shop.clone(), order(&format!("greedy-{many}"), groups.clone(), None));
            tries.push(tokio::spawn(async move { shop.place_kept(wish, kept.as_ref()).await }));
        }
        let outcomes: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), limit, "{outcomes:?}");
        for refused in outcomes.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::Order(OrderRefusal::TooMany { .. })), "{refused:?}");
        }
    })
    .await;
}

/// Who repeats what brought them to the limit is told what they have, not that it is too much.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_again_at_once_is_told_again_also_at_the_limit() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 100).await;
        for _ in 1..test.shop.settings().live_reservations {
            test.reserve(&phone(500), "seongsu", &[("CUP", 1)]).await.unwrap();
        }
        let asked = (0..8).map(|_| (500, vec![("CUP", 1)], "last".to_owned())).collect();
        let told: HashSet<String> =
            at_once(test, asked).await.into_iter().map(|held| held.unwrap().number).collect();
        assert_eq!(told.len(), 1);
    })
    .await;
}

/// As processes of a cluster that begin on an empty database: what is signed by one has to open at the others.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_once_is_the_same_for_all_who_come_at_once() {
    on_each_engine(async |test: &TestShop| {
        for round in 0..8 {
            let tries = (0..6).map(|process| {
                let db = test.shop.db().clone();
                tokio::spawn(async move {
                    db.write(move |mut tx| {
                        Box::pin(async move {
                            let (key, own) = (format!("drawn {round}"), format!("by {process}"));
                            if let Some(kept) = meta::get(&mut tx, &key).await? {
                                return Ok::<_, Error>(kept);
                            }
                            Ok(meta::keep(&mut tx, &key, &own).await?)
                        })
                    })
                    .await
                })
            });
            let kept: HashSet<String> =
                join_all(tries).await.into_iter().map(|kept| kept.unwrap().unwrap()).collect();
            assert_eq!(kept.len(), 1, "{kept:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_shelf_holds_up_nobody_who_wants_another() {
    on_postgres(async |test: &TestShop| {
        test.with_stock("seongsu", "KETTLE-MO", 5).await.with_stock("seongsu", "CUP", 5).await;
        let till = UnderWay::receiving(test, test.key("seongsu", "KETTLE-MO"), 1).await;
        let shop = test.shop.clone();
        let wish = request(&phone(1), "seongsu", &[("KETTLE-MO", 1)], "stuck");
        let stuck = tokio::spawn(async move { shop.reserve(wish).await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let others = (2..30).map(|shopper| (shopper, vec![("CUP", 1)], format!("other-{shopper}"))).collect();
        let others = tokio::time::timeout(Duration::from_secs(3), at_once(test, others)).await.unwrap();
        assert_eq!(others.iter().filter(|held| held.is_ok()).count(), 5);
        assert!(!stuck.is_finished(), "the shelf is another's");
        till.finish().await;
        stuck.await.unwrap().unwrap();
    })
    .await;
}

/// PostgreSQL goes by what it knows of a table. Where everybody has wanted the same it knows that whichever shelf is asked
/// for, all that is held is held of it, and would read everything for each.
#[tokio::test(flavor = "multi_thread")]
async fn where_everybody_wants_the_same_another_shelf_is_asked_for_its_own_holds() {
    const READ: &str =
        "SELECT CAST(seq_tup_read AS TEXT) FROM pg_stat_xact_user_tables WHERE relname = 'holds'";
    on_postgres(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 5).await;
        test.reserve(&phone(1), "seongsu", &[("CUP", 1)]).await.unwrap();
        let calm = test.key("gangnam", "CUP");
        let heard = Arc::new(Mutex::new(None));
        let tell = heard.clone();
        let undone = test.shop.db().write(move |mut tx| {
            let tell = tell.clone();
            Box::pin(async move {
                let held =
                    "INSERT INTO holds (reservation_id, store_id, variant_id, quantity, state, expires_at)";
                let crowd = "SELECT reservation_id, store_id, variant_id, quantity, state, expires_at
                             FROM holds, generate_series(1, 20000)";
                testing::run(&mut tx, &format!("{held} {crowd}")).await?;
                testing::run(&mut tx, "ANALYZE holds").await?;
                let one = format!(
                    "SELECT reservation_id, {}, {}, 2, state, 9 FROM holds LIMIT 1",
                    calm.store_id, calm.variant_id
                );
                testing::run(&mut tx, &format!("{held} {one}")).await?;
                let others = (1_000..1_200).map(|variant_id| LevelKey { variant_id, ..calm });
                let keys: Vec<LevelKey> = others.chain([calm]).collect();
                let before = testing::text(&mut tx, READ).await?;
                let held = stock::live_holds(&mut tx, &keys, 256).await?;
                let after = testing::text(&mut tx, READ).await?;
                *tell.lock().unwrap() = Some((held, before, after));
                // The crowd was never there.
                Err::<(), _>(Error::NotFound)
            })
        });
        assert!(matches!(undone.await, Err(Error::NotFound)));
        let (held, before, after) = heard.lock().unwrap().take().unwrap();
        assert_eq!(held.iter().map(|hold| (hold.key(), hold.quantity)).collect::<Vec<_>>(), [(calm, 2)]);
        assert_eq!(before, after, "rows were read beside the index");
    })
    .await;
}
