//! Receipts as PDF: for the page that links one, and for the API. Setting one is work for a processor and not for the
//! network, so it is done beside the threads that answer.

use std::collections::HashMap;

use axum::{
    Extension, Router,
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use onshelf_app::ssr::{Door, PagesOf, Visit, explain};
use onshelf_shop::{Error, orders::Receipt};
use onshelf_vocabulary::Lang;

use crate::documents::{Seller, receipt_pdf};

/// The addresses of pages, in both languages.
pub(super) fn routes() -> Router<Door> {
    let of = |lang: Lang| {
        Router::new().route("/orders/{number}/receipt.pdf", get(receipt)).layer(Extension(PagesOf(lang)))
    };
    of(Lang::Ko).nest("/en", of(Lang::En))
}

/// `GET /orders/{number}/receipt.pdf?t=TOKEN`.
async fn receipt(
    visit: Visit,
    Path(number): Path<String>,
    Query(typed): Query<HashMap<String, String>>,
) -> Response {
    let token = typed.get("t").map(String::as_str).unwrap_or_default();
    match made(&visit.door, visit.lang, &number, token).await {
        Ok(response) => response,
        Err(error) => visit.failure(&explain(&error)),
    }
}

/// A receipt for whoever shows the token.
pub(super) async fn made(door: &Door, lang: Lang, number: &str, token: &str) -> Result<Response, Error> {
    let receipt = door.shop.receipt(lang, number, token).await?;
    let seller = Seller { name: door.site.name.get(lang).to_owned(), law: door.site.seller.clone() };
    answer(lang, receipt, seller).await
}

async fn answer(lang: Lang, receipt: Receipt, seller: Seller) -> Result<Response, Error> {
    let number = receipt.order.number.clone();
    let made = tokio::task::spawn_blocking(move || receipt_pdf(lang, &receipt, &seller)).await;
    let pdf = made.map_err(Error::internal)?.map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        // Shown where the browser can, and saved under a name that says whose it is.
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"receipt-{number}.pdf\"")),
        (header::CONTENT_LANGUAGE, lang.tag().to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    Ok((headers, pdf).into_response())
}
