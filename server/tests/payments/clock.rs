//! The clock is an hour off, either way: what is held to a provider's time is reckoned by it, and whoever watches is told.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use onshelf_app::ssr::{Door, Site};
use onshelf_server::{
    http::{Options, router},
    metrics,
    payments::stripe::{self, Stripe},
};
use onshelf_shop::{
    orders::{PlaceOrder, Placed},
    testing::{TestShop, collect, on_each_engine, order},
};
use onshelf_vocabulary::{
    Lang,
    orders::{OrderStatus, OrderView},
    payments::ProviderCode,
};
use serde_json::json;
use tower::ServiceExt;

use crate::{
    bench::{PUBLIC, WEBHOOK_SECRET, signature, stripe_access},
    stripe_stand_in::{self, StripeStandIn},
    webhooks::tell,
};

/// A shop beside a Stripe whose clock is so far before its own.
struct Scene<'t> {
    test: &'t TestShop,
    stand_in: StripeStandIn,
    placed: Placed,
}

impl Scene<'_> {
    async fn of(test: &TestShop, ahead: SignedDuration) -> Scene<'_> {
        let stand_in = StripeStandIn::start_at(test.clock.clone(), ahead).await;
        let access = stripe_access(&stand_in.url, stripe_stand_in::KEY, Duration::from_secs(5));
        let access = stripe::Access { clock: test.clock.clone(), ..access };
        test.shop.take_payments(vec![Arc::new(Stripe::new(access).unwrap())]);
        test.with_stock("seongsu", "CUP", 1).await;
        let placed = test.shop.place_order(one_cup()).await.unwrap();
        Scene { test, stand_in, placed }
    }

    async fn view(&self) -> OrderView {
        self.test.shop.order(Lang::Ko, &self.placed.number, &self.placed.token).await.unwrap()
    }

    fn site(&self) -> Router {
        let options = Options { public_url: PUBLIC.to_owned(), ..Options::default() };
        let site = Arc::new(Site { public_url: PUBLIC.to_owned(), ..Site::default() });
        router(Door { shop: self.test.shop.clone(), site }, &options)
    }

    /// What the address of webhooks answers to one that Stripe signed so many minutes from its now.
    async fn tell(&self, session: &str, minutes: i64) -> u16 {
        let reference = self.stand_in.session(session)["client_reference_id"].clone();
        let body = json!({
            "id": "evt_1", "type": "checkout.session.completed",
            "data": { "object": { "id": session, "client_reference_id": reference } },
        });
        let body = body.to_string().into_bytes();
        let at = self.stand_in.time() + SignedDuration::from_mins(minutes);
        let signed = signature(ProviderCode::Stripe, WEBHOOK_SECRET, &body, at);
        tell(&self.site(), "stripe", &[signed], body).await.status
    }

    async fn metrics(&self) -> String {
        let page = metrics::router_fresh_for(self.test.shop.clone(), Duration::ZERO);
        let request = Request::get("/metrics").header(header::HOST, "127.0.0.1").body(Body::empty());
        let answer = page.oneshot(request.unwrap()).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }
}

fn one_cup() -> PlaceOrder {
    order("a", vec![collect("seongsu", &[("CUP", 1)])], Some(ProviderCode::Stripe))
}

async fn the_clock_is_off(hours: i64) {
    on_each_engine(async |test: &TestShop| {
        let scene = Scene::of(test, SignedDuration::from_hours(hours)).await;
        let page = scene.view().await.payment.redirect_url.expect("Stripe opens it");
        let session = page.rsplit('/').next().unwrap();
        let ends = scene.stand_in.session(session)["expires_at"].as_i64().unwrap();
        let lasts = ends - scene.stand_in.time().as_second();
        assert!((30 * 60..45 * 60).contains(&lasts), "it can be paid for {lasts} seconds");

        assert!(scene.stand_in.pay(session, None));
        for minutes in [-6, 6] {
            assert_eq!(scene.tell(session, minutes).await, 401, "{minutes} minutes away by their clock");
        }
        assert_eq!(scene.tell(session, 0).await, 204);
        test.clock.advance(Duration::from_secs(1));
        test.shop.look_at_payments().await.unwrap();
        assert_eq!(scene.view().await.status, OrderStatus::Paid);

        let since = test.shop.now() - SignedDuration::from_mins(1);
        let differences = test.shop.reconcile(ProviderCode::Stripe, since).await.unwrap();
        assert!(differences.is_empty(), "{differences:?}");
        let series =
            format!("onshelf_provider_clock_ahead_seconds{{provider=\"stripe\"}} {}\n", hours * 3_600);
        let said = scene.metrics().await;
        assert!(said.contains(&series), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_an_hour_off_behind() {
    the_clock_is_off(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_an_hour_off_before() {
    the_clock_is_off(-1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_right_and_nothing_is_off() {
    the_clock_is_off(0).await;
}
