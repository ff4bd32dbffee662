//! Refusals and faults as RFC 9457 says them: a stable type, a title and details in both languages, and the fields
//! at fault. A handler answers a [`Problem`]; [`super::speak`] writes it in the language and form that was asked for.

mod kind;
mod refusals;

pub use kind::Kind;
pub use refusals::{field_error, label_error};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use onshelf_vocabulary::{Lang, Text};
use serde_json::{Map, Value};

/// One field at fault.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// JSON pointer into the body, or `/name` of a parameter.
    pub pointer: String,
    pub detail: Text,
}

/// A refusal or fault on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    pub kind: Kind,
    pub detail: Option<Text>,
    pub errors: Vec<FieldError>,
    /// Members of this kind's own, such as `short` and `elsewhere`.
    pub more: Map<String, Value>,
    /// Seconds after which trying again may help.
    pub retry_after: Option<u64>,
    /// Under which the fault stands in the log.
    pub reference: Option<String>,
}

impl Problem {
    /// Without a word beyond its title.
    #[must_use]
    pub fn new(kind: Kind) -> Problem {
        let retry_after = matches!(kind, Kind::Busy | Kind::InFlight | Kind::ProviderDown).then_some(1);
        Problem { kind, detail: None, errors: Vec::new(), more: Map::new(), retry_after, reference: None }
    }

    /// A sentence more than the title says.
    #[must_use]
    pub fn detail(mut self, ko: impl Into<String>, en: impl Into<String>) -> Problem {
        self.detail = Some(Text::new(ko, en));
        self
    }

    /// A member of this kind's own; what is no JSON is left out.
    #[must_use]
    pub fn more(mut self, name: &str, value: impl serde::Serialize) -> Problem {
        if let Ok(value) = serde_json::to_value(value) {
            self.more.insert(name.to_owned(), value);
        }
        self
    }

    /// Fields at fault, all of them together.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        Problem { errors, ..Problem::new(Kind::Invalid) }
    }

    /// One field at fault.
    #[must_use]
    pub fn field(pointer: impl Into<String>, ko: impl Into<String>, en: impl Into<String>) -> Problem {
        Problem::invalid(vec![FieldError { pointer: pointer.into(), detail: Text::new(ko, en) }])
    }

    /// Something named in the address does not exist.
    #[must_use]
    pub fn unknown(pointer: &str, ko: &str, en: &str) -> Problem {
        let error = FieldError { pointer: pointer.to_owned(), detail: Text::new(ko, en) };
        Problem { errors: vec![error], ..Problem::new(Kind::NotFound) }
    }

    /// To be tried again after so many seconds.
    #[must_use]
    pub fn rate_limited(seconds: u64) -> Problem {
        Problem { retry_after: Some(seconds.max(1)), ..Problem::new(Kind::RateLimited) }
    }

    /// A fault of ours, with the reference it stands under in the log.
    #[must_use]
    pub fn broken(reference: String) -> Problem {
        Problem { reference: Some(reference), ..Problem::new(Kind::Broken) }
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// `application/problem+json`.
    #[must_use]
    pub fn to_json(&self, lang: Lang, public_url: &str) -> Value {
        let mut body = self.more.clone();
        body.insert("type".to_owned(), format!("{public_url}/problems/{}", self.kind.slug()).into());
        body.insert("title".to_owned(), self.kind.title(lang).into());
        body.insert("status".to_owned(), self.kind.status().into());
        if let Some(detail) = &self.detail {
            body.insert("detail".to_owned(), detail.get(lang).into());
        }
        if let Some(reference) = &self.reference {
            body.insert("reference".to_owned(), reference.as_str().into());
        }
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(
                |error| serde_json::json!({ "pointer": error.pointer, "detail": error.detail.get(lang) }),
            );
            body.insert("errors".to_owned(), errors.collect());
        }
        Value::Object(body)
    }
}

/// Carries the problem to [`super::speak`], which knows the language and where the site stands.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}
