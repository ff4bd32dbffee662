//! `PUT /stores/{code}/stock/{sku}`, `POST /stock/movements`: what warehouses and ERPs tell of stock.

use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use onshelf_app::ssr::Door;
use onshelf_shop::{
    Error, StockRefusal,
    stock::{CountInput, LevelAfter, Movement},
};
use onshelf_vocabulary::{Sku, StoreCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{Changing, Partnering};
use crate::http::{
    ask::{Body, Key, SignedIn},
    problem::{Kind, Problem},
    surface::Surface,
};

const COUNT: &str = "PUT /api/v1/stores/{code}/stock/{sku}";
const MOVE: &str = "POST /api/v1/stock/movements";

/// What was counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    on_hand: i64,
    /// RFC 3339. A count older than the last word about the shelf changes nothing.
    #[schema(value_type = String, format = DateTime)]
    counted_at: Timestamp,
}

/// A shelf after the change.
#[derive(Serialize, ToSchema)]
pub struct Level {
    store: String,
    sku: String,
    on_hand: i64,
    held: i64,
    /// Available to promise: on hand − held − safety stock, never below 0.
    available: i64,
}

/// Shelves after the change, in the order of the lines.
#[derive(Serialize, ToSchema)]
pub struct Levels {
    pub levels: Vec<Level>,
}

#[must_use]
pub fn level(after: LevelAfter) -> Level {
    Level {
        store: after.store,
        sku: after.sku,
        on_hand: after.on_hand,
        held: after.held,
        available: after.available,
    }
}

/// Sets a shelf to what was counted
#[utoipa::path(
    put, path = "/api/v1/stores/{code}/stock/{sku}", tag = "partners",
    params(
        ("code" = String, Path, description = "The store's code.", pattern = r"^[A-Za-z0-9._-]{1,64}$"),
        ("sku" = String, Path, description = "A SKU; `/` in it is written %2F.", min_length = 1, max_length = 64),
        ("Idempotency-Key" = String, Header, description = "Fresh for each count.", pattern = r"^[!-~]{1,255}$"),
    ),
    security(("partner" = ["stock"])),
    request_body = Count,
    responses((status = 200, description = "The shelf as it is now.", body = Level), Changing, Partnering),
)]
pub async fn count(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    SignedIn(partner): SignedIn,
    Path((code, sku)): Path<(String, String)>,
    Key(key): Key,
    Body { value, raw }: Body<Count>,
) -> Result<Response, Problem> {
    let store = StoreCode::new(code).map_err(|_| unknown_store())?;
    let sku = Sku::new(sku).map_err(|_| unknown_sku())?;
    let route = format!("{COUNT} {store} {sku}");
    let (_begun, once) = surface.once(&partner.actor(), &route, &key, &raw)?;
    let counted_at = value.counted_at.as_millisecond();
    let input = CountInput { store, sku, on_hand: value.on_hand, counted_at };
    let after = door.shop.count_stock(&partner, &once, input).await.map_err(|error| match error {
        // Both stand in the address here, not in a line.
        Error::Stock(StockRefusal::UnknownStore { .. }) => unknown_store(),
        Error::Stock(StockRefusal::UnknownSku { .. }) => unknown_sku(),
        other => other.into(),
    })?;
    Ok(Json(level(after)).into_response())
}

fn unknown_store() -> Problem {
    Problem::new(Kind::NotFound).detail("모르는 매장입니다.", "There is no such store.")
}

fn unknown_sku() -> Problem {
    Problem::new(Kind::NotFound).detail("모르는 SKU입니다.", "There is no such SKU.")
}

/// Deliveries, losses, transfers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Movements {
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<MovementLine>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MovementLine {
    #[schema(value_type = String, pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    store: StoreCode,
    #[schema(value_type = String, min_length = 1, max_length = 64, pattern = r#"^[!#-&(-+\--;=?A-\[\]-~]+$"#)]
    sku: Sku,
    /// Not 0: what came is positive, what went negative.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    delta: i64,
    /// `received`, `transfer`, `damaged`, `lost`, …
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    reason: String,
    /// The partner's own number of it: a delivery note, a transfer.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    reference: String,
}

/// Enters movements, all or none
#[utoipa::path(
    post, path = "/api/v1/stock/movements", tag = "partners",
    params(("Idempotency-Key" = String, Header, description = "Fresh for each set of movements.", pattern = r"^[!-~]{1,255}$")),
    security(("partner" = ["stock"])),
    request_body = Movements,
    responses((status = 200, description = "The shelves as they are now.", body = Levels), Changing, Partnering),
)]
pub async fn move_stock(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    SignedIn(partner): SignedIn,
    Key(key): Key,
    Body { value, raw }: Body<Movements>,
) -> Result<Response, Problem> {
    let (_begun, once) = surface.once(&partner.actor(), MOVE, &key, &raw)?;
    let lines = value.lines.into_iter().map(movement).collect();
    let levels = door.shop.move_stock(&partner, &once, lines).await?;
    Ok(Json(Levels { levels: levels.into_iter().map(level).collect() }).into_response())
}

fn movement(line: MovementLine) -> Movement {
    let MovementLine { store, sku, delta, reason, reference } = line;
    Movement { store, sku, delta, reason, reference }
}
