//! `POST /pos/sales`: what tills sold.

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use onshelf_app::ssr::Door;
use onshelf_domain::stock::{Label, MOST_LINES};
use onshelf_shop::{
    Error, StockRefusal,
    stock::{SaleInput, SaleLine},
};
use onshelf_vocabulary::StoreCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    shapes::{Changing, Line, Partnering},
    stock::{Levels, level},
};
use crate::http::{
    ask::{Body, Key, SignedIn},
    problem::{Problem, label_error},
    surface::Surface,
};

const SELL: &str = "POST /api/v1/pos/sales";
/// A reservation's number, as far as a ledger could hold it.
const NUMBER: Label = Label { least: 1, most: 32 };

/// A receipt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sale {
    #[schema(value_type = String, pattern = r"^[A-Za-z0-9._-]{1,64}$")]
    store: StoreCode,
    /// The till's own number of the receipt.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    receipt: String,
    /// What was sold: the whole receipt. With a `reservation`, lines of what it holds leave the shelf with it, once,
    /// and what goes beyond is an ordinary sale; lines may be left out where nothing was bought in addition.
    #[serde(default)]
    #[schema(max_items = 500)]
    lines: Vec<Line>,
    /// Number of a reservation that was paid and handed over whole: what it holds leaves the shelf.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 32, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    reservation: Option<String>,
}

/// Takes what a till sold, and answers a reservation that was paid there
///
/// A sale is a fact and never refused for want of stock: where the book has less, the book is corrected.
#[utoipa::path(
    post, path = "/api/v1/pos/sales", tag = "partners",
    params(("Idempotency-Key" = String, Header, description = "Fresh for each receipt.", pattern = r"^[!-~]{1,255}$")),
    security(("partner" = ["pos"])),
    request_body = Sale,
    responses((status = 200, description = "The shelves of the lines as they are now, then those that only the reservation touched.", body = Levels), Changing, Partnering),
)]
pub async fn sell(
    State(door): State<Door>,
    Extension(surface): Extension<Surface>,
    SignedIn(partner): SignedIn,
    Key(key): Key,
    Body { value: sale, raw }: Body<Sale>,
) -> Result<Response, Problem> {
    if sale.lines.len() > MOST_LINES || (sale.lines.is_empty() && sale.reservation.is_none()) {
        return Err(Problem::field(
            "/lines",
            "1줄에서 500줄까지입니다. 예약만 건넬 때는 reservation을 보내 주세요.",
            "1 to 500 lines; or a `reservation` alone.",
        ));
    }
    if !Label::REFERENCE.fits(&sale.receipt) {
        return Err(Problem::invalid(vec![label_error("/receipt", Label::REFERENCE)]));
    }
    // No number looks so, and not every database could be asked for it.
    if sale.reservation.as_ref().is_some_and(|number| !NUMBER.fits(number)) {
        return Err(no_reservation());
    }
    let (_begun, once) = surface.once(&partner.actor(), SELL, &key, &raw)?;
    let input = SaleInput {
        store: sale.store,
        receipt: sale.receipt.trim().to_owned(),
        lines: sale
            .lines
            .into_iter()
            .map(|line| SaleLine { sku: line.sku, quantity: line.quantity })
            .collect(),
        reservation: sale.reservation,
    };
    let levels = door.shop.record_sale(&partner, &once, input).await.map_err(|error| match error {
        Error::NotFound => no_reservation(),
        Error::Stock(StockRefusal::UnknownStore { .. }) => {
            Problem::field("/store", "모르는 매장입니다.", "There is no such store.")
        }
        other => other.into(),
    })?;
    Ok(Json(Levels { levels: levels.into_iter().map(level).collect() }).into_response())
}

fn no_reservation() -> Problem {
    Problem::field(
        "/reservation",
        "이 매장에 그런 예약이 없습니다.",
        "There is no such reservation at this store.",
    )
}
