//! Each process follows what changes on the shelves, whatever comes late, in crowds, or after a long sleep.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use onshelf_db::stock::{self, Cause, LevelKey};
use onshelf_shop::{
    Error, Viewer,
    testing::{TestShop, on_each_engine, on_postgres},
};
use onshelf_vocabulary::Lang;
use tokio::{sync::Notify, task::JoinHandle};

const CAUSE: Cause<'static> = Cause { reason: "received", reference: "test", actor: "test", at: 0 };

/// What is done to a shelf: so many units come, or what a reservation holds of it is given back.
#[derive(Clone, Copy)]
enum Change {
    Receive(LevelKey, i64),
    End(i64),
}

/// A deed that has changed a shelf and commits once it is told to.
pub struct UnderWay {
    go_on: Arc<Notify>,
    deed: JoinHandle<()>,
}

impl UnderWay {
    /// Answers once the units are written.
    pub async fn receiving(test: &TestShop, key: LevelKey, units: i64) -> UnderWay {
        UnderWay::begin(test, Change::Receive(key, units)).await
    }

    /// Answers once what a reservation holds is given back.
    pub async fn ending(test: &TestShop, reservation_id: i64) -> UnderWay {
        UnderWay::begin(test, Change::End(reservation_id)).await
    }

    async fn begin(test: &TestShop, change: Change) -> UnderWay {
        let (written, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (shop, at) = (test.shop.clone(), test.shop.now_ms());
        let (tell, wait) = (written.clone(), go_on.clone());
        let deed = tokio::spawn(async move {
            let deed = shop.db().write(move |mut tx| {
                let (tell, wait) = (tell.clone(), wait.clone());
                Box::pin(async move {
                    match change {
                        Change::Receive(key, units) => {
                            stock::shift(&mut tx, key, units, Cause { at, ..CAUSE }).await?;
                        }
                        Change::End(reservation_id) => {
                            stock::release(&mut tx, reservation_id, at).await?;
                        }
                    }
                    tell.notify_one();
                    wait.notified().await;
                    Ok::<_, Error>(())
                })
            });
            deed.await.unwrap();
        });
        written.notified().await;
        UnderWay { go_on, deed }
    }

    pub async fn finish(self) {
        self.go_on.notify_one();
        self.deed.await.unwrap();
    }
}

fn seen(shop: &onshelf_shop::Shop, test: &TestShop, sku: &str) -> i64 {
    let key = test.key("seongsu", sku);
    shop.shelves().available(key.store_id, key.variant_id, shop.now())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_commits_late_holds_up_nothing_and_is_not_lost() {
    on_postgres(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1).await.with_stock("seongsu", "KETTLE-MO", 1).await;
        let late = UnderWay::receiving(test, test.key("seongsu", "CUP"), 4).await;
        for _ in 0..3 {
            test.with_stock("seongsu", "KETTLE-MO", 1).await;
        }
        assert_eq!((seen(&test.shop, test, "KETTLE-MO"), seen(&test.shop, test, "CUP")), (4, 1));
        late.finish().await;
        assert_eq!(test.available("seongsu", "CUP").await, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_changes_than_one_look_reads_are_all_seen() {
    on_each_engine(async |test: &TestShop| {
        let beside = test.beside().await;
        let (busy, last, at) =
            (test.key("seongsu", "KETTLE-MO"), test.key("seongsu", "CUP"), test.shop.now_ms());
        let deed = test.shop.db().write(move |mut tx| {
            Box::pin(async move {
                for _ in 0..4_500 {
                    stock::announce(&mut tx, busy, at).await?;
                }
                stock::open_level(&mut tx, last, 0, at).await?;
                stock::shift(&mut tx, last, 7, Cause { at, ..CAUSE }).await?;
                Ok::<_, Error>(())
            })
        });
        deed.await.unwrap();
        beside.catch_up().await.unwrap();
        assert_eq!(seen(&beside, test, "CUP"), 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_slept_longer_than_changes_are_kept_reads_everything_anew() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 3).await;
        let beside = test.beside().await;
        let key = test.key("seongsu", "CUP");
        let mut watch = beside.watch(vec![key.variant_id], None);
        test.with_stock("seongsu", "CUP", 2).await;
        test.clock.advance(Duration::from_secs(3 * 3_600));
        assert!(test.shop.keep_house().await.unwrap().changes > 0);
        assert_eq!(seen(&beside, test, "CUP"), 3);
        beside.catch_up().await.unwrap();
        assert_eq!(seen(&beside, test, "CUP"), 5);
        assert!(watch.next().await.is_none(), "whoever watches has to begin anew");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_stands_behind_those_who_came_before() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 30).await;
        let promised = |shop: &onshelf_shop::Shop| {
            let viewer = Viewer { near: "37.5446,127.0559".parse().ok(), ..Viewer::new(Lang::En) };
            let book = shop.book();
            let best = shop.shelves_of(&viewer, &book, "CUP", 1).unwrap().best.unwrap();
            best.in_words().ready_by.unwrap().label
        };
        let alone = promised(&test.shop);
        for number in 0..10 {
            let phone = format!("010-2222-{:04}", 1_000 + number);
            test.reserve(&phone, "seongsu", &[("CUP", 1)]).await.unwrap();
        }
        // What waits is counted as often as it costs little.
        tokio::time::sleep(Duration::from_millis(400)).await;
        test.shop.catch_up().await.unwrap();
        assert_eq!((alone.as_str(), promised(&test.shop).as_str()), ("12:30", "13:00"));
        // A process that has just started knows of them, too.
        assert_eq!(promised(&test.beside().await), promised(&test.shop));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crowd_holds_is_given_back_as_it_ends_though_not_every_hold_is_known() {
    on_each_engine(async |test: &TestShop| {
        test.with_stock("seongsu", "CUP", 1_000).await;
        let crowd = async |first: u32, count: u32| {
            for number in first..first + count {
                test.reserve(&format!("010-2222-{number:04}"), "seongsu", &[("CUP", 1)]).await.unwrap();
            }
        };
        crowd(0, 270).await;
        test.clock.advance(Duration::from_secs(24 * 3_600));
        // After so long everything is read anew, with all holds there are.
        test.shop.catch_up().await.unwrap();
        crowd(270, 60).await;
        let key = test.key("seongsu", "CUP");
        let mut reader = test.shop.db().reader().await.unwrap();
        let holds = stock::next_to_end(&mut reader.tx(), key, test.shop.now_ms(), 1_000).await.unwrap();
        let ends: BTreeSet<i64> = holds.iter().map(|hold| hold.expires_at).collect();
        let &[first, second] = ends.iter().collect::<Vec<_>>().as_slice() else {
            panic!("two days, two ends: {ends:?}")
        };
        let shown = |at: &i64| {
            test.clock.set(Timestamp::from_millisecond(*at).unwrap());
            seen(&test.shop, test, "CUP")
        };
        assert_eq!((holds.len(), test.available("seongsu", "CUP").await), (330, 670));
        assert_eq!(shown(&(first - 1)), 670);
        // Those that are known by their end are gone at once, the others when they have been read.
        assert_eq!(shown(first), 926);
        assert_eq!(test.available("seongsu", "CUP").await, 940);
        assert_eq!(shown(&(second - 1)), 940);
        assert_eq!(shown(second), 1_000);
        assert_eq!(test.available("seongsu", "CUP").await, 1_000);
    })
    .await;
}
