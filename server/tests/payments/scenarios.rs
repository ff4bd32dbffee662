//! Every trouble the test provider can be asked for, seen from where its webhooks arrive.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use onshelf_app::payments::scenario::Scenario;
use onshelf_server::payments::test::{Messenger, SIGNATURE, TestProvider};
use onshelf_shop::{
    Opened, PaymentFault, PaymentProvider, RefundStanding, RefundStatement, Standing, testing::Engine,
};
use onshelf_vocabulary::{Currency, Money};

use crate::bench::{Bench, TestBench, intent, refund_call};

const REFERENCE: &str = "pay_0001";
const WON: Money = Money::won(100_000);

/// Where the shop's webhooks arrive: what came, and what is answered.
#[derive(Clone)]
struct Inbox {
    came: Arc<Mutex<Vec<(String, Bytes)>>>,
    answers: Arc<Mutex<StatusCode>>,
}

impl Inbox {
    async fn open() -> (Inbox, String) {
        let inbox = Inbox { came: Arc::default(), answers: Arc::new(Mutex::new(StatusCode::NO_CONTENT)) };
        let router = Router::new().route("/webhooks/test", post(take)).with_state(inbox.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (inbox, url)
    }

    /// What has come since, proven, in order.
    fn events(&self, provider: &TestProvider, bench: &dyn Bench) -> Vec<String> {
        let came = std::mem::take(&mut *self.came.lock().unwrap());
        let events = came.into_iter().map(|(signature, body)| {
            let header = |name: &str| (name == SIGNATURE).then(|| signature.clone());
            let hint = provider.hint(&header, &body, bench.now()).unwrap();
            assert_eq!(hint.reference.as_deref(), Some(REFERENCE));
            hint.event.split('_').nth(1).unwrap().to_owned()
        });
        events.collect()
    }
}

async fn take(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(SIGNATURE).unwrap().to_str().unwrap().to_owned();
    inbox.came.lock().unwrap().push((signature, body));
    *inbox.answers.lock().unwrap()
}

struct Scene {
    bench: TestBench,
    inbox: Inbox,
    messenger: Messenger,
    opened: Opened,
}

impl Scene {
    async fn play(engine: Engine, scenario: Scenario) -> Option<Scene> {
        let (inbox, url) = Inbox::open().await;
        let bench = TestBench::at(engine, &url).await?;
        let messenger = Messenger::new(bench.test.shop.clone(), &url).unwrap();
        let opened = bench.provider.open(&intent(&bench, REFERENCE, WON)).await.unwrap();
        let form = format!("action=pay&scenario={}", scenario.code());
        assert_eq!(bench.act(&opened, &form).await.0, 303, "{scenario:?}");
        Some(Scene { bench, inbox, messenger, opened })
    }

    async fn events_now(&self) -> Vec<String> {
        self.messenger.send_due().await.unwrap();
        self.inbox.events(&self.bench.provider, &self.bench)
    }

    async fn refunds(&self) -> Vec<RefundStatement> {
        self.bench.provider.refunds(REFERENCE, &self.opened.provider_id).await.unwrap()
    }

    async fn statement(&self) -> Result<onshelf_shop::Statement, PaymentFault> {
        self.bench.provider.statement(REFERENCE, &self.opened.provider_id).await
    }
}

async fn on_each_engine(scenario: Scenario, case: impl AsyncFn(&Scene)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(scene) = Scene::play(engine, scenario).await else {
            eprintln!("skipped on PostgreSQL: no server is named");
            continue;
        };
        case(&scene).await;
        scene.bench.test.close().await;
    }
}

#[tokio::test]
async fn normal_tells_once_and_in_order() {
    on_each_engine(Scenario::Normal, async |scene| {
        assert_eq!(scene.events_now().await, ["opened", "captured"]);
        assert_eq!(scene.events_now().await, [""; 0]);
        assert_eq!(scene.statement().await.unwrap().captured, WON);
    })
    .await;
}

#[tokio::test]
async fn duplicate_tells_the_same_events_twice() {
    on_each_engine(Scenario::Duplicate, async |scene| {
        assert_eq!(scene.events_now().await, ["opened", "opened", "captured", "captured"]);
    })
    .await;
}

#[tokio::test]
async fn reordered_tells_of_the_money_first() {
    on_each_engine(Scenario::Reordered, async |scene| {
        assert_eq!(scene.events_now().await, ["captured"]);
        scene.bench.test.clock.advance(Duration::from_secs(1));
        assert_eq!(scene.events_now().await, ["opened"]);
    })
    .await;
}

#[tokio::test]
async fn late_money_is_not_there_yet_and_cannot_be_stopped() {
    on_each_engine(Scenario::Late, async |scene| {
        let found = scene.statement().await.unwrap();
        assert_eq!((found.standing, found.captured), (Standing::Open, Money::won(0)));
        let closed = scene.bench.provider.close(REFERENCE, &scene.opened.provider_id).await.unwrap();
        assert_eq!(closed.standing, Standing::Open, "the money is under way");
        let call = refund_call(&scene.opened, REFERENCE, "rf_1", WON);
        assert!(matches!(scene.bench.provider.refund(&call).await, Err(PaymentFault::Refused(_))));
        assert_eq!(scene.events_now().await, ["opened"]);
        scene.bench.test.clock.advance(Duration::from_secs(5));
        assert_eq!(scene.events_now().await, ["captured"]);
        let found = scene.statement().await.unwrap();
        assert_eq!((found.standing, found.captured), (Standing::Captured, WON));
        scene.bench.provider.refund(&call).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn timeout_after_charge_loses_one_answer() {
    on_each_engine(Scenario::TimeoutAfterCharge, async |scene| {
        assert!(matches!(scene.statement().await, Err(PaymentFault::Passing(_))));
        let found = scene.statement().await.unwrap();
        assert_eq!((found.standing, found.captured), (Standing::Captured, WON));
    })
    .await;
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_made_once() {
    on_each_engine(Scenario::TimeoutAfterCharge, async |scene| {
        let call = refund_call(&scene.opened, REFERENCE, "rf_1", Money::won(60_000));
        assert!(matches!(scene.bench.provider.refund(&call).await, Err(PaymentFault::Passing(_))));
        scene.bench.provider.refund(&call).await.unwrap();
        assert_eq!(scene.statement().await.unwrap().refunded, 60_000);
    })
    .await;
}

#[tokio::test]
async fn no_webhook_tells_nothing() {
    on_each_engine(Scenario::NoWebhook, async |scene| {
        assert_eq!(scene.events_now().await, [""; 0]);
        assert_eq!(scene.statement().await.unwrap().standing, Standing::Captured);
    })
    .await;
}

#[tokio::test]
async fn the_wrong_amount_and_the_wrong_currency_are_what_was_captured() {
    on_each_engine(Scenario::WrongAmount, async |scene| {
        assert_eq!(scene.statement().await.unwrap().captured, Money::won(99_000));
    })
    .await;
    on_each_engine(Scenario::WrongCurrency, async |scene| {
        assert_eq!(scene.statement().await.unwrap().captured, Money::new(100_000, Currency::Usd));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_is_late_is_under_way() {
    on_each_engine(Scenario::RefundLate, async |scene| {
        assert_eq!(scene.events_now().await, ["opened", "captured"]);
        let call = refund_call(&scene.opened, REFERENCE, "rf_1", Money::won(60_000));
        let asked = scene.bench.provider.refund(&call).await.unwrap();
        assert_eq!(asked.standing, RefundStanding::Pending);
        assert_eq!(scene.events_now().await, [""; 0]);
        scene.bench.test.clock.advance(Duration::from_secs(5));
        let arrived = RefundStatement { standing: RefundStanding::Done, ..asked };
        assert_eq!(scene.bench.provider.refund(&call).await, Ok(arrived.clone()));
        assert_eq!(scene.refunds().await, [arrived]);
        assert_eq!(scene.events_now().await, ["refunded"]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_fails_comes_back() {
    on_each_engine(Scenario::RefundFails, async |scene| {
        assert_eq!(scene.events_now().await, ["opened", "captured"]);
        let call = refund_call(&scene.opened, REFERENCE, "rf_1", Money::won(60_000));
        let made = scene.bench.provider.refund(&call).await.unwrap();
        assert_eq!(made.standing, RefundStanding::Done);
        assert_eq!(scene.statement().await.unwrap().refunded, 60_000);
        assert_eq!(scene.events_now().await, ["refunded"]);
        scene.bench.test.clock.advance(Duration::from_secs(5));
        assert_eq!(scene.refunds().await, [RefundStatement { standing: RefundStanding::Failed, ..made }]);
        assert_eq!(scene.statement().await.unwrap().refunded, 0);
        assert_eq!(scene.events_now().await, ["failed"]);
    })
    .await;
}

#[tokio::test]
async fn refunded_elsewhere_nobody_asked_for_it() {
    on_each_engine(Scenario::RefundedElsewhere, async |scene| {
        assert_eq!(scene.events_now().await, ["opened", "captured"]);
        let told = scene.refunds().await;
        let told: Vec<_> =
            told.iter().map(|made| (made.key.as_deref(), made.amount, made.standing)).collect();
        assert_eq!(told, [(None, 1_000, RefundStanding::Done)]);
        let found = scene.statement().await.unwrap();
        assert_eq!((found.captured, found.refunded), (WON, 1_000));
        scene.bench.test.clock.advance(Duration::from_secs(5));
        assert_eq!(scene.events_now().await, ["refunded"]);
    })
    .await;
}

#[tokio::test]
async fn refusing_is_told_too() {
    let (inbox, url) = Inbox::open().await;
    let bench = TestBench::at(Engine::Sqlite, &url).await.unwrap();
    let messenger = Messenger::new(bench.test.shop.clone(), &url).unwrap();
    let opened = bench.provider.open(&intent(&bench, REFERENCE, WON)).await.unwrap();
    assert_eq!(bench.act(&opened, "action=refuse").await.0, 303);
    messenger.send_due().await.unwrap();
    assert_eq!(inbox.events(&bench.provider, &bench), ["refused"]);
    bench.test.close().await;
}

/// More than go at once, and of each payment in the order they were written.
#[tokio::test]
async fn webhooks_of_many_payments_go_side_by_side() {
    const PAYMENTS: usize = 30;
    let (inbox, url) = Inbox::open().await;
    let bench = TestBench::at(Engine::Sqlite, &url).await.unwrap();
    let messenger = Messenger::new(bench.test.shop.clone(), &url).unwrap();
    for number in 0..PAYMENTS {
        let reference = format!("pay_{number:04}");
        let opened = bench.provider.open(&intent(&bench, &reference, WON)).await.unwrap();
        assert_eq!(bench.act(&opened, "action=pay&scenario=normal").await.0, 303);
    }
    assert_eq!(messenger.send_due().await.unwrap(), 50);
    assert_eq!(messenger.send_due().await.unwrap(), 2 * PAYMENTS - 50);
    assert_eq!(messenger.send_due().await.unwrap(), 0, "taken is taken");
    let mut events: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, body) in std::mem::take(&mut *inbox.came.lock().unwrap()) {
        let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let text = |pointer| event.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        events.entry(text("/data/reference")).or_default().push(text("/type"));
    }
    assert_eq!(events.len(), PAYMENTS);
    for (reference, kinds) in events {
        assert_eq!(kinds, ["payment.opened", "payment.captured"], "{reference}");
    }
    bench.test.close().await;
}

#[tokio::test]
async fn a_webhook_that_is_not_taken_is_sent_again() {
    on_each_engine(Scenario::Normal, async |scene| {
        *scene.inbox.answers.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(scene.events_now().await, ["opened", "captured"]);
        assert_eq!(scene.events_now().await, [""; 0], "not at once");
        *scene.inbox.answers.lock().unwrap() = StatusCode::NO_CONTENT;
        scene.bench.test.clock.advance(Duration::from_secs(3));
        assert_eq!(scene.events_now().await, ["opened", "captured"]);
        scene.bench.test.clock.advance(Duration::from_secs(3_600));
        assert_eq!(scene.events_now().await, [""; 0], "taken is taken");
    })
    .await;
}
