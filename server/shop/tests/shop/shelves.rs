//! Numbers on open pages: live, in this process and in the one beside it.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    time::Duration,
};

use onshelf_db::{
    stock::{LevelKey, levels_after},
    stores::StoreRow,
};
use onshelf_shop::{
    Viewer,
    stock::Seen,
    testing::{TestShop, on_each_engine},
};
use onshelf_vocabulary::{Lang, Point, StoreCode, cart::Line, stock::Level};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_one_process_reaches_the_other_within_a_second() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await;
        let beside = test.beside().await;
        let fresh = beside.clone();
        let keeping = tokio::spawn(async move { fresh.keep_shelves_fresh().await });
        let key = test.key("seongsu", "CUP");
        let mut watch = beside.watch(vec![key.variant_id], None);
        test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let event = tokio::time::timeout(Duration::from_secs(1), watch.next()).await.unwrap().unwrap();
        assert_eq!(event.available, 2);
        assert_eq!(beside.shelves().available(key.store_id, key.variant_id, beside.now()), 2);
        keeping.abort();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn my_store_comes_first_then_the_nearest_that_has_it() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 12).await;
        let viewer = Viewer {
            lang: Lang::Ko,
            store: Some(StoreCode::new("gangnam").unwrap()),
            near: "37.5446,127.0559".parse().ok(),
            near_name: None,
        };
        let book = test.shop.book();
        let shelves = test.shop.shelves_of(&viewer, &book, "CUP", 1).unwrap();
        let best = shelves.best.unwrap().in_words();
        assert_eq!((best.store.as_str(), best.shown.as_str(), best.mine), ("gangnam", "9+", true));
        assert_eq!(shelves.others[0].store(), "seongsu");
        assert_eq!(best.level, Level::InStock);
        assert_eq!(best.ready_by.unwrap().label, "12:30");
        let anywhere = Viewer { store: None, ..viewer };
        let best = test.shop.shelves_of(&anywhere, &book, "CUP", 1).unwrap().best.unwrap().in_words();
        assert_eq!((best.store.as_str(), best.distance_m), ("seongsu", Some(0)));
    })
    .await;
}

/// Who asks for a few of many stores gets those that come first when all are measured and put in order, whether the
/// SKU stands in nearly all of them or in three.
#[tokio::test(flavor = "multi_thread")]
async fn those_that_have_it_come_first_and_the_nearest_of_them() {
    on_each_engine(async |test: &TestShop| {
        for number in 0..40u16 {
            let place = |row: &mut StoreRow| {
                let north = 37.0 + f64::from(number * 7 % 40) / 100.0;
                (row.lat, row.lng) = if number % 10 == 9 { (None, None) } else { (Some(north), Some(127.0)) };
                row.kind = if number == 6 { "warehouse" } else { "store" }.to_owned();
            };
            let code = format!("s{number}");
            test.with_store(&code, place).await.with_stock(&code, "CUP", 1 + i64::from(number % 4)).await;
        }
        for (code, on_hand) in [("s33", 1), ("s6", 9), ("s19", 5), ("s8", 3)] {
            test.with_stock(code, "KETTLE-MO", on_hand).await;
        }
        let here: Option<Point> = "37.2,127.0".parse().ok();
        let asked = ["CUP", "KETTLE-MO"].into_iter().flat_map(|sku| {
            [None, here].into_iter().flat_map(move |near| [1, 3, 4, 10].map(|many| (sku, near, many)))
        });
        for (sku, near, quantity) in asked {
            let expected = in_order(test, sku, near, quantity);
            for most in [1, 3, 100] {
                let answers = test.shop.stores_with(Lang::Ko, sku, near, quantity, most).unwrap();
                let codes: Vec<&str> = answers.iter().map(|answer| &*answer.code).collect();
                let first: Vec<&str> = expected.iter().take(most).map(|(_, _, code)| &**code).collect();
                assert_eq!(codes, first, "{most} of {sku}, {quantity}, from {near:?}");
            }
            let viewer = Viewer { near, ..Viewer::new(Lang::Ko) };
            let book = test.shop.book();
            let best = test.shop.shelves_of(&viewer, &book, sku, quantity).unwrap().best;
            let nearest = expected.first().filter(|(lacks, ..)| !lacks).map(|(_, _, code)| &**code);
            assert_eq!(best.as_ref().map(Seen::store), nearest, "{sku}, {quantity}, from {near:?}");
        }
    })
    .await;
}

/// Every store that carries it: whether it lacks as many, how far it is, and its code.
fn in_order(test: &TestShop, sku: &str, near: Option<Point>, quantity: i64) -> Vec<(bool, f64, String)> {
    let (book, variant) = (test.shop.book(), test.key("seongsu", sku).variant_id);
    let mut all: Vec<_> = book
        .stores
        .stores()
        .filter_map(|store| {
            let known = test.shop.shelves().known(store.id, variant, test.shop.now())?;
            let far = near.zip(store.point).map_or(f64::INFINITY, |(here, there)| here.distance_m(there));
            Some((known.available < quantity, far, store.code.to_string()))
        })
        .collect();
    // What is equally far stays in the operator's order.
    all.sort_by(|(lacks, far, _), (others, farther, _)| lacks.cmp(others).then(far.total_cmp(farther)));
    all
}

/// Pages keep what they wrote of a shelf and of a card by the hash of what was seen, and write nothing that is at hand.
#[tokio::test(flavor = "multi_thread")]
async fn what_hashes_alike_is_told_in_the_same_words() {
    on_each_engine(async |test: &TestShop| {
        // Not at a whole hour, so that no age changes at midnight, when hours are told anew.
        test.clock.advance(Duration::from_secs(1_000));
        test.with_stock("gangnam", "CUP", 12).await.with_stock("gangnam", "KETTLE-MI", 1).await;
        test.with_stock("gangnam", "KETTLE-MO", 1).await.with_stock("gangnam", "KETTLE-MO", -1).await;
        let (ko, en) = (Viewer::new(Lang::Ko), Viewer::new(Lang::En));
        let near = Viewer { near: "37.5446,127.0559".parse().ok(), ..en.clone() };
        let mine = Viewer { store: StoreCode::new("gangnam").ok(), ..near.clone() };
        let viewers = [ko, en, near, mine];
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let (mut shelves, mut cards) = (HashMap::new(), HashMap::new());
        let mut asked = 0;
        for step in 0..240 {
            if step % 24 == 0 {
                // Three, one, none, and more than a page says, heard of just now.
                test.with_stock("seongsu", "CUP", [3, -2, -1, 5, 9, -14][step / 24 % 6]).await;
            }
            let book = test.shop.book();
            for viewer in &viewers {
                for listed in test.shop.newest(viewer, &book, 50) {
                    let told = cards.entry(hasher.hash_one(&listed)).or_insert_with(|| listed.in_words());
                    assert_eq!(*told, listed.in_words(), "{viewer:?}");
                    asked += 1;
                }
                let around = |sku| test.shop.shelves_of(viewer, &book, sku, 1).unwrap();
                let (cups, kettles) = (around("CUP"), around("KETTLE-MO"));
                for shelf in cups.best.iter().chain(&cups.others).chain(&kettles.others) {
                    let told = shelves.entry(hasher.hash_one(shelf)).or_insert_with(|| shelf.in_words());
                    assert_eq!(*told, shelf.in_words(), "{viewer:?}");
                    asked += 1;
                }
            }
            // Seconds, then minutes, then hours: through a night and into the next day.
            test.clock.advance(Duration::from_secs([1, 3, 40, 1_300, 1_300, 1_300][step % 6]));
        }
        assert!(shelves.len() > 100 && cards.len() > 100, "{} {}", shelves.len(), cards.len());
        assert!(shelves.len() + cards.len() < asked, "some are at hand");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_basket_is_ranked_by_what_each_store_has_of_it() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await;
        test.with_stock("gangnam", "CUP", 2).await.with_stock("gangnam", "KETTLE-MI", 1).await;
        let line = |sku: &str| Line { sku: sku.parse().unwrap(), quantity: "1".parse().unwrap() };
        let viewer = Viewer { near: "37.5446,127.0559".parse().ok(), ..Viewer::new(Lang::En) };
        let basket = test.shop.basket(&viewer, &[line("CUP"), line("KETTLE-MI"), line("GONE")]);
        assert_eq!(basket.total.unwrap().amount, 47_000);
        assert_eq!(basket.gone, ["GONE"]);
        let told: Vec<_> =
            basket.stores.iter().map(|c| (c.store.as_str(), c.covered_lines, c.missing.len())).collect();
        assert_eq!(told, [("gangnam", 2, 0), ("seongsu", 1, 1)]);
        assert_eq!(basket.part_total, None, "the best has all of it");

        // A store that has some of it tells what those cost: of two cups one, and no kettle.
        let here = Viewer { store: StoreCode::new("seongsu").ok(), ..viewer };
        let two = Line { sku: "CUP".parse().unwrap(), quantity: "2".parse().unwrap() };
        let basket = test.shop.basket(&here, &[two, line("KETTLE-MI")]);
        assert_eq!(basket.total.unwrap().amount, 56_000);
        assert_eq!(basket.part_total.unwrap().amount, 9_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_reads_no_change_again_and_tells_nobody_old_news() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let cup = test.key("seongsu", "CUP").variant_id;
        let mut watch = test.shop.watch(vec![cup], None);
        // Of another shelf: whoever watches cups has nothing to learn from it.
        for _ in 0..3 {
            test.reserve("010-2222-3333", "seongsu", &[("KETTLE-MO", 2)]).await.unwrap_err();
        }
        let news = tokio::time::timeout(Duration::from_millis(50), watch.next()).await;
        assert!(news.is_err(), "told again: {news:?}");
        test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        assert_eq!(test.available("seongsu", "CUP").await, 2);
        assert_eq!(watch.next().await.unwrap().available, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_level_is_read_once_however_few_come_at_once() {
    on_each_engine(async |test: &TestShop| {
        for (store, sku) in
            [("gangnam", "KETTLE-MI"), ("seongsu", "CUP"), ("gangnam", "CUP"), ("seongsu", "KETTLE-MI")]
        {
            test.with_stock(store, sku, 2).await;
        }
        let mut reader = test.shop.db().reader().await.unwrap();
        let mut walks = Vec::new();
        // Fewer than one variant has, as many, more, and all.
        for limit in [1, 2, 3, 1_000] {
            let (mut after, mut walk) = (LevelKey { store_id: 0, variant_id: 0 }, Vec::new());
            loop {
                let levels = levels_after(&mut reader.tx(), after, limit).await.unwrap();
                let Some(last) = levels.last() else { break };
                after = last.key();
                walk.extend(levels.iter().map(|level| (level.variant_id, level.store_id)));
            }
            walks.push(walk);
        }
        assert!(walks[0].len() >= 4 && walks[0].is_sorted_by(|one, other| one < other), "{walks:?}");
        assert!(walks.iter().all(|walk| *walk == walks[0]), "{walks:?}");
        assert_eq!(test.shop.shelves().count(), walks[0].len());
        assert_eq!(test.beside().await.shelves().count(), walks[0].len());
    })
    .await;
}
