//! Events to partners, received by a server of the test's own, which verifies them as a partner would.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use onshelf_shop::testing::on_each_engine;
use sha2::Sha256;

use crate::{config_in, outbox_of, send_all, waiting};

/// What came: the message's id, and its body once the signature proved right.
type Received = Arc<Mutex<Vec<(String, serde_json::Value)>>>;

/// What a partner that is too busy asks for.
const PAUSE: Duration = Duration::from_secs(120);

/// A partner whose first answers are `answers`, then 204.
async fn partner(secret: Arc<Mutex<String>>, answers: &'static [u16]) -> (String, Received) {
    let (received, asked) = (Received::default(), Arc::new(AtomicUsize::new(0)));
    let seen = received.clone();
    let hook = move |headers: HeaderMap, body: Bytes| async move {
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        let key = STANDARD.decode(secret.lock().unwrap().trim_start_matches("whsec_")).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
        mac.update(&body);
        let signature = header("webhook-signature");
        mac.verify_slice(&STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap()).unwrap();
        seen.lock().unwrap().push((header("webhook-id"), serde_json::from_slice(&body).unwrap()));
        let answer = answers.get(asked.fetch_add(1, Ordering::SeqCst)).copied().unwrap_or(204);
        match answer {
            302 => Redirect::to("/elsewhere").into_response(),
            429 | 503 => {
                let status = StatusCode::from_u16(answer).unwrap();
                (status, [("retry-after", PAUSE.as_secs().to_string())]).into_response()
            }
            status => StatusCode::from_u16(status).unwrap().into_response(),
        }
    };
    let elsewhere = || async { StatusCode::NO_CONTENT };
    let router = Router::new().route("/hook", post(hook)).route("/elsewhere", post(elsewhere).get(elsewhere));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, received)
}

#[tokio::test]
async fn a_signed_event_is_tried_until_it_is_taken_under_one_id() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "CUP", 3).await;
        let secret = Arc::new(Mutex::new(String::new()));
        let (url, received) = partner(secret.clone(), &[500, 302]).await;
        *secret.lock().unwrap() = test.shop.add_webhook(&url, &["reservation.*".to_owned()]).await.unwrap();
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        let reserved = test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        for tries in 1..=3 {
            send_all(&outbox).await;
            assert_eq!(received.lock().unwrap().len(), tries);
            assert_eq!(waiting(test).await, i64::from(tries < 3));
            test.clock.advance(Duration::from_secs(60));
        }
        send_all(&outbox).await;
        let received = received.lock().unwrap();
        assert_eq!(received.len(), 3, "taken is taken");
        assert!(received.iter().all(|one| *one == received[0]), "a repetition can be told by its id");
        let body = &received[0].1;
        assert_eq!(body["type"], "reservation.placed");
        assert_eq!(body["timestamp"], "2026-11-23T03:00:00Z");
        assert_eq!(body["data"], serde_json::json!({ "number": reserved.number, "status": "placed" }));
    })
    .await;
}

#[tokio::test]
async fn a_partner_that_is_gone_or_out_of_bounds_is_given_up() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        test.with_stock("seongsu", "CUP", 3).await;
        let secret = Arc::new(Mutex::new(String::new()));
        let (url, received) = partner(secret.clone(), &[410]).await;
        *secret.lock().unwrap() = test.shop.add_webhook(&url, &["*".to_owned()]).await.unwrap();
        test.shop.add_webhook("http://169.254.169.254/latest", &["*".to_owned()]).await.unwrap();
        let outbox = outbox_of(&test.shop, &config_in(folder.path()));
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox).await;
        assert_eq!(received.lock().unwrap().len(), 1);
        assert_eq!(waiting(test).await, 0);

        // Gone is gone: nothing of what happens later is sent, until it is added again.
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox).await;
        let left = waiting(test).await;
        assert_eq!((received.lock().unwrap().len(), left), (1, 0));
        *secret.lock().unwrap() = test.shop.add_webhook(&url, &["*".to_owned()]).await.unwrap();
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox).await;
        assert_eq!(received.lock().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_partner_that_names_a_pause_is_left_alone_so_long() {
    for busy in [&[429][..], &[503][..]] {
        on_each_engine(async |test| {
            let folder = tempfile::tempdir().unwrap();
            test.with_stock("seongsu", "CUP", 3).await;
            let secret = Arc::new(Mutex::new(String::new()));
            let (url, received) = partner(secret.clone(), busy).await;
            *secret.lock().unwrap() =
                test.shop.add_webhook(&url, &["reservation.*".to_owned()]).await.unwrap();
            let outbox = outbox_of(&test.shop, &config_in(folder.path()));
            test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
            send_all(&outbox).await;
            // Neither this event nor another is sent before the pause is over, long after our own first pauses.
            test.clock.advance(PAUSE - Duration::from_secs(1));
            test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
            send_all(&outbox).await;
            let left = waiting(test).await;
            assert_eq!((received.lock().unwrap().len(), left), (1, 2));
            test.clock.advance(Duration::from_secs(60));
            send_all(&outbox).await;
            let left = waiting(test).await;
            assert_eq!((received.lock().unwrap().len(), left), (3, 0));
        })
        .await;
    }
}
