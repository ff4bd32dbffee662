//! Calling the router as a client would. Each answer of the API is held against its description.

#[path = "contract.rs"]
mod contract;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use onshelf_app::ssr::{Door, Site};
use onshelf_server::http::{Options, router};
use onshelf_shop::{Shop, testing::TestShop};
use serde_json::Value;
use tower::ServiceExt;

/// Where the tests' site stands.
pub const PUBLIC: &str = "https://shop.example";

/// A site over a test's shop, with default limits.
pub fn site(test: &TestShop) -> Router {
    site_with(test, options())
}

pub fn options() -> Options {
    Options { public_url: PUBLIC.to_owned(), ..Options::default() }
}

pub fn site_with(test: &TestShop, options: Options) -> Router {
    site_of(&test.shop, options)
}

/// A site over a shop with settings of its own.
pub fn site_of(shop: &Shop, options: Options) -> Router {
    let secure = options.public_url.starts_with("https://");
    let site = Arc::new(Site { public_url: options.public_url.clone(), secure, ..Site::default() });
    router(Door { shop: shop.clone(), site }, &options)
}

/// A request being put together.
pub struct Call {
    request: Request<Body>,
}

impl Call {
    pub fn new(method: &Method, path: &str) -> Call {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        Call { request }
    }

    pub fn get(path: &str) -> Call {
        Call::new(&Method::GET, path)
    }

    pub fn post(path: &str) -> Call {
        Call::new(&Method::POST, path)
    }

    pub fn put(path: &str) -> Call {
        Call::new(&Method::PUT, path)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Call {
        let value = HeaderValue::from_str(value).unwrap();
        self.request.headers_mut().append(HeaderName::from_static(name), value);
        self
    }

    pub fn key(self, key: &str) -> Call {
        self.with("idempotency-key", key)
    }

    pub fn token(self, token: &str) -> Call {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn english(self) -> Call {
        self.with("accept-language", "en")
    }

    pub fn json(self, body: &Value) -> Call {
        self.with("content-type", "application/json").body(body.to_string())
    }

    pub fn body(mut self, body: impl Into<Body>) -> Call {
        *self.request.body_mut() = body.into();
        self
    }

    pub async fn on(self, site: &Router) -> Answer {
        let (method, path) = (self.request.method().clone(), self.request.uri().path().to_owned());
        let response = site.clone().oneshot(self.request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: parts.status, headers: parts.headers, body: body.to_vec() };
        contract::check(&method, &path, &answer);
        answer
    }

    /// Without waiting for the body's end, which a stream has not.
    pub async fn open(self, site: &Router) -> axum::response::Response {
        site.clone().oneshot(self.request).await.unwrap()
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks the status and answers the JSON.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// Checks that it is a problem of this kind and status, well-formed, and answers it.
    #[track_caller]
    pub fn problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["type"], format!("{PUBLIC}/problems/{kind}"));
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().unwrap().is_empty());
        problem
    }

    /// Pointers of the fields at fault.
    #[track_caller]
    pub fn pointers(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no errors: {problem}"));
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }
}
