//! Every form that does something, pressed twice at once: it has one effect, and both answers lead to the same page.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::header};
use onshelf_shop::{
    jobs::{Job, OrderNews},
    testing::{FakePayments, TestShop, on_each_engine, with_payments, won},
};
use onshelf_vocabulary::{Lang, orders::OrderView, staff::Role};
use serde_json::{Value, json};

use crate::{
    call::{Answer, Call, PUBLIC, site},
    picking::signed_in,
};

const KEY: &str = "the key of one form";

/// An order, its owner, and the page they press on.
struct Owner<'t> {
    test: &'t TestShop,
    site: Router,
    payments: Arc<FakePayments>,
    number: String,
    token: String,
}

impl<'t> Owner<'t> {
    async fn of(test: &'t TestShop, group: &Value) -> Owner<'t> {
        let payments = with_payments(test);
        test.with_stock("seongsu", "CUP", 9).await;
        let site = site(test);
        let wish = json!({
            "groups": [group],
            "contact": {"name": "김민지", "phone": "010-1234-5678"},
            "payment": {"provider": "test"},
        });
        let placed = Call::post("/api/v1/orders").key("o1").json(&wish).on(&site).await.ok(201);
        let name = |field: &str| placed[field].as_str().unwrap().to_owned();
        Owner { test, payments, number: name("number"), token: name("token"), site }
    }

    /// The same, paid.
    async fn paid(test: &'t TestShop, group: &Value) -> Owner<'t> {
        let owner = Owner::of(test, group).await;
        owner.payments.pay_for(&test.shop, &owner.number, &owner.token).await;
        owner
    }

    async fn view(&self) -> OrderView {
        self.test.shop.order(Lang::Ko, &self.number, &self.token).await.unwrap()
    }

    async fn post(&self, deed: &str, key: &str, fields: &[(&str, &str)]) -> Answer {
        let own = [("t", self.token.as_str()), ("key", key)];
        let path = format!("/orders/{}/{deed}", self.number);
        post(&self.site, &path, "", &[&own[..], fields].concat()).await
    }

    /// Both are sent on, to the same address.
    async fn twice(&self, deed: &str, fields: &[(&str, &str)]) -> String {
        let both =
            tokio::join!(Box::pin(self.post(deed, KEY, fields)), Box::pin(self.post(deed, KEY, fields)),);
        same(&both.0, &both.1)
    }

    /// A minute of workers.
    async fn settle(&self) {
        for _ in 0..12 {
            self.test.clock.advance(Duration::from_secs(5));
            self.test.shop.look_at_payments().await.unwrap();
            self.test.shop.send_refunds().await.unwrap();
        }
    }
}

async fn post(site: &Router, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Call::post(path)
        .with("sec-fetch-site", "same-origin")
        .with("content-type", "application/x-www-form-urlencoded")
        .with("cookie", cookie)
        .body(body)
        .on(site)
        .await
}

/// Where both answers lead: a redirect of ours, or the page that goes on to the provider.
#[track_caller]
fn same(one: &Answer, other: &Answer) -> String {
    let leads = |answer: &Answer| match answer.status.as_u16() {
        303 => answer.header(header::LOCATION).to_owned(),
        status => {
            assert_eq!(status, 200, "{}", answer.text());
            answer.header(header::REFRESH).to_owned()
        }
    };
    assert_eq!(leads(one), leads(other));
    assert!(!leads(one).is_empty(), "{}", one.text());
    leads(one)
}

/// What was written to be told since: news of orders, and events for partners.
async fn told(test: &TestShop) -> (Vec<OrderNews>, Vec<String>) {
    let (mut news, mut events) = (Vec::new(), Vec::new());
    for claimed in test.shop.claim_jobs(99).await.unwrap() {
        match claimed.job {
            Job::Order { about, .. } => news.push(about),
            Job::Delivery { event, .. } => events.push(event),
            _ => {}
        }
        test.shop.finish_job(claimed.id).await.unwrap();
    }
    (news, events)
}

fn cups(way: &str, quantity: i64) -> Value {
    json!({"way": way, "store": "seongsu", "lines": [{"sku": "CUP", "quantity": quantity}]})
}

#[tokio::test]
async fn every_form_has_a_key_of_its_own() {
    on_each_engine(async |test| {
        let owner = Owner::paid(test, &cups("curbside", 2)).await;
        for (page, deeds) in [("?", &["cancel", "change", "arrive"][..]), ("/change?", &["change"][..])] {
            let path = format!("/orders/{}{page}t={}", owner.number, owner.token);
            let shown = Call::get(&path).on(&owner.site).await.text();
            for deed in deeds {
                let action = format!("action=\"/orders/{}/{deed}\"", owner.number);
                let form = shown.split(&action).nth(1).unwrap_or_else(|| panic!("no {deed} in {shown}"));
                let form = form.split("</form>").next().unwrap();
                assert!(form.contains(r#"name="key" value=""#), "{deed}: {form}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn paying_opens_one_payment() {
    on_each_engine(async |test| {
        let owner = Owner::of(test, &cups("collect", 2)).await;
        owner.payments.refuse(&owner.payments.open()[0]);
        test.shop.payment_returned(&owner.number, &owner.token, Default::default()).await.unwrap();
        owner.twice("pay", &[("provider", "test")]).await;
        assert_eq!(owner.payments.open().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn holding_longer_is_done_once_and_refused_by_another_press() {
    on_each_engine(async |test| {
        let owner = Owner::of(test, &cups("collect", 2)).await;
        test.clock.advance(Duration::from_secs(400));
        owner.twice("extend", &[]).await;
        assert_eq!(owner.view().await.held_seconds, 600);
        let later = owner.post("extend", "the key of another", &[]).await;
        assert_eq!(later.status.as_u16(), 409, "longer once is once");
    })
    .await;
}

#[tokio::test]
async fn cancelling_gives_the_money_back_once() {
    on_each_engine(async |test| {
        let owner = Owner::paid(test, &cups("collect", 2)).await;
        told(test).await;
        owner.twice("cancel", &[]).await;
        let later = owner.post("cancel", "the key of another", &[]).await;
        assert_eq!(later.status.as_u16(), 303, "cancelling what is cancelled is no error");
        owner.settle().await;
        assert_eq!(owner.payments.kept(&owner.number), 0);
        let (news, _) = told(test).await;
        assert_eq!(news, [OrderNews::Cancelled, OrderNews::Refunded]);
        assert_eq!(test.available("seongsu", "CUP").await, 9);
    })
    .await;
}

#[tokio::test]
async fn a_cheaper_change_is_made_and_told_once() {
    on_each_engine(async |test| {
        let owner = Owner::paid(test, &cups("collect", 3)).await;
        told(test).await;
        let group = owner.view().await.groups[0].id.clone();
        let fields = [("group", group.as_str()), ("q0", "1")];
        owner.twice("change", &fields).await;
        let changed = owner.view().await.groups[0].id.clone();
        assert_ne!(changed, group);
        // Sent again by the browser it has been done, and the code its owner has wrote down stays theirs.
        owner.twice("change", &fields).await;
        let now = owner.view().await;
        assert_eq!((now.groups.len(), now.groups[0].id.as_str()), (1, changed.as_str()));
        owner.settle().await;
        assert_eq!(told(test).await.0, [OrderNews::Changed, OrderNews::Refunded]);
        assert_eq!(owner.payments.kept(&owner.number), 9_000);
    })
    .await;
}

#[tokio::test]
async fn a_dearer_change_is_asked_for_once() {
    on_each_engine(async |test| {
        let owner = Owner::paid(test, &cups("collect", 1)).await;
        let group = owner.view().await.groups[0].id.clone();
        let there = owner.twice("change", &[("group", group.as_str()), ("q0", "3")]).await;
        let open = owner.payments.open();
        assert!(open.len() == 1 && there.ends_with(&open[0]), "{there} {open:?}");
        assert!(owner.payments.pay(&open[0]));
        owner.settle().await;
        assert_eq!((owner.payments.kept(&owner.number), owner.view().await.total), (27_000, won(27_000)));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_sent_has_one_link() {
    on_each_engine(async |test| {
        let owner = Owner::paid(test, &cups("collect", 1)).await;
        owner.twice("change", &[("proxy", "이모")]).await;
        let link = async || {
            let passes = owner.view().await.passes;
            let theirs: Vec<_> = passes.into_iter().filter(|pass| pass.holder.is_some()).collect();
            assert_eq!(theirs.len(), 1, "none was renewed: {theirs:?}");
            theirs[0].link.clone().unwrap()
        };
        let first = link().await;
        owner.twice("change", &[("proxy", "이모")]).await;
        assert_eq!(link().await, first, "what was sent to them already still opens");
    })
    .await;
}

#[tokio::test]
async fn an_arrival_calls_the_store_once_and_again_when_it_is_told_again() {
    on_each_engine(async |test| {
        test.shop.add_webhook("https://till.example/hook", &["order.*".to_owned()]).await.unwrap();
        let owner = Owner::paid(test, &cups("curbside", 1)).await;
        told(test).await;
        let fields = [("arrived", "0"), ("bay", ""), ("car", "흰 차")];
        owner.twice("arrive", &fields).await;
        assert_eq!(told(test).await.1, ["order.on_way"]);
        owner.post("arrive", "the key of another", &fields).await;
        assert_eq!(told(test).await.1, ["order.on_way"], "who tells them again is heard again");

        // The same of whoever is sent.
        owner.post("change", "the key of a third", &[("proxy", "이모")]).await;
        told(test).await;
        let link = owner.view().await.passes.into_iter().find_map(|pass| pass.link).unwrap();
        let path = format!("{}/arrive", link.strip_prefix(PUBLIC).unwrap_or(&link));
        let fields = [("key", KEY), ("arrived", "1"), ("bay", "B3"), ("car", "")];
        let both = tokio::join!(
            Box::pin(post(&owner.site, &path, "", &fields)),
            Box::pin(post(&owner.site, &path, "", &fields))
        );
        same(&both.0, &both.1);
        assert_eq!(told(test).await.1, ["order.arrived"]);
    })
    .await;
}

#[tokio::test]
async fn an_offer_is_answered_once_and_nobody_is_told_that_it_is_gone() {
    for (accept, kept) in [("1", 18_000), ("0", 0)] {
        on_each_engine(async |test| {
            test.with_stock("gangnam", "CUP", 3).await;
            let owner = Owner::paid(test, &cups("collect", 2)).await;
            let till = test.shop.create_token("pos", None).await.unwrap();
            let group = owner.view().await.groups[0].id.clone();
            for deed in ["picking", "not-found"] {
                let path = format!("/api/v1/orders/{}/groups/{group}/{deed}", owner.number);
                Call::post(&path).key(deed).token(&till).on(&owner.site).await.ok(200);
            }
            test.shop.heal(&group).await.unwrap();
            let offer = owner.view().await.groups.into_iter().find(|group| group.offered_for.is_some());
            let deed = format!("offers/{}", offer.expect("something is offered").id);
            owner.twice(&deed, &[("accept", accept)]).await;
            owner.settle().await;
            assert_eq!(owner.payments.kept(&owner.number), kept, "{accept}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_reservation_is_cancelled_once() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 2).await;
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        let (site, path) = (site(test), format!("/reservations/{}/cancel", held.number));
        let fields = [("t", held.token.as_str()), ("key", KEY)];
        let both = tokio::join!(post(&site, &path, "", &fields), post(&site, &path, "", &fields));
        same(&both.0, &both.1);
        assert_eq!(test.available("seongsu", "CUP").await, 2);
    })
    .await;
}

/// Lines of the trail about one thing.
async fn lines_of(test: &TestShop, number: &str) -> Vec<String> {
    let mut reader = test.shop.db().reader().await.unwrap();
    let lines = onshelf_db::staff::trail_after(&mut reader.tx(), 0, 0, 999).await.unwrap();
    lines.into_iter().filter(|line| line.subject == number).map(|line| line.deed).collect()
}

/// The second press of a hasty finger is no other's hand.
#[tokio::test]
async fn a_deed_of_the_board_is_done_once_and_the_counter_hears_of_no_other_hand() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 9).await;
        let (site, cookie) = (site(test), signed_in(test, "hana", Role::Associate).await);
        let deeds = [
            ("start_picking", ("place", "")),
            ("mark_ready", ("place", "A3")),
            ("unready", ("place", "")),
            ("mark_ready", ("place", "B2")),
            ("hand_over", ("place", "")),
            ("take_back", ("place", "")),
            ("release", ("confirm", "yes")),
        ];
        let held = test.reserve("010-2222-3333", "seongsu", &[("CUP", 1)]).await.unwrap();
        for (turn, (deed, more)) in deeds.into_iter().enumerate() {
            let key = format!("the key of press {turn}");
            let fields = [
                ("number", held.number.as_str()),
                ("tab", "ready"),
                ("deed", deed),
                ("key", key.as_str()),
                more,
            ];
            let press = || post(&site, "/staff/seongsu/deeds", &cookie, &fields);
            let both = tokio::join!(press(), press());
            same(&both.0, &both.1);
            assert_eq!(lines_of(test, &held.number).await.len(), turn + 1, "{deed}");
        }
        assert_eq!(test.available("seongsu", "CUP").await, 9);
        // Another form is another hand, and is told how it stands.
        let fields = [("number", held.number.as_str()), ("deed", "hand_over"), ("key", "the key of another")];
        let late = post(&site, "/staff/seongsu/deeds", &cookie, &fields).await;
        assert_eq!(late.status.as_u16(), 409);

        // Part of it is found: what is missing is missing once.
        let held = test.reserve("010-2222-3334", "seongsu", &[("CUP", 3)]).await.unwrap();
        let fields = [
            ("number", held.number.as_str()),
            ("deed", "partly_found"),
            ("found:CUP", "2"),
            ("tab", "prepare"),
            ("key", KEY),
        ];
        let press = || post(&site, "/staff/seongsu/deeds", &cookie, &fields);
        let both = tokio::join!(press(), press());
        same(&both.0, &both.1);
        assert_eq!(test.available("seongsu", "CUP").await, 6, "two are held and one is gone");
    })
    .await;
}

/// A hasty finger hands over once; a copy of the pass opens nothing.
#[tokio::test]
async fn a_pass_that_is_pressed_twice_is_used_once() {
    on_each_engine(async |test| {
        let owner = Owner::paid(test, &cups("collect", 1)).await;
        let cookie = signed_in(test, "hana", Role::Associate).await;
        let group = owner.view().await.groups[0].clone();
        let pass = group.pass.unwrap();
        let serial = pass.split('.').nth(1).unwrap();
        let press = |key: &'static str| {
            let number = group.id.as_str();
            let fields =
                [("number", number), ("deed", "hand_over"), ("tab", "found"), ("pass", serial), ("key", key)];
            let (site, cookie) = (owner.site.clone(), cookie.clone());
            async move { post(&site, "/staff/seongsu/deeds", &cookie, &fields).await }
        };
        let both = tokio::join!(press(KEY), press(KEY));
        same(&both.0, &both.1);
        let copied = press("the key of another").await;
        assert_eq!(copied.status.as_u16(), 409);
        assert!(copied.text().contains("이미 쓴 패스예요"), "{}", copied.text());
    })
    .await;
}
