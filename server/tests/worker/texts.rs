//! Short messages by a gateway, against stand-ins that are as strict as the documents of each.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use onshelf_server::config::{Config, Secret, SmsGateway};
use onshelf_shop::testing::on_each_engine;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{config_in, outbox_of, send_all, waiting};

const KEY: &str = "NCSAYU7YDBXYORXC";
const SECRET: &str = "ZDCJAE6CRJCZJVPSCQRLQAGNBTLLWQ2W";

/// What a gateway answers next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Status(u16, Option<u32>),
    /// Taken as a call, refused as a message.
    Refused,
    /// Taken, and then the line breaks.
    Mute,
}

#[derive(Clone, Default)]
struct StandIn {
    /// By the identity the caller gave: a repeated call sends nothing twice.
    sent: Arc<Mutex<Vec<(String, Value)>>>,
    next: Arc<Mutex<Vec<Next>>>,
    asked: Arc<Mutex<usize>>,
}

impl StandIn {
    async fn start() -> (StandIn, String) {
        let stand_in = StandIn::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/messages/v4/send-many/detail", post(solapi))
            .route("/2010-04-01/Accounts/{account}/Messages.json", post(twilio))
            .with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (stand_in, url)
    }

    fn sent(&self) -> Vec<Value> {
        self.sent.lock().unwrap().iter().map(|(_, message)| message.clone()).collect()
    }

    fn then(&self, next: &[Next]) {
        *self.next.lock().unwrap() = next.to_vec();
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    async fn answer(&self, headers: &HeaderMap, message: Value, taken: Value, refused: Value) -> Response {
        *self.asked.lock().unwrap() += 1;
        let next = {
            let mut next = self.next.lock().unwrap();
            if next.is_empty() { None } else { Some(next.remove(0)) }
        };
        let id = headers["idempotency-key"].to_str().unwrap().to_owned();
        let take = |message: Value| {
            let mut sent = self.sent.lock().unwrap();
            if !sent.iter().any(|(known, _)| *known == id) {
                sent.push((id.clone(), message));
            }
        };
        match next {
            None => {
                take(message);
                Json(taken).into_response()
            }
            Some(Next::Refused) => Json(refused).into_response(),
            Some(Next::Mute) => {
                take(message);
                tokio::time::sleep(Duration::from_secs(3_600)).await;
                StatusCode::OK.into_response()
            }
            Some(Next::Status(status, pause)) => {
                let mut response = StatusCode::from_u16(status).unwrap().into_response();
                if let Some(seconds) = pause {
                    response.headers_mut().insert("retry-after", seconds.into());
                }
                response
            }
        }
    }
}

/// Checks the signature as the documents say it is made.
fn is_signed(headers: &HeaderMap) -> bool {
    let Some(fields) = headers["authorization"].to_str().unwrap().strip_prefix("HMAC-SHA256 ") else {
        return false;
    };
    let fields: HashMap<&str, &str> = fields.split(", ").filter_map(|field| field.split_once('=')).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{}{}", fields["date"], fields["salt"]).as_bytes());
    let date: Result<jiff::Timestamp, _> = fields["date"].parse();
    let salted = (12..=64).contains(&fields["salt"].len());
    fields["apiKey"] == KEY
        && date.is_ok()
        && salted
        && fields["signature"] == hex::encode(mac.finalize().into_bytes())
}

async fn solapi(State(stand_in): State<StandIn>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !is_signed(&headers) {
        let error = json!({ "errorCode": "SignatureDoesNotMatch", "errorMessage": "…" });
        return (StatusCode::FORBIDDEN, Json(error)).into_response();
    }
    let message = body["messages"][0].clone();
    let digits = |name: &str| message[name].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit());
    assert!(digits("to") && digits("from") && !message["text"].as_str().unwrap().is_empty(), "{message}");
    let failed = json!({ "to": message["to"], "statusCode": "1062", "statusMessage": "01012345678" });
    let group = json!({ "groupId": "G4V1", "count": { "total": 1 } });
    let taken = json!({ "failedMessageList": [], "groupInfo": group });
    let refused = json!({ "failedMessageList": [failed], "groupInfo": group });
    stand_in.answer(&headers, message, taken, refused).await
}

async fn twilio(
    State(stand_in): State<StandIn>,
    Path(account): Path<String>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let known = format!("Basic {}", STANDARD.encode(format!("{KEY}:{SECRET}")));
    if account != KEY || headers["authorization"] != known {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    assert!(form["To"].starts_with('+') && !form["From"].is_empty(), "{form:?}");
    let taken = json!({ "sid": "SM1", "status": "queued" });
    stand_in.answer(&headers, json!(form), taken.clone(), taken).await
}

fn config(folder: &std::path::Path, gateway: SmsGateway, url: &str) -> Config {
    Config {
        sms_gateway: gateway,
        sms_url: Some(url.to_owned()),
        sms_key: Some(Secret::new(format!("{KEY}:{SECRET}"))),
        sms_from: "029302266".to_owned(),
        ..config_in(folder)
    }
}

const BOTH: [SmsGateway; 2] = [SmsGateway::Solapi, SmsGateway::Twilio];

#[tokio::test]
async fn a_text_goes_to_the_number_as_the_gateway_wants_it() {
    for gateway in BOTH {
        on_each_engine(async |test| {
            let folder = tempfile::tempdir().unwrap();
            let (stand_in, url) = StandIn::start().await;
            test.with_stock("seongsu", "CUP", 3).await;
            let outbox = outbox_of(&test.shop, &config(folder.path(), gateway, &url));
            let reserved = test.reserve("010-1234-5678", "seongsu", &[("CUP", 1)]).await.unwrap();
            send_all(&outbox).await;
            send_all(&outbox).await;
            let sent = stand_in.sent();
            assert_eq!((sent.len(), stand_in.asked(), waiting(test).await), (1, 1, 0));
            let field = |own: &str, other: &str| {
                sent[0].get(own).or_else(|| sent[0].get(other)).and_then(Value::as_str).unwrap().to_owned()
            };
            let to = if gateway == SmsGateway::Solapi { "01012345678" } else { "+821012345678" };
            assert_eq!(field("to", "To"), to);
            let text = field("text", "Body");
            assert!(text.starts_with("[제자리]") && text.contains(&reserved.token), "{text}");
            assert!(std::fs::read_dir(folder.path().join("mail")).is_err(), "no file in its place");
        })
        .await;
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_when_asked_and_what_does_not_is_given_up() {
    for gateway in BOTH {
        on_each_engine(async |test| {
            let folder = tempfile::tempdir().unwrap();
            let (stand_in, url) = StandIn::start().await;
            test.with_stock("seongsu", "CUP", 9).await;
            let outbox = outbox_of(&test.shop, &config(folder.path(), gateway, &url));
            stand_in.then(&[Next::Status(500, None), Next::Status(429, Some(300))]);
            test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
            for (wait, asked) in [(0, 1), (15, 2), (200, 2), (120, 3)] {
                test.clock.advance(Duration::from_secs(wait));
                send_all(&outbox).await;
                assert_eq!(stand_in.asked(), asked, "{gateway:?} after {wait}");
            }
            assert_eq!((stand_in.sent().len(), waiting(test).await), (1, 0));
            stand_in.then(&[Next::Status(400, Some(60))]);
            test.reserve("01012345679", "seongsu", &[("CUP", 1)]).await.unwrap();
            send_all(&outbox).await;
            assert_eq!((stand_in.sent().len(), waiting(test).await), (1, 0), "{gateway:?}: given up");
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_the_gateway_refuses_is_given_up_under_its_code_alone() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let (stand_in, url) = StandIn::start().await;
        test.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config(folder.path(), SmsGateway::Solapi, &url));
        stand_in.then(&[Next::Refused]);
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox).await;
        assert_eq!((stand_in.sent().len(), waiting(test).await), (0, 0));
        let why = last_error(test).await;
        assert!(why.contains("1062") && !why.contains("0101234"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_was_taken_without_an_answer_keeps_its_identity() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let (stand_in, url) = StandIn::start().await;
        test.with_stock("seongsu", "CUP", 3).await;
        let outbox = outbox_of(&test.shop, &config(folder.path(), SmsGateway::Solapi, &url));
        stand_in.then(&[Next::Mute]);
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox).await;
        test.clock.advance(Duration::from_secs(60));
        send_all(&outbox).await;
        assert_eq!((stand_in.asked(), stand_in.sent().len(), waiting(test).await), (2, 1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_key_loses_no_message() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let (stand_in, url) = StandIn::start().await;
        test.with_stock("seongsu", "CUP", 3).await;
        let mut wrong = config(folder.path(), SmsGateway::Solapi, &url);
        wrong.sms_key = Some(Secret::new(format!("{KEY}:other")));
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        send_all(&outbox_of(&test.shop, &wrong)).await;
        assert_eq!((stand_in.sent().len(), waiting(test).await), (0, 1));
        test.clock.advance(Duration::from_secs(60));
        send_all(&outbox_of(&test.shop, &config(folder.path(), SmsGateway::Solapi, &url))).await;
        assert_eq!((stand_in.sent().len(), waiting(test).await), (1, 0));
    })
    .await;
}

/// Why the last job was given up or put off.
async fn last_error(test: &onshelf_shop::testing::TestShop) -> String {
    let sql = "SELECT last_error FROM outbox WHERE last_error IS NOT NULL ORDER BY id DESC LIMIT 1";
    let mut reader = test.shop.db().reader().await.unwrap();
    match reader.tx() {
        onshelf_db::Tx::Sqlite(connection) => sqlx::query_scalar(sql).fetch_one(connection).await.unwrap(),
        onshelf_db::Tx::Postgres(connection) => sqlx::query_scalar(sql).fetch_one(connection).await.unwrap(),
    }
}
