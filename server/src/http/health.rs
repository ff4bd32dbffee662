//! Whether the process lives, and whether it can serve.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use serde_json::json;

/// Longer than this is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

pub async fn live() -> Response {
    answer(StatusCode::OK, "live")
}

/// Ready when the database answers; the pages themselves would still be shown from memory.
pub async fn ready(State(door): State<Door>) -> Response {
    match tokio::time::timeout(PATIENCE, door.shop.db().is_ready()).await {
        Ok(true) => answer(StatusCode::OK, "ready"),
        _ => answer(StatusCode::SERVICE_UNAVAILABLE, "database unavailable"),
    }
}

fn answer(status: StatusCode, text: &str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": text }))).into_response()
}
