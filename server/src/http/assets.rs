//! Files: the built client and styles, what stands in `public`, imported media, the demo's drawings; and what search
//! engines and browsers read about the pages.

use std::{collections::BTreeMap, path::Path};

use axum::{
    Router,
    extract::{Path as Address, Request, State},
    handler::Handler,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any_service, get},
};
use onshelf_app::{
    routes::nowhere,
    ssr::{Assets, Door},
    ui::live_map::{LiveMap, Parts},
};
use onshelf_vocabulary::Lang;
use tower_http::services::ServeDir;

use super::Options;

pub(super) const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The light page's ground, as in the style sheet.
const PAPER: &str = "#faf8f4";
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// From `assets.json`, which our own build writes; where it is missing, or tells of files of an earlier build, the names
/// cargo-leptos gives: plain, or with a hash of its own before the ending.
#[must_use]
pub fn site_assets(site_dir: &Path) -> Assets {
    let manifest: BTreeMap<String, String> = std::fs::read(site_dir.join("assets.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let is_there = |address: &str| site_dir.join(address.trim_start_matches('/')).is_file();
    let address = |name: &str, plain: &str| {
        let told = manifest.get(name).filter(|told| is_there(told)).cloned();
        told.or_else(|| newest_hashed(site_dir, plain).filter(|_| !is_there(plain)))
            .unwrap_or_else(|| plain.to_owned())
    };
    let beside = |name: &str| manifest.get(name).filter(|told| is_there(told)).cloned().unwrap_or_default();
    Assets {
        css: address("onshelf.css", "/pkg/onshelf.css"),
        orders_css: beside("orders.css"),
        staff_css: beside("staff.css"),
        loader: address("loader.js", "/loader.js"),
        counter: address("counter.js", "/counter.js"),
        client_js: address("onshelf.js", "/pkg/onshelf.js"),
        client_wasm: address("onshelf.wasm", "/pkg/onshelf.wasm"),
        live_map: live_map(&manifest),
    }
}

/// The newest file that has a hash between the name and the ending of `plain`, by its address.
fn newest_hashed(site_dir: &Path, plain: &str) -> Option<String> {
    let (folder, file) = plain.rsplit_once('/')?;
    let (stem, ending) = file.rsplit_once('.')?;
    let fits = |name: &str| {
        let hash = name.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(ending)?.strip_suffix('.')?;
        (!hash.is_empty() && !hash.contains('.')).then_some(())
    };
    let found = std::fs::read_dir(site_dir.join(folder.trim_start_matches('/'))).ok()?;
    let newest = found
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?.modified().ok()?))
        })
        .filter(|(name, _)| fits(name).is_some())
        .max_by_key(|(_, written)| *written)?;
    Some(format!("{folder}/{}", newest.0))
}

fn live_map(manifest: &BTreeMap<String, String>) -> Option<LiveMap> {
    let part = |name: &str| manifest.get(name).cloned();
    let parts = Parts {
        code: part("live-map.js")?,
        worker: part("live-map-worker.js")?,
        sheet: part("live-map.css")?,
    };
    Some(LiveMap { waiter: part("map.js")?, parts })
}

/// Media, and drawings: the pages' own, and those of the demo's things.
pub fn routes(options: &Options) -> Router<Door> {
    let media = ServeDir::new(options.data_dir.join("media")).append_index_html_on_directories(false);
    let media = Router::new().fallback_service(media).layer(middleware::from_fn(beside_pages));
    Router::new()
        .nest_service("/media", media)
        .route("/drawings/{name}", get(drawing))
        .route("/drawings/{name}/{tone}", get(drawing))
}

/// Whatever no route knows: a file of the site, or else the page that says there is nothing.
pub fn site_or_nowhere(door: Door, options: &Options) -> Router {
    let files = ServeDir::new(&options.site_dir)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nowhere.with_state(door));
    Router::new().fallback_service(any_service(files)).layer(middleware::from_fn(keep_files))
}

/// Hashed names never change what they name.
async fn keep_files(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let built = path.starts_with("/pkg/");
    let hashed = built && is_hashed(path);
    let mut response = next.run(request).await;
    let served = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if served && !response.headers().contains_key(header::CACHE_CONTROL) {
        let keep = match (hashed, built) {
            (true, _) => FOR_EVER,
            // The next build has the same names, and its parts fit only each other.
            (false, true) => ASK_FIRST,
            (false, false) => FOR_A_WHILE,
        };
        response.headers_mut().insert(header::CACHE_CONTROL, keep);
    }
    response
}

/// `name.3fa94c12d0b7e6aa.css` of our own build, `name.1B2M2Y8AsgTpgAmY7PhCfg.css` of cargo-leptos.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_ours = |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_theirs = |part: &str| {
        part.len() == 22 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.split('.').any(|part| is_ours(part) || is_theirs(part))
}

/// Files of the operator's: kept for a while, as they may be replaced under their names.
pub(super) async fn beside_pages(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() {
        response.headers_mut().insert(header::CACHE_CONTROL, FOR_A_WHILE);
    } else if response.status() == StatusCode::NOT_FOUND {
        // No text of its own: the page that says so is put in later.
        return StatusCode::NOT_FOUND.into_response();
    }
    response
}

#[derive(serde::Deserialize)]
struct Drawing {
    name: String,
    tone: Option<String>,
}

/// `/drawings/kettle.svg`, `/drawings/kettle/moss.svg`
async fn drawing(Address(asked): Address<Drawing>) -> Response {
    let plain = |text: &str| text.strip_suffix(".svg").map(str::to_owned);
    let found = match &asked.tone {
        Some(tone) => plain(tone).and_then(|tone| crate::demo::drawing(&asked.name, Some(&tone))),
        None => plain(&asked.name).and_then(|name| crate::demo::drawing(&name, None)),
    };
    let Some(svg) = found else { return StatusCode::NOT_FOUND.into_response() };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    ([kind, (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"))], svg).into_response()
}

/// Pages a visitor is about to open are rendered before the click; what is personal or changes something is not.
const SPECULATION: &str = r#"{"prerender":[{"source":"document","eagerness":"moderate","where":{"and":[
{"href_matches":"/*"},
{"not":{"href_matches":["/basket*","/reserve*","/reservations*","/checkout*","/orders*","/pass/*","/pay/*","/staff*","/api/*",
"/media/*","/pkg/*","/en/basket*","/en/reserve*","/en/reservations*","/en/checkout*","/en/orders*","/en/pass/*","/en/pay/*",
"/en/staff*"]}},
{"not":{"selector_matches":"[rel~=nofollow],[rel~=external],[download],[target=_blank],[data-no-prerender]"}}]}}]}"#;

/// What a telephone needs to keep the shop among its apps, in the language of the page that names it.
pub async fn manifest(State(door): State<Door>) -> Response {
    manifest_in(&door, Lang::Ko)
}

pub async fn manifest_in_english(State(door): State<Door>) -> Response {
    manifest_in(&door, Lang::En)
}

fn manifest_in(door: &Door, lang: Lang) -> Response {
    let name = door.site.name.get(lang);
    let body = serde_json::json!({
        "name": name,
        "short_name": name,
        "lang": lang.tag(),
        "id": "/",
        "start_url": lang.href("/"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [{ "src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"));
    ([kind, (header::CACHE_CONTROL, FOR_A_WHILE)], body.to_string()).into_response()
}

pub async fn speculation() -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/speculationrules+json"));
    ([kind, (header::CACHE_CONTROL, FOR_A_WHILE)], SPECULATION).into_response()
}

/// What search engines should not walk through.
pub async fn robots(State(door): State<Door>) -> Response {
    let closed = [
        "/basket",
        "/reserve",
        "/reservations",
        "/checkout",
        "/orders",
        "/pass/",
        "/staff",
        "/search",
        "/en/basket",
        "/en/reserve",
        "/en/reservations",
        "/en/checkout",
        "/en/orders",
        "/en/pass/",
        "/en/staff",
        "/en/search",
        "/api/",
    ];
    let mut text = String::from("User-agent: *\n");
    for path in closed {
        text.push_str(&format!("Disallow: {path}\n"));
    }
    text.push_str(&format!("\nSitemap: {}/sitemap.xml\n", door.site.public_url));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(is_hashed("/pkg/onshelf.3fa94c12d0b7e6aa.css"));
        assert!(is_hashed("/pkg/snippets/x.0123456789abcdef.js"));
        assert!(is_hashed("/pkg/onshelf.1B2M2Y8AsgTpgAmY7PhCfg.js"));
        assert!(!is_hashed("/pkg/onshelf.css"));
        assert!(!is_hashed("/pkg/onshelf.3fa94c12d0b7e6ag.css"));
    }

    #[test]
    fn the_speculation_rules_are_json() {
        assert!(serde_json::from_str::<serde_json::Value>(SPECULATION).is_ok());
    }

    #[test]
    fn without_a_manifest_the_plain_names_stand() {
        let assets = site_assets(Path::new("/nonexistent"));
        assert_eq!(assets.css, "/pkg/onshelf.css");
    }

    #[test]
    fn hashes_of_cargo_leptos_are_found_and_an_old_manifest_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("assets.json", r#"{"onshelf.css":"/pkg/onshelf.0123456789abcdef.css"}"#);
        write("pkg/onshelf.css", "");
        write("pkg/onshelf.1B2M2Y8AsgTpgAmY7PhCfg.js", "");
        write("pkg/onshelf.1B2M2Y8AsgTpgAmY7PhCfg.js.br", "");
        write("pkg/onshelf.2B2M2Y8AsgTpgAmY7PhCfg.wasm", "");
        let assets = site_assets(folder.path());
        assert_eq!(assets.css, "/pkg/onshelf.css");
        assert_eq!(assets.client_js, "/pkg/onshelf.1B2M2Y8AsgTpgAmY7PhCfg.js");
        assert_eq!(assets.client_wasm, "/pkg/onshelf.2B2M2Y8AsgTpgAmY7PhCfg.wasm");
        assert_eq!(assets.loader, "/loader.js");
    }
}
