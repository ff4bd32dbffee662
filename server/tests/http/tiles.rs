//! The operator's tiles: handed out in ranges, under a name that follows the content, and named in pages and policy
//! only where they are set.

use std::{path::Path, sync::Arc};

use axum::{Router, http::header};
use onshelf_app::{
    ssr::{Assets, Door, Site},
    ui::live_map::{LiveMap, Parts},
};
use onshelf_server::http::{Options, router, tiles::Tiles};
use onshelf_shop::testing::{TestShop, on_each_engine};
use tempfile::TempDir;

use crate::call::{Call, PUBLIC, options, site};

/// A header and some bytes that nobody looks at, longer than what is read at a time.
fn archive(folder: &Path) -> (String, Vec<u8>) {
    let mut bytes = vec![0; 127];
    bytes[..8].copy_from_slice(b"PMTiles\x03");
    bytes[99] = 1;
    bytes.extend((0..300_000_u32).map(|number| u8::try_from(number % 251).unwrap()));
    let path = folder.join("town.pmtiles");
    std::fs::write(&path, &bytes).unwrap();
    (path.display().to_string(), bytes)
}

fn with_tiles(test: &TestShop, tiles: Tiles) -> Router {
    let parts = Parts { code: "/pkg/live-map.js".to_owned(), ..Parts::default() };
    let live = LiveMap { waiter: "/pkg/map.js".to_owned(), parts };
    built(test, tiles, Assets { live_map: Some(live), ..Assets::default() })
}

fn built(test: &TestShop, tiles: Tiles, assets: Assets) -> Router {
    let ground = Some(tiles.ground());
    let site = Site { public_url: PUBLIC.to_owned(), assets, tiles: ground, ..Site::default() };
    let options = Options { tiles: Some(Arc::new(tiles)), ..options() };
    router(Door { shop: test.shop.clone(), site: Arc::new(site) }, &options)
}

#[tokio::test]
async fn an_archive_is_handed_out_in_ranges() {
    let folder = TempDir::new().unwrap();
    let (path, bytes) = archive(folder.path());
    let length = bytes.len();
    on_each_engine(async |test| {
        let tiles = Tiles::open(&path, None, None, "").unwrap();
        let address = tiles.ground().archive;
        assert!(address.starts_with("/map/") && address.ends_with(".pmtiles"), "{address}");
        let site = with_tiles(test, tiles);
        let whole = Call::get(&address).with("accept-encoding", "br, gzip").on(&site).await;
        assert_eq!((whole.status.as_u16(), whole.body.len()), (200, length));
        assert_eq!(whole.header(header::CONTENT_LENGTH), length.to_string());
        assert_eq!(whole.header(header::ACCEPT_RANGES), "bytes");
        assert_eq!(whole.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(whole.header(header::CONTENT_ENCODING), "");
        let etag = whole.header(header::ETAG).to_owned();
        assert!(etag.starts_with('"') && etag.len() > 10, "{etag}");

        for (range, from, to) in [
            ("bytes=0-126", 0, 127),
            ("bytes=127-127", 127, 128),
            ("bytes=299000-", 299_000, length),
            ("bytes=-5", length - 5, length),
            ("bytes=300000-9999999", 300_000, length),
            ("bytes=0-299999", 0, 300_000),
        ] {
            let part = Call::get(&address).with("range", range).with("if-range", &etag).on(&site).await;
            assert_eq!(part.status, 206, "{range}");
            assert_eq!(part.body, bytes[from..to], "{range}");
            let said = format!("bytes {from}-{}/{length}", to - 1);
            assert_eq!(part.header(header::CONTENT_RANGE), said);
            assert_eq!(part.header(header::CONTENT_LENGTH), (to - from).to_string());
            assert_eq!(part.header(header::ETAG), etag);
        }
        for range in [format!("bytes={length}-"), "bytes=9999999-99999999".to_owned()] {
            let beyond = Call::get(&address).with("range", &range).on(&site).await;
            assert_eq!((beyond.status.as_u16(), beyond.body.len()), (416, 0), "{range}");
            assert_eq!(beyond.header(header::CONTENT_RANGE), format!("bytes */{length}"));
            assert_eq!(beyond.header(header::CACHE_CONTROL), "");
        }
        // Another archive's part, a range of something else, and several parts: the whole, as HTTP has it.
        for (name, value) in [("if-range", "\"other\""), ("range", "lines=1-2"), ("range", "bytes=0-1,5-6")] {
            let mut call = Call::get(&address).with(name, value);
            if name == "if-range" {
                call = call.with("range", "bytes=0-9");
            }
            let answer = call.on(&site).await;
            assert_eq!((answer.status.as_u16(), answer.body.len()), (200, length), "{name}: {value}");
        }
        let known = Call::get(&address).with("if-none-match", &etag).on(&site).await;
        assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
        let head = Call::new(&axum::http::Method::HEAD, &address).with("range", "bytes=0-9").on(&site).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (206, 0));
        assert_eq!(head.header(header::CONTENT_LENGTH), "10");
        for other in ["/map/0123456789abcdef.pmtiles", "/map/town.pmtiles", "/map/fonts/x/0-255.pbf"] {
            assert_eq!(Call::get(other).on(&site).await.status, 404, "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_names_the_live_map_where_there_are_tiles_and_nowhere_else() {
    let folder = TempDir::new().unwrap();
    let (path, _) = archive(folder.path());
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let plain = Call::get("/stores?sku=CUP").on(&site(test)).await;
        let policy = plain.header(header::CONTENT_SECURITY_POLICY).to_owned();
        assert!(plain.text().contains("class=\"map\"") && !plain.text().contains("data-scene"));
        assert!(policy.contains("connect-src 'self';"), "{policy}");

        let own = with_tiles(test, Tiles::open(&path, None, None, "© Somebody").unwrap());
        for page in ["/stores?sku=CUP", "/en/stores", "/stores/seongsu"] {
            let answer = Call::get(page).on(&own).await;
            assert_eq!(answer.header(header::CONTENT_SECURITY_POLICY), policy, "{page}");
            let html = answer.text();
            // The drawn map stays: it is what is seen first, and all there is without scripts.
            assert!(html.contains("class=\"map-picture\""), "{page}");
            assert!(html.contains("<script type=\"module\" src=\"/pkg/map.js\">"), "{page}");
            assert!(html.contains("© Somebody") && html.contains(".pmtiles"), "{page}");
        }
        let wanted = Call::get("/stores?sku=CUP").on(&own).await.text();
        assert!(wanted.contains("CUP@seongsu&quot;"), "{wanted}");
        assert!(!Call::get("/").on(&own).await.text().contains("/pkg/map.js"));
        let unbuilt = built(test, Tiles::open(&path, None, None, "").unwrap(), Assets::default());
        let drawn = Call::get("/stores").on(&unbuilt).await.text();
        assert!(drawn.contains("class=\"map-picture\"") && !drawn.contains("data-scene"), "{drawn}");

        let far = with_tiles(
            test,
            Tiles::open("https://tiles.example/a/town.pmtiles?v=2", None, None, "").unwrap(),
        );
        let answer = Call::get("/stores").on(&far).await;
        let wider = policy.replace("connect-src 'self'", "connect-src 'self' https://tiles.example");
        assert_eq!(answer.header(header::CONTENT_SECURITY_POLICY), wider);
        assert!(answer.text().contains("&quot;archive&quot;:&quot;https://tiles.example/a/town.pmtiles?v=2"));
        let style = Tiles::open("https://tiles.example/style.json", None, None, "").unwrap().ground();
        assert_eq!((style.archive.as_str(), style.style.as_str()), ("", "https://tiles.example/style.json"));
    })
    .await;
}

#[tokio::test]
async fn fonts_and_icons_lie_beside_the_archive() {
    let folder = TempDir::new().unwrap();
    let (path, _) = archive(folder.path());
    let (fonts, icons) = (folder.path().join("fonts"), folder.path().join("icons"));
    for face in ["Sans Italic", "Sans Regular", "empty"] {
        std::fs::create_dir_all(fonts.join(face)).unwrap();
    }
    std::fs::create_dir_all(&icons).unwrap();
    for face in ["Sans Italic", "Sans Regular"] {
        std::fs::write(fonts.join(face).join("0-255.pbf"), "glyphs").unwrap();
    }
    std::fs::write(icons.join("light.json"), "{}").unwrap();
    on_each_engine(async |test| {
        let tiles = Tiles::open(&path, Some(&fonts), Some(&icons), "").unwrap();
        let ground = tiles.ground();
        assert_eq!((ground.upright.as_str(), ground.slanted.as_str()), ("Sans Regular", "Sans Italic"));
        let site = with_tiles(test, tiles);
        let glyphs = Call::get("/map/fonts/Sans%20Regular/0-255.pbf").on(&site).await;
        assert_eq!((glyphs.status.as_u16(), glyphs.text().as_str()), (200, "glyphs"));
        assert_eq!(glyphs.header(header::CACHE_CONTROL), "public, max-age=3600");
        assert_eq!(Call::get("/map/icons/light.json").on(&site).await.status, 200);
        for none in ["/map/fonts/Sans%20Regular/256-511.pbf", "/map/fonts/", "/map/icons/../town.pmtiles"] {
            assert_eq!(Call::get(none).on(&site).await.status, 404, "{none}");
        }
    })
    .await;
}

#[test]
fn what_is_no_archive_is_named() {
    let folder = TempDir::new().unwrap();
    let (path, bytes) = archive(folder.path());
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file.display().to_string()
    };
    let raster = {
        let mut bytes = bytes.clone();
        bytes[99] = 2;
        write("raster.pmtiles", &bytes)
    };
    let none = [
        write("empty.pmtiles", b""),
        write("short.pmtiles", &bytes[..100]),
        write("old.pmtiles", &[b"PMTiles\x02", &bytes[8..]].concat()),
        raster,
        folder.path().display().to_string(),
        folder.path().join("gone.pmtiles").display().to_string(),
    ];
    for path in none {
        let error = Tiles::open(&path, None, None, "").unwrap_err().to_string();
        assert!(error.starts_with("tiles: ") && error.contains(&path), "{error}");
    }
    let error = Tiles::open(&path, Some(folder.path()), None, "").unwrap_err().to_string();
    assert!(error.starts_with("tiles_glyphs: "), "{error}");
    let error = Tiles::open(&path, None, Some(folder.path()), "").unwrap_err().to_string();
    assert!(error.starts_with("tiles_sprites: "), "{error}");
}
