//! Shapes that several answers share, and what every description of a route repeats.

use std::collections::BTreeMap;

use onshelf_vocabulary as words;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        schema::{AnyOfBuilder, Schema, SchemaType, Type},
    },
};

use crate::http::problem::Kind;

/// An amount in minor units (won, cents) of an ISO 4217 currency.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = json!({"amount": 12900, "currency": "KRW"}))]
pub struct Money {
    pub amount: i64,
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: &'static str,
}

impl From<words::Money> for Money {
    fn from(money: words::Money) -> Money {
        Money { amount: money.amount, currency: money.currency.code() }
    }
}

/// A picture, with its size in CSS pixels.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Image {
    /// An address, relative to the site where it begins with `/`.
    pub src: String,
    pub alt: String,
    pub width: u32,
    pub height: u32,
}

impl From<words::catalog::Image> for Image {
    fn from(image: words::catalog::Image) -> Image {
        Image { src: image.src, alt: image.alt, width: image.width, height: image.height }
    }
}

/// A SKU as a parameter carries it.
#[derive(ToSchema)]
#[schema(value_type = String, pattern = r#"^[!#-&(-+\--;=?A-\[\]-~]{1,64}$"#)]
pub struct SkuText(#[expect(dead_code, reason = "it only describes what a parameter carries")] String);

/// A SKU and how many of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    #[schema(value_type = String, min_length = 1, max_length = 64, pattern = r#"^[!#-&(-+\--;=?A-\[\]-~]+$"#)]
    pub sku: words::Sku,
    #[schema(value_type = i64, minimum = 1, maximum = 999)]
    pub quantity: words::Quantity,
}

impl From<Line> for words::cart::Line {
    fn from(line: Line) -> words::cart::Line {
        words::cart::Line { sku: line.sku, quantity: line.quantity }
    }
}

/// A refusal or fault (RFC 9457). Kinds have members of their own beside these.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// Stable address of the kind.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "https://shop.example/problems/out-of-stock")]
    pub kind: String,
    /// In the language of `Accept-Language`, Korean otherwise.
    pub title: String,
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// Under which a fault of ours stands in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reference: Option<String>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<FieldProblem>>,
}

/// One field at fault.
#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body; `/name` of a parameter.
    pub pointer: String,
    pub detail: String,
}

/// What any reading call may be refused with.
pub struct Reading;
/// What any changing call may be refused with.
pub struct Changing;
/// What a call that wants stock may be refused with: stands after [`Changing`], whose 409 it says better.
pub struct Holding;
/// What a partner's call may be refused with, besides.
pub struct Partnering;
/// What the word of a payment provider may be refused with.
pub struct Telling;

impl IntoResponses for Reading {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 404, 408, 413, 422, 429, 500, 503])
    }
}

impl IntoResponses for Changing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503])
    }
}

impl IntoResponses for Holding {
    /// What is short is a problem as well, so that the two are no alternatives that exclude each other.
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let either = AnyOfBuilder::new()
            .item(Ref::from_schema_name("OutOfStock"))
            .item(Ref::from_schema_name("Problem"));
        let mut refused = refusal(409, either);
        refused.description.push_str(". With `out-of-stock` it is an `OutOfStock`.");
        BTreeMap::from([("409".to_owned(), RefOr::T(refused))])
    }
}

impl IntoResponses for Partnering {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[401])
    }
}

impl IntoResponses for Telling {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 404, 408, 413, 500, 503])
    }
}

fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    let problem = |status: u16| refusal(status, Ref::from_schema_name("Problem"));
    statuses.iter().map(|status| (status.to_string(), RefOr::T(problem(*status)))).collect()
}

fn refusal(status: u16, schema: impl Into<RefOr<Schema>>) -> Response {
    let kinds = Kind::ALL.iter().filter(|kind| kind.status() == status);
    let slugs: Vec<String> = kinds.map(|kind| format!("`{}`", kind.slug())).collect();
    let content = ContentBuilder::new()
        .schema(Some(schema))
        .example(Some(json!({
            "type": format!("https://shop.example/problems/{}", Kind::of_status(status).slug()),
            "title": Kind::of_status(status).title(words::Lang::En),
            "status": status,
        })))
        .build();
    let mut response = ResponseBuilder::new()
        .description(format!("Refused: {}", slugs.join(", ")))
        .content("application/problem+json", content);
    if matches!(status, 429 | 503) {
        let seconds = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).build();
        let header = HeaderBuilder::new()
            .schema(seconds)
            .description(Some("Seconds after which trying again may help."))
            .build();
        response = response.header("Retry-After", header);
    }
    response.build()
}

/// Where somebody is: `"LAT,LNG"` as in addresses, or `{"lat", "lng"}`.
#[derive(Clone, Copy, Debug)]
pub struct Near(pub words::Point);

impl<'de> Deserialize<'de> for Near {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Near, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Near;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a position")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Near, E> {
                text.parse().map(Near).map_err(E::custom)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Near, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Pair {
                    lat: f64,
                    lng: f64,
                }
                let pair = Pair::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                words::Point::new(pair.lat, pair.lng).map(Near).map_err(serde::de::Error::custom)
            }
        }

        reader.deserialize_any(Visitor)
    }
}
