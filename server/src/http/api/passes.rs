//! Passes: the key that checks them without a network, and who has one of an order.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use onshelf_app::ssr::Door;
use onshelf_vocabulary::{Lang, orders::PassLine};
use serde::Serialize;
use utoipa::ToSchema;

use super::{public, shapes::Reading};
use crate::http::{ask::Parameters, problem::Problem};

/// An Ed25519 public key (RFC 8032). A pass is `OS1.serial.store.expires.signature`: the signature is URL-safe base64
/// without padding, over everything before its dot; `expires` is in Unix seconds.
#[derive(Serialize, ToSchema)]
pub struct PassKey {
    algorithm: &'static str,
    /// 32 bytes in URL-safe base64 without padding.
    public_key: String,
    /// The key before it, if the shop's secret was changed: passes signed with it still open.
    previous_key: Option<String>,
}

/// Who may collect a group, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct PassOf {
    group: String,
    store: String,
    /// Whom the owner sent; null: the owner.
    holder: Option<String>,
    /// `used`, `revoked` by the owner, `renewed` by the owner, `collected` with another pass, `expired`, or `over` with
    /// the order or its change.
    #[schema(value_type = String, pattern = "^(open|used|revoked|renewed|collected|expired|over)$")]
    state: &'static str,
    /// When it was used or ended.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// To be given to whoever was sent: shows the QR, a code, what to collect, where and until when, and nothing else of
    /// the order. Whoever has it can collect, once.
    #[schema(format = "uri")]
    url: Option<String>,
}

impl PassOf {
    pub(super) fn new(line: PassLine, lang: Lang, public_url: &str) -> PassOf {
        PassOf {
            group: line.group,
            store: line.store,
            holder: line.holder,
            state: line.state.code(),
            at: line.at.map(|moment| moment.at),
            url: line.link.map(|path| format!("{public_url}{}", lang.href(&path))),
        }
    }
}

/// The key a store's device checks passes with while it is offline
#[utoipa::path(
    get, path = "/api/v1/passes/key", tag = "orders",
    responses((status = 200, description = "The key.", body = PassKey), Reading),
)]
pub async fn key(State(door): State<Door>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    let mut keys = door.shop.pass_keys().into_iter();
    let public_key = keys.next().unwrap_or_default();
    Ok(public(&PassKey { algorithm: "Ed25519", public_key, previous_key: keys.next() }))
}
