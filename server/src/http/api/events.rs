//! What this shop tells partners of its own accord: the shapes of its events, and how they come, as the `webhooks`
//! of the description. The shop writes them and the worker posts them; nothing of this is called here.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{
        ContentBuilder, HttpMethod, ObjectBuilder, PathItem, Ref, Required, ResponseBuilder, Type,
        path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
    },
};

use super::stock::Level;

/// Names of events, the schema of their bodies, and what has happened.
const EVENTS: [(&str, &str, &str); 5] = [
    ("reservation.*", "ReservationEvent", "A reservation has come to another status"),
    ("order.*", "OrderEvent", "Something has happened to an order"),
    ("order.on_way", "ArrivalEvent", "Whoever collects an order is on the way"),
    ("order.arrived", "ArrivalEvent", "Whoever collects an order waits outside"),
    ("stock.changed", "StockEvent", "A shelf has changed"),
];

const HOW: &str = "Posted to each address that the operator added for it with `onshelf webhook add`, signed as \
    [Standard Webhooks](https://www.standardwebhooks.com) says. What is answered with another status than 2xx, or \
    not within ten seconds, is posted again with growing pauses for some two days; redirects are not followed. An \
    event may come twice, under the same `webhook-id`, and later than one that happened after it.";

/// A reservation has come to another status.
#[derive(Serialize, ToSchema)]
pub struct ReservationEvent {
    /// `reservation.` and the status.
    #[serde(rename = "type")]
    #[schema(pattern = r"^reservation\.(placed|picking|ready|collected|cancelled|expired|not_found)$")]
    kind: String,
    /// When it happened.
    #[schema(format = DateTime)]
    timestamp: String,
    data: ReservationNews,
}

#[derive(Serialize, ToSchema)]
pub struct ReservationNews {
    number: String,
    #[schema(pattern = "^(placed|picking|ready|collected|cancelled|expired|not_found)$")]
    status: String,
}

/// Something has happened to an order.
#[derive(Serialize, ToSchema)]
pub struct OrderEvent {
    #[serde(rename = "type")]
    #[schema(
        pattern = r"^order\.(placed|paid|paid_too_late|wrong_amount|delayed|ready|reminder|out_for_delivery|delivered|collected|offered|not_found|changed|refunded|cancelled|expired)$"
    )]
    kind: String,
    /// When it happened.
    #[schema(format = DateTime)]
    timestamp: String,
    data: OrderNews,
}

#[derive(Serialize, ToSchema)]
pub struct OrderNews {
    number: String,
    /// The group it happened to; null where it is about the order as a whole.
    group: Option<String>,
}

/// Whoever collects an order at the kerb is on the way, or there.
#[derive(Serialize, ToSchema)]
pub struct ArrivalEvent {
    #[serde(rename = "type")]
    #[schema(pattern = r"^order\.(on_way|arrived)$")]
    kind: String,
    /// When it was said.
    #[schema(format = DateTime)]
    timestamp: String,
    data: ArrivalNews,
}

#[derive(Serialize, ToSchema)]
pub struct ArrivalNews {
    number: String,
    /// Where the car stands; may be empty.
    bay: String,
    /// What it looks like; may be empty.
    car: String,
}

/// A shelf has changed. Changes of one moment are told as one: how the shelf stands after them.
#[derive(Serialize, ToSchema)]
pub struct StockEvent {
    #[serde(rename = "type")]
    #[schema(pattern = r"^stock\.changed$")]
    kind: String,
    /// When it changed last.
    #[schema(format = DateTime)]
    timestamp: String,
    data: Level,
}

/// The `webhooks` of the description, by the events' names.
#[must_use]
pub fn webhooks() -> BTreeMap<&'static str, PathItem> {
    EVENTS.into_iter().map(|(name, schema, what)| (name, webhook(schema, what))).collect()
}

fn webhook(schema: &str, what: &str) -> PathItem {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let body =
        RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True)).build();
    let answer = |description: &str| ResponseBuilder::new().description(description).build();
    let operation = OperationBuilder::new()
        .tag("partners")
        .summary(Some(what))
        .description(Some(HOW))
        .parameters(Some(headers()))
        .request_body(Some(body))
        .response("2XX", answer("Taken."))
        .response("410", answer("No more is sent to this address until it is added again."))
        .response("429", answer("Nothing is sent to this address for as long as `Retry-After` says."))
        .response("503", answer("Nothing is sent to this address for as long as `Retry-After` says."))
        .response("default", answer("It is posted again later."))
        .build();
    PathItem::new(HttpMethod::Post, operation)
}

fn headers() -> [Parameter; 3] {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let header = |name: &str, schema: ObjectBuilder, description: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(schema))
            .build()
    };
    [
        header("webhook-id", text(), "The same however often the event is posted."),
        header(
            "webhook-timestamp",
            text().pattern(Some("^[0-9]+$")),
            "When it was posted this time, in Unix seconds.",
        ),
        header(
            "webhook-signature",
            text().pattern(Some("^v1,[A-Za-z0-9+/]{43}=$")),
            "`v1,` and, in base64, the HMAC-SHA256 of `webhook-id`, `webhook-timestamp` and the body, joined by \
             dots. Its key is what follows `whsec_` in the secret that `onshelf webhook add` printed, in base64.",
        ),
    ]
}
