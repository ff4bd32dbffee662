//! What is counted and measured, in Prometheus' text form, on a listener of its own. A scrape asks the database a few
//! small questions at most once in some seconds, waits for them a bounded time, and never stands in a writer's way.

mod answers;
mod gauges;
mod meter;
mod text;

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::header,
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};
use onshelf_shop::Shop;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::worn::Worn;
use gauges::Gauges;
pub use meter::{Attempt, METER, Meter, Shed};
use text::Page;

/// How long what the database said is told again.
const FRESH: Duration = Duration::from_secs(5);

/// `/metrics`, for a listener that the public does not reach.
pub fn router(shop: Shop) -> Router {
    router_fresh_for(shop, FRESH)
}

/// `/metrics` that asks the database anew after `fresh`.
pub fn router_fresh_for(shop: Shop, fresh: Duration) -> Router {
    let gauges = Gauges::new(shop, fresh);
    Router::new().route("/metrics", get(show)).with_state(gauges).layer(map_response(wear))
}

/// Serves `/metrics` until `stop`.
pub async fn serve(listener: TcpListener, shop: Shop, stop: CancellationToken) {
    let served = axum::serve(listener, router(shop)).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "The metrics are no longer served ({error}); the shop itself goes on.");
    }
}

/// Whoever finds nothing here, too. Nobody comes to this listener by HTTPS.
async fn wear(mut response: Response) -> Response {
    Worn::default().put_on(response.headers_mut());
    response
}

async fn show(State(gauges): State<Gauges>) -> impl IntoResponse {
    let mut page = Page::new();
    METER.write(&mut page);
    gauges.write(&mut page).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.finish())
}
