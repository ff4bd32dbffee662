//! The key that checks passes without a network.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use onshelf_app::ssr::Door;
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
}

/// The key a store's device checks passes with while it is offline
#[utoipa::path(
    get, path = "/api/v1/passes/key", tag = "orders",
    responses((status = 200, description = "The key.", body = PassKey), Reading),
)]
pub async fn key(State(door): State<Door>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    Ok(public(&PassKey { algorithm: "Ed25519", public_key: door.shop.pass_key() }))
}
