//! The receipt of an order, as the paper that it is.

use axum::{extract::RawQuery, response::Response};
use utoipa::ToSchema;

use super::{owned::Owned, shapes::Reading};
use crate::http::{ask::Parameters, problem::Problem, receipts};

/// A PDF file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes what the body is")]
pub struct Pdf(Vec<u8>);

/// Gives the receipt of a paid order as a PDF, in the language of `Accept-Language`
///
/// There is one once something was paid: before that it is 404.
#[utoipa::path(
    get, path = "/api/v1/orders/{number}/receipt.pdf", tag = "orders", operation_id = "show_receipt",
    params(("number" = String, Path, description = "The order's number.", min_length = 1, max_length = 32)),
    security(("reservation" = [])),
    responses((status = 200, description = "The receipt, A4, tagged.", body = Pdf, content_type = "application/pdf"), Reading),
)]
pub async fn show(owned: Owned, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::read(query.as_deref(), &[]).finish()?;
    Ok(receipts::made(&owned.surface.door, owned.lang, &owned.number, &owned.token).await?)
}
