//! The HTTP surface: pages, the API with its live stream and description, files and health, behind guards that
//! every request passes. It takes no business decision: each handler does one deed of the shop.

mod api;
mod ask;
mod doors;
mod guard;
mod health;
mod messages;
mod options;
mod pages;
mod patient;
mod places;
mod problem;
mod receipts;
mod serve;
mod sitemap;
mod speak;
mod strict;
mod surface;
mod trace;
mod webhooks;

pub mod assets;
pub mod fed;
pub mod openapi;
pub mod tiles;

pub use options::{Limits, Options, Proxy, Rates};
pub use serve::{Closing, listen, serve};

use axum::{
    Extension, Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use onshelf_app::ssr::Door;
use tower::ServiceBuilder;
use tower_http::compression::{
    CompressionLayer, CompressionLevel,
    predicate::{DefaultPredicate, NotForContentType, Predicate},
};

use surface::Surface;

/// Everything under one roof. The guards stand in the order in which a request passes them.
pub fn router(door: Door, options: &Options) -> Router {
    let surface = Surface::new(door.clone(), options.clone());
    let guards = ServiceBuilder::new()
        .layer(from_fn_with_state(surface.clone(), guard::at_the_gate))
        .layer(compression())
        .layer(from_fn_with_state(surface.clone(), guard::at_the_door))
        .layer(Extension(surface.clone()));
    let router = Router::new()
        .merge(onshelf_app::routes::pages())
        .merge(receipts::routes())
        .merge(crate::payments::test::routes())
        .merge(messages::routes())
        .merge(api::routes())
        .route("/webhooks/{provider}", post(webhooks::take))
        .merge(assets::routes(options))
        .merge(tiles::routes(options))
        .merge(sitemap::routes())
        .route("/problems/{slug}", get(speak::explain_problem))
        .route("/speculation.json", get(assets::speculation))
        .route("/site.webmanifest", get(assets::manifest))
        .route("/en/site.webmanifest", get(assets::manifest_in_english))
        .route("/robots.txt", get(assets::robots))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback_service(assets::site_or_nowhere(door.clone(), options))
        .with_state(door)
        .layer(guards);
    pages::before(router, surface)
}

/// Text is made smaller as it leaves; files of the site lie there compressed already.
fn compression() -> CompressionLayer<impl Predicate> {
    let wasm = NotForContentType::const_new("application/wasm");
    // Its tiles are compressed, and who reads ranges counts the bytes as they lie in the file.
    let tiles = NotForContentType::const_new(tiles::ARCHIVE_KIND);
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(DefaultPredicate::new().and(wasm).and(tiles))
}
