//! A push service and the browser behind it: it checks the shop's signature (RFC 8292), reads what only that browser
//! can read (RFC 8291), and answers as it is told.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use onshelf_vocabulary::notifications::PushSubscription;
use p256::{
    SecretKey,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    elliptic_curve::sec1::ToEncodedPoint,
};
use serde_json::Value;
use web_push_native::{Auth, decrypt};

const AUTH: [u8; 16] = [9; 16];

/// One push that arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub browser: String,
    pub note: Value,
    pub claims: Value,
    pub key: String,
    pub headers: HeaderMap,
}

/// Status and `Retry-After` of an answer to come.
type Next = (u16, Option<u32>);

#[derive(Clone)]
pub struct PushStandIn {
    pub url: String,
    key: SecretKey,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<Vec<Next>>>,
    asked: Arc<Mutex<usize>>,
}

impl PushStandIn {
    pub async fn start() -> PushStandIn {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stand_in = PushStandIn {
            url: format!("http://{}", listener.local_addr().unwrap()),
            key: SecretKey::from_slice(&[7; 32]).unwrap(),
            arrived: Arc::default(),
            answers: Arc::default(),
            asked: Arc::default(),
        };
        let router = Router::new().route("/wp/{browser}", post(take)).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        stand_in
    }

    /// What a browser answers to `subscribe`.
    pub fn browser(&self, name: &str) -> PushSubscription {
        let point = self.key.public_key().to_encoded_point(false);
        PushSubscription {
            endpoint: format!("{}/wp/{name}", self.url),
            p256dh: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            auth: URL_SAFE_NO_PAD.encode(AUTH),
        }
    }

    pub fn answer_next(&self, answers: &[Next]) {
        *self.answers.lock().unwrap() = answers.to_vec();
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// Calls, whatever they were answered.
    pub fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    fn read(&self, browser: String, headers: HeaderMap, body: Vec<u8>) -> Arrived {
        let auth = Auth::from_exact_iter(AUTH).unwrap();
        let note = decrypt(body, &self.key, &auth).expect("the browser can read it");
        let authorization = headers["authorization"].to_str().unwrap();
        let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (said, signature) = token.rsplit_once('.').unwrap();
        let point = URL_SAFE_NO_PAD.decode(key).unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        VerifyingKey::from_sec1_bytes(&point)
            .unwrap()
            .verify(said.as_bytes(), &signature)
            .expect("the shop has signed it");
        let (header, claims) = said.split_once('.').unwrap();
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let header: Value = json(header);
        assert_eq!((&header["typ"], &header["alg"]), (&Value::from("JWT"), &Value::from("ES256")));
        let (claims, key) = (json(claims), key.to_owned());
        Arrived { browser, note: serde_json::from_slice(&note).unwrap(), claims, key, headers }
    }
}

async fn take(
    State(stand_in): State<PushStandIn>,
    Path(browser): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    *stand_in.asked.lock().unwrap() += 1;
    let mut answers = stand_in.answers.lock().unwrap();
    let (status, pause) = if answers.is_empty() { (201, None) } else { answers.remove(0) };
    if status == 201 {
        let read = stand_in.read(browser, headers, body.to_vec());
        stand_in.arrived.lock().unwrap().push(read);
    }
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    if let Some(seconds) = pause {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}
