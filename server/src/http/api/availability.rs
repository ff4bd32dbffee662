//! `GET /products/{sku}/availability`, `POST /availability`.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use onshelf_app::ssr::Door;
use onshelf_shop::{Viewer, stock::Answer};
use onshelf_vocabulary::{
    Quantity,
    cart::{CoverView, Line as BasketLine, MissingView},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    public,
    shapes::{Changing, Line, Near, Reading},
};
use crate::http::{
    ask::{Asked, Body, Parameters},
    problem::{Kind, Problem},
};

/// Most stores a ranking answers.
const RANKED: usize = 20;

/// Which stores have a SKU.
#[derive(Serialize, ToSchema)]
pub struct Availability {
    /// Those that can meet the quantity first, by distance; then those that cannot.
    stores: Vec<Shelf>,
}

#[derive(Serialize, ToSchema)]
struct Shelf {
    store: ShelfStore,
    /// Metres; null where no `near` was given or the store has no position.
    distance_m: Option<u32>,
    /// Available to promise; capped by the operator's setting.
    #[schema(minimum = 0)]
    available: i64,
    #[schema(value_type = String, pattern = "^(in_stock|low|out)$")]
    level: &'static str,
    /// The last word from the till or a count.
    #[schema(format = DateTime)]
    checked_at: String,
    /// When the quantity would be ready if it were reserved now; null where it cannot be.
    #[schema(format = DateTime)]
    ready_by: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ShelfStore {
    code: String,
    name: String,
    lat: Option<f64>,
    lng: Option<f64>,
}

/// Tells which stores have a SKU, and when it could be ready
#[utoipa::path(
    get, path = "/api/v1/products/{sku}/availability", tag = "stock",
    params(
        ("sku" = String, Path, description = "A SKU; `/` in it is written %2F.", min_length = 1, max_length = 64),
        ("near" = Option<String>, Query, description = "`LAT,LNG` in degrees (WGS 84).", pattern = r"^-?(90(\.0{1,12})?|[0-8]?[0-9](\.[0-9]{1,12})?),-?(180(\.0{1,12})?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,12})?)$", example = "37.5445,127.0560"),
        ("quantity" = Option<i64>, Query, description = "1 where it is not given.", minimum = 1, maximum = 999),
        ("limit" = Option<i64>, Query, description = "10 where it is not given.", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "Stores that carry it.", body = Availability), Reading),
)]
pub async fn of_sku(
    State(door): State<Door>,
    Asked(lang): Asked,
    Path(sku): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut asked = Parameters::read(query.as_deref(), &["near", "quantity", "limit"]);
    let near = asked.point("near");
    let quantity = asked.number("quantity", 1, Quantity::MAX, 1);
    let limit = usize::try_from(asked.number("limit", 1, 100, 10)).unwrap_or(10);
    asked.finish()?;
    let answers = door.shop.stores_with(lang, &sku, near, quantity, limit).map_err(|error| match error {
        onshelf_shop::Error::NotFound => {
            Problem::new(Kind::NotFound).detail("모르는 SKU입니다.", "There is no such SKU.")
        }
        other => other.into(),
    })?;
    Ok(public(&Availability { stores: answers.into_iter().map(shelf).collect() }))
}

fn shelf(answer: Answer) -> Shelf {
    Shelf {
        store: ShelfStore {
            code: answer.code,
            name: answer.name,
            lat: answer.point.map(onshelf_vocabulary::Point::lat),
            lng: answer.point.map(onshelf_vocabulary::Point::lng),
        },
        distance_m: answer.distance_m,
        available: answer.available,
        level: answer.level.code(),
        checked_at: answer.checked_at,
        ready_by: answer.ready_by,
    }
}

/// A basket to find stores for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BasketQuestion {
    /// Of one SKU up to 999, all its lines together.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<Line>,
    /// Where the shopper is: `LAT,LNG`, or an object of `lat` and `lng`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = r"^-?(90(\.0{1,12})?|[0-8]?[0-9](\.[0-9]{1,12})?),-?(180(\.0{1,12})?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,12})?)$", example = "37.5445,127.0560")]
    near: Option<Near>,
}

/// Stores for a whole basket, the best first.
#[derive(Serialize, ToSchema)]
pub struct BasketAnswer {
    stores: Vec<Cover>,
}

#[derive(Serialize, ToSchema)]
struct Cover {
    code: String,
    name: String,
    distance_m: Option<u32>,
    /// Distinct SKUs of which it has enough.
    covered_lines: u32,
    missing: Vec<Missing>,
    /// When what it has would be ready.
    #[schema(format = DateTime)]
    ready_by: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Missing {
    sku: String,
    name: String,
    wanted: i64,
    available: i64,
}

/// Ranks stores for a whole basket
///
/// It only reads: nothing is held and nothing changes, so that it needs no `Idempotency-Key` and heeds none. The
/// answer is what is known at the moment.
#[utoipa::path(
    post, path = "/api/v1/availability", tag = "stock",
    request_body = BasketQuestion,
    responses((status = 200, description = "Stores, the best first.", body = BasketAnswer), Changing),
)]
pub async fn of_basket(
    State(door): State<Door>,
    Asked(lang): Asked,
    Body { value: question, .. }: Body<BasketQuestion>,
) -> Result<Response, Problem> {
    let lines: Vec<BasketLine> = question.lines.into_iter().map(Into::into).collect();
    let lines = door.shop.lines_asked(&lines)?;
    let near = question.near.map(|near| near.0);
    let stores = door.shop.rank_stores(&Viewer::new(lang), &lines, near, RANKED);
    Ok(public(&BasketAnswer { stores: stores.into_iter().map(cover).collect() }))
}

fn cover(view: CoverView) -> Cover {
    Cover {
        code: view.store,
        name: view.store_name,
        distance_m: view.distance_m,
        covered_lines: view.covered_lines,
        missing: view.missing.into_iter().map(missing).collect(),
        ready_by: view.ready_by.map(|moment| moment.at),
    }
}

pub(super) fn missing(view: MissingView) -> Missing {
    Missing { sku: view.sku, name: view.name, wanted: view.wanted, available: view.available }
}
