//! The folder of built files: as our own build writes it, and as cargo-leptos does, with plain names and no list of ours.

use std::sync::Arc;

use axum::http::header;
use onshelf_app::ssr::{Door, Site};
use onshelf_server::http::{Options, assets::site_assets, router};
use onshelf_shop::testing::on_each_engine;

use crate::call::{Call, options};

#[tokio::test]
async fn the_site_of_cargo_leptos_is_found_and_served() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("pkg/onshelf.css", "a{color:red}");
        write("pkg/onshelf.js", "export default () => {}");
        write("pkg/onshelf.wasm", "\0asm");
        write("loader.js", "// the loader");
        let assets = site_assets(folder.path());
        let options = Options { site_dir: folder.path().to_owned(), ..options() };
        let site = Site { public_url: options.public_url.clone(), assets, ..Site::default() };
        let site = router(Door { shop: test.shop.clone(), site: Arc::new(site) }, &options);
        let page = Call::get("/").on(&site).await.text();
        for (address, kind) in [
            ("/pkg/onshelf.css", "text/css"),
            ("/pkg/onshelf.js", "text/javascript"),
            ("/pkg/onshelf.wasm", "application/wasm"),
            ("/loader.js", "text/javascript"),
        ] {
            assert!(page.contains(&format!("\"{address}\"")), "{address} in {page}");
            let file = Call::get(address).on(&site).await;
            assert_eq!(file.status, 200, "{address}");
            assert!(file.header(header::CONTENT_TYPE).starts_with(kind), "{address}");
            if address.starts_with("/pkg/") {
                assert_eq!(
                    file.header(header::CACHE_CONTROL),
                    "no-cache",
                    "the next build has the same names"
                );
            }
        }
    })
    .await;
}

/// The style sheets of a page, in order.
fn sheets(page: &str) -> Vec<&str> {
    let links = page.split("<link").filter(|link| link.contains("rel=\"stylesheet\""));
    links.filter_map(|link| link.split("href=\"").nth(1)?.split('"').next()).collect()
}

#[tokio::test]
async fn a_page_asks_for_the_sheets_of_its_kind_alone() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        let name = |stem: &str| format!("/pkg/{stem}.0123456789abcdef.css");
        let stems = ["onshelf", "orders", "staff"];
        for stem in stems {
            std::fs::write(folder.path().join(&name(stem)[1..]), "a{color:red}").unwrap();
        }
        let listed = stems.map(|stem| format!("\"{stem}.css\":\"{}\"", name(stem))).join(",");
        std::fs::write(folder.path().join("assets.json"), format!("{{{listed}}}")).unwrap();
        let assets = site_assets(folder.path());
        let options = Options { site_dir: folder.path().to_owned(), ..options() };
        let site = Site { public_url: options.public_url.clone(), assets, ..Site::default() };
        let site = router(Door { shop: test.shop.clone(), site: Arc::new(site) }, &options);
        let [window, orders, staff] = stems.map(name);
        for path in
            ["/", "/p/cup", "/category/kitchen", "/stores", "/stores/seongsu", "/search?q=cup", "/basket"]
        {
            let page = Call::get(path).on(&site).await.text();
            assert_eq!(sheets(&page), [&window], "{path}");
            assert!(
                page.contains(&format!("<link rel=\"prefetch\" href=\"{orders}\" as=\"style\"")),
                "{path}: {page}"
            );
        }
        let page = Call::get("/reservations").on(&site).await.text();
        assert_eq!(sheets(&page), [&window, &orders]);
        let page = Call::get("/staff/sign-in").on(&site).await.text();
        assert_eq!(sheets(&page), [&window, &orders, &staff]);
    })
    .await;
}
