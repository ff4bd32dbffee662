//! Each provider as the conformance cases see it: the port itself, a shopper who pays on its page, and a look into its
//! books from the other side.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use jiff::{SignedDuration, Timestamp};
use onshelf_app::ssr::{Door, Site};
use onshelf_server::{
    http::{Options, router},
    payments::{
        sign,
        stripe::{self, Stripe},
        test::{SIGNATURE, TestProvider},
        toss::{self, Toss},
    },
};
use onshelf_shop::{
    Clock, Intent, Opened, PaymentProvider, RefundCall, SystemClock,
    testing::{Engine, TestShop},
};
use onshelf_vocabulary::{Lang, Money, payments::ProviderCode};
use tower::ServiceExt;

use crate::{
    stand_in::{PATIENCE, Troubles},
    stripe_stand_in::{self, StripeStandIn},
    toss_stand_in::{self, TossStandIn},
};

pub const PUBLIC: &str = "http://127.0.0.1:3000";
pub const WEBHOOK_SECRET: &str = "whsec_bench";

/// One provider under test.
#[async_trait]
pub trait Bench: Send + Sync {
    fn provider(&self) -> &dyn PaymentProvider;
    fn now(&self) -> Timestamp;
    /// The shopper pays; answers the query they come back with, none where it cannot be paid.
    async fn pay(&self, opened: &Opened) -> Option<BTreeMap<String, String>>;
    /// How many payments and refunds stand in its books; none where they cannot be seen.
    fn counts(&self) -> Option<(usize, usize)>;
    /// The wire's troubles, where there is a wire.
    fn troubles(&self) -> Option<&Troubles>;
}

pub fn intent(bench: &dyn Bench, reference: &str, amount: Money) -> Intent {
    Intent {
        reference: reference.to_owned(),
        order: "O-7K3M-9QXD".to_owned(),
        title: "법랑 주전자 외 1건".to_owned(),
        amount,
        lang: Lang::Ko,
        email: Some("shopper@example.com".to_owned()),
        return_url: format!("{PUBLIC}/orders/O-7K3M-9QXD/paid?t=x"),
        cancel_url: format!("{PUBLIC}/orders/O-7K3M-9QXD?t=x"),
        expires_at: bench.now() + SignedDuration::from_mins(10),
    }
}

pub fn refund_call(opened: &Opened, reference: &str, key: &str, amount: Money) -> RefundCall {
    RefundCall {
        key: key.to_owned(),
        reference: reference.to_owned(),
        provider_id: opened.provider_id.clone(),
        amount,
        reason: "품절".to_owned(),
    }
}

/// Runs a case against all three, each with books of its own.
pub async fn on_each_provider(case: impl AsyncFn(&dyn Bench)) {
    for code in ProviderCode::ALL {
        on_provider(code, &case).await;
    }
}

/// Runs a case against those behind a wire.
pub async fn on_each_wire(case: impl AsyncFn(&dyn Bench)) {
    for code in [ProviderCode::Stripe, ProviderCode::Toss] {
        on_provider(code, &case).await;
    }
}

async fn on_provider(code: ProviderCode, case: &impl AsyncFn(&dyn Bench)) {
    eprintln!("with {}", code.code());
    match code {
        ProviderCode::Test => {
            for engine in [Engine::Sqlite, Engine::Postgres] {
                let Some(bench) = TestBench::start(engine).await else {
                    eprintln!("skipped on PostgreSQL: no server is named");
                    continue;
                };
                case(&bench).await;
                bench.test.close().await;
            }
        }
        ProviderCode::Stripe => case(&StripeBench::start().await).await,
        ProviderCode::Toss => case(&TossBench::start().await).await,
    }
}

pub struct StripeBench {
    pub stand_in: StripeStandIn,
    pub stripe: Stripe,
}

impl StripeBench {
    pub async fn start() -> StripeBench {
        let stand_in = StripeStandIn::start().await;
        let stripe = Stripe::new(stripe_access(&stand_in.url, stripe_stand_in::KEY, PATIENCE)).unwrap();
        StripeBench { stand_in, stripe }
    }
}

pub fn stripe_access(url: &str, key: &str, timeout: Duration) -> stripe::Access {
    let (webhook_secret, clock) = (WEBHOOK_SECRET.to_owned(), Arc::new(SystemClock));
    stripe::Access { url: url.to_owned(), key: key.to_owned(), webhook_secret, timeout, clock }
}

#[async_trait]
impl Bench for StripeBench {
    fn provider(&self) -> &dyn PaymentProvider {
        &self.stripe
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    async fn pay(&self, opened: &Opened) -> Option<BTreeMap<String, String>> {
        self.stand_in.pay(&opened.provider_id, None).then(BTreeMap::new)
    }

    fn counts(&self) -> Option<(usize, usize)> {
        Some((self.stand_in.payments(), self.stand_in.refunds()))
    }

    fn troubles(&self) -> Option<&Troubles> {
        Some(&self.stand_in.troubles)
    }
}

pub struct TossBench {
    pub stand_in: TossStandIn,
    pub toss: Toss,
}

impl TossBench {
    pub async fn start() -> TossBench {
        let stand_in = TossStandIn::start().await;
        let toss = Toss::new(toss_access(&stand_in.url, toss_stand_in::KEY)).unwrap();
        TossBench { stand_in, toss }
    }
}

pub fn toss_access(url: &str, key: &str) -> toss::Access {
    let clock = Arc::new(SystemClock);
    toss::Access { url: url.to_owned(), key: key.to_owned(), timeout: PATIENCE, clock }
}

#[async_trait]
impl Bench for TossBench {
    fn provider(&self) -> &dyn PaymentProvider {
        &self.toss
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    async fn pay(&self, opened: &Opened) -> Option<BTreeMap<String, String>> {
        self.stand_in.authenticate(&opened.provider_id)
    }

    fn counts(&self) -> Option<(usize, usize)> {
        Some((self.stand_in.payments(), self.stand_in.refunds()))
    }

    fn troubles(&self) -> Option<&Troubles> {
        Some(&self.stand_in.troubles)
    }
}

/// The built-in one, with the shop's own router for its page.
pub struct TestBench {
    pub test: TestShop,
    pub site: Router,
    pub provider: TestProvider,
}

impl TestBench {
    pub async fn start(engine: Engine) -> Option<TestBench> {
        TestBench::at(engine, PUBLIC).await
    }

    /// The shop is known as `public_url`, where its webhooks go.
    pub async fn at(engine: Engine, public_url: &str) -> Option<TestBench> {
        let test = TestShop::on(engine).await?;
        let provider = TestProvider::new(test.shop.clone(), public_url).await.unwrap();
        let offered = TestProvider::new(test.shop.clone(), public_url).await.unwrap();
        test.shop.take_payments(vec![Arc::new(offered)]);
        let options = Options { public_url: public_url.to_owned(), ..Options::default() };
        let site = Arc::new(Site { public_url: public_url.to_owned(), ..Site::default() });
        let site = router(Door { shop: test.shop.clone(), site }, &options);
        Some(TestBench { test, site, provider })
    }

    /// Posts a form to the payment's page; answers status and where it leads.
    pub async fn act(&self, opened: &Opened, form: &str) -> (u16, String) {
        let path = opened.redirect_url.split_once("://").unwrap().1;
        let path = &path[path.find('/').unwrap()..];
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        let answer = self.site.clone().oneshot(request).await.unwrap();
        let to = answer.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), to.unwrap_or_default())
    }
}

#[async_trait]
impl Bench for TestBench {
    fn provider(&self) -> &dyn PaymentProvider {
        &self.provider
    }

    fn now(&self) -> Timestamp {
        self.test.shop.now()
    }

    async fn pay(&self, opened: &Opened) -> Option<BTreeMap<String, String>> {
        let (status, to) = self.act(opened, "action=pay").await;
        if status != 303 {
            return None;
        }
        let to = url::Url::parse(&to).unwrap();
        Some(to.query_pairs().into_owned().collect())
    }

    fn counts(&self) -> Option<(usize, usize)> {
        None
    }

    fn troubles(&self) -> Option<&Troubles> {
        None
    }
}

/// The header of a signed webhook, by the provider's own name for it.
pub fn signature(code: ProviderCode, secret: &str, body: &[u8], at: Timestamp) -> (&'static str, String) {
    let name = if code == ProviderCode::Test { SIGNATURE } else { "stripe-signature" };
    (name, sign(secret, body, at))
}
