//! What every request passes: origin, size, headers; and what stands beside the pages.

use std::sync::Arc;

use axum::http::{Method, header};
use http_body_util::BodyExt;
use onshelf_app::ssr::{Door, Site};
use onshelf_server::http::{router, serve};
use onshelf_shop::testing::on_each_engine;
use onshelf_vocabulary::Text;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::call::{Call, PUBLIC, options, site, site_with};

#[tokio::test]
async fn another_site_can_do_nothing() {
    on_each_engine(async |test| {
        let site = site(test);
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let api = Call::post("/api/v1/reservations").key("k").with(name, value).on(&site).await;
            api.problem(403, "cross-site");
            let page = Call::post("/reservations/R-1/cancel").with(name, value).on(&site).await;
            assert_eq!(page.status.as_u16(), 403);
        }
        let own = Call::post("/api/v1/reservations").with("origin", PUBLIC).on(&site).await;
        own.problem(400, "idempotency-key-missing");
    })
    .await;
}

#[tokio::test]
async fn a_post_of_nothing_is_a_form_without_a_field() {
    on_each_engine(async |test| {
        let site = site(test);
        for (path, status) in [("/basket/add", 422), ("/en/basket/add", 422), ("/stores/choose", 404)] {
            let answer = Call::post(path).on(&site).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
            assert!(answer.header(header::CONTENT_TYPE).starts_with("text/html"), "{path}");
        }
        for (path, says) in [("/basket/add", "양식으로 보내 주세요"), ("/en/basket/add", "Send a form")]
        {
            let answer = Call::post(path).with("content-type", "application/json").body("{}").on(&site).await;
            assert_eq!(answer.status.as_u16(), 415, "{path}");
            assert!(answer.text().contains(says), "{path}: {}", answer.text());
        }
        // The contract takes JSON, and says so.
        let api = Call::post("/api/v1/reservations").key("k").english().on(&site).await;
        assert_eq!(api.problem(415, "unsupported-media-type")["title"], "Send JSON");
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect() {
    on_each_engine(async |test| {
        let site = site(test);
        let calls = [
            ("/", 200),
            ("/nothing/here", 404),
            ("/api/v1/stores", 200),
            ("/api/v1/nothing", 404),
            ("/robots.txt", 200),
            ("/health/live", 200),
            ("/media/nothing.jpg", 404),
        ];
        for (path, status) in calls {
            let answer = Call::get(path).on(&site).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
            let policy = answer.header(header::CONTENT_SECURITY_POLICY);
            assert!(policy.contains("default-src") && policy.contains("frame-ancestors 'none'"), "{path}");
            assert!(!policy.contains("script-src 'self' 'unsafe-inline'"));
            assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
            assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin", "{path}");
            assert!(answer.header(header::STRICT_TRANSPORT_SECURITY).starts_with("max-age="), "{path}");
            assert!(answer.header("permissions-policy").contains("geolocation=(self), camera=()"), "{path}");
            assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        }
        for path in ["/staff/seongsu", "/en/staff/seongsu"] {
            let answer = Call::get(path).on(&site).await;
            assert!(answer.header("permissions-policy").contains("camera=(self)"), "{path}");
        }
        let insecure = options();
        let site = site_with(
            test,
            onshelf_server::http::Options { public_url: "http://127.0.0.1:3000".to_owned(), ..insecure },
        );
        let answer = Call::get("/health/live").with("x-request-id", "mine-1").on(&site).await;
        assert_eq!(answer.header(header::STRICT_TRANSPORT_SECURITY), "");
        assert_eq!(answer.header("x-request-id"), "mine-1");
    })
    .await;
}

#[tokio::test]
async fn nobody_knows_a_page_and_it_says_so() {
    on_each_engine(async |test| {
        let site = site(test);
        let ko = Call::get("/nothing").on(&site).await;
        assert_eq!(ko.status.as_u16(), 404);
        assert!(ko.text().contains("lang=\"ko\""), "{}", ko.text());
        let en = Call::get("/en/nothing").on(&site).await;
        assert!(en.text().contains("lang=\"en\""), "{}", en.text());
        let wrong = Call::new(&Method::DELETE, "/").on(&site).await;
        assert_eq!((wrong.status.as_u16(), wrong.header(header::ALLOW)), (405, "GET,HEAD"));
        assert!(wrong.text().contains("<h1>"));
    })
    .await;
}

#[tokio::test]
async fn too_many_at_once_are_asked_to_come_back() {
    on_each_engine(async |test| {
        let mut options = options();
        options.limits.concurrent = 0;
        let site = site_with(test, options);
        let api = Call::get("/api/v1/stores").on(&site).await;
        api.problem(503, "busy");
        assert_eq!(api.header(header::RETRY_AFTER), "1");
        let page = Call::get("/").on(&site).await;
        assert_eq!(page.status.as_u16(), 503);
        assert_eq!(page.header(header::RETRY_AFTER), "1");
        Call::get("/health/live").on(&site).await.ok(200);
        Call::get("/health/ready").on(&site).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn whoever_sends_slowly_takes_no_place_from_others() {
    on_each_engine(async |test| {
        // Nobody can be answered, and still a body has its own time to come.
        let mut options = options();
        options.limits.concurrent = 0;
        options.limits.body_time = std::time::Duration::from_millis(20);
        let site = site_with(test, options.clone());
        let endless = futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>();
        let slow = Call::post("/api/v1/availability").body(axum::body::Body::from_stream(endless));
        slow.with("content-type", "application/json").on(&site).await.problem(408, "too-slow");
        // No body can come in, and whoever sends none is answered.
        options.limits.concurrent = 1;
        options.limits.bodies = 0;
        let site = site_with(test, options);
        let full = Call::post("/api/v1/availability").json(&serde_json::json!({})).on(&site).await;
        full.problem(503, "busy");
        assert_eq!(full.header(header::RETRY_AFTER), "1");
        Call::get("/api/v1/stores").on(&site).await.ok(200);
    })
    .await;
}

#[tokio::test]
async fn text_leaves_compressed_where_it_is_understood() {
    on_each_engine(async |test| {
        let site = site(test);
        for encoding in ["br", "gzip"] {
            let answer = Call::get("/api/v1/openapi.json").with("accept-encoding", encoding).on(&site).await;
            assert_eq!(answer.header(header::CONTENT_ENCODING), encoding);
        }
    })
    .await;
}

#[tokio::test]
async fn search_engines_find_the_pages() {
    on_each_engine(async |test| {
        let site = site(test);
        let map = Call::get("/sitemap.xml").on(&site).await.text();
        for path in ["/p/kettle", "/en/p/kettle", "/category/kitchen", "/stores/seongsu"] {
            assert!(map.contains(&format!("<loc>{PUBLIC}{path}</loc>")), "{path} in {map}");
        }
        assert!(Call::get("/robots.txt").on(&site).await.text().contains("Disallow: /staff"));
        assert_eq!(
            Call::get("/speculation-rules.json").on(&site).await.status,
            404,
            "one set of rules is enough"
        );
        let rules = Call::get("/speculation.json").on(&site).await;
        assert_eq!(rules.header(header::CONTENT_TYPE), "application/speculationrules+json");
        assert_eq!(Call::get("/").on(&site).await.header("speculation-rules"), "\"/speculation.json\"");
    })
    .await;
}

#[tokio::test]
async fn a_sitemap_is_written_once_for_all_who_ask() {
    on_each_engine(async |test| {
        let site = site(test);
        let ask = async || {
            let mut body = Call::get("/sitemap.xml").open(&site).await.into_body();
            body.frame().await.unwrap().unwrap().into_data().unwrap()
        };
        let (one, another) = (ask().await, ask().await);
        assert_eq!(one.as_ptr(), another.as_ptr(), "the same bytes for both");
        // And anew where there is something else to tell.
        test.with_store("hongdae", |_| ()).await;
        let told = ask().await;
        assert!(!String::from_utf8_lossy(&one).contains("/stores/hongdae"));
        assert!(String::from_utf8_lossy(&told).contains("/stores/hongdae"));
        for (path, status) in [("/sitemaps/1.xml", 200), ("/sitemaps/0.xml", 404), ("/sitemaps/2.xml", 404)] {
            assert_eq!(Call::get(path).on(&site).await.status, status, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_installed_shop_bears_the_name_of_the_chain() {
    on_each_engine(async |test| {
        let name = Text::new("제자리", "Jejari");
        let site = Arc::new(Site { public_url: PUBLIC.to_owned(), name, ..Site::default() });
        let site = router(Door { shop: test.shop.clone(), site }, &options());
        for (page, manifest, name, start) in
            [("/", "/site.webmanifest", "제자리", "/"), ("/en", "/en/site.webmanifest", "Jejari", "/en")]
        {
            let html = Call::get(page).on(&site).await.text();
            assert!(html.contains(&format!("rel=\"manifest\" href=\"{manifest}\"")), "{page}");
            let answer = Call::get(manifest).on(&site).await;
            assert_eq!(answer.header(header::CONTENT_TYPE), "application/manifest+json");
            let body: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
            assert_eq!((&body["name"], &body["start_url"]), (&name.into(), &start.into()));
        }
    })
    .await;
}

#[tokio::test]
async fn files_of_the_site_are_served_and_kept() {
    on_each_engine(async |test| {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("pkg");
        std::fs::create_dir(&package).unwrap();
        let name = "onshelf.0123456789abcdef.css";
        std::fs::write(package.join(name), "a{color:red}").unwrap();
        std::fs::write(package.join(format!("{name}.br")), "compressed").unwrap();
        std::fs::write(folder.path().join("icon.svg"), "<svg/>").unwrap();
        std::fs::write(folder.path().join("assets.json"), format!("{{\"onshelf.css\":\"/pkg/{name}\"}}"))
            .unwrap();
        let assets = onshelf_server::http::assets::site_assets(folder.path());
        assert_eq!(assets.css, format!("/pkg/{name}"));
        let site = site_with(
            test,
            onshelf_server::http::Options { site_dir: folder.path().to_owned(), ..options() },
        );
        let css = Call::get(&assets.css).with("accept-encoding", "br, gzip").on(&site).await;
        assert_eq!((css.text().as_str(), css.header(header::CONTENT_ENCODING)), ("compressed", "br"));
        assert!(css.header(header::CACHE_CONTROL).contains("immutable"));
        let icon = Call::get("/icon.svg").on(&site).await;
        assert_eq!(icon.header(header::CACHE_CONTROL), "public, max-age=3600");
        let missing = Call::get("/pkg/onshelf.ffffffffffffffff.css").on(&site).await;
        assert_eq!(missing.status.as_u16(), 404);
        assert!(!missing.header(header::CACHE_CONTROL).contains("immutable"));
        assert_eq!(Call::get("/..%2f..%2fetc/passwd").on(&site).await.status.as_u16(), 404);
    })
    .await;
}

/// PostgreSQL has no text with a NUL in it, SQLite has: to whoever asks, nothing is called that.
#[tokio::test]
async fn nothing_is_called_by_a_name_with_a_nul() {
    on_each_engine(async |test| {
        let site = site(test);
        for path in [
            "/api/v1/orders/a%00b",
            "/api/v1/reservations/a%00b",
            "/api/v1/orders/a/groups/x%00/picking",
            "/orders/a%00?t=x",
            "/orders/a%00/receipt.pdf?t=x",
            "/reservations/a%00?t=x",
            "/p/a%00",
        ] {
            for method in [Method::GET, Method::POST, Method::PATCH] {
                let call = Call::new(&method, path).key("k").with("authorization", "Bearer x");
                assert_eq!(call.on(&site).await.status.as_u16(), 404, "{method} {path}");
            }
        }
        let form = "login=a%00b&password=x";
        let kind = "application/x-www-form-urlencoded";
        let answer = Call::post("/staff/sign-in").with("content-type", kind).body(form).on(&site).await;
        assert!(answer.status.is_client_error() || answer.status.is_success(), "{}", answer.status);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_too_long_is_answered_with_a_page_that_says_what_to_do() {
    on_each_engine(async |test| {
        let site = site(test);
        for (path, title, advice, home) in [
            ("/reserve", "보내신 것이 너무 길어요", "뒤로 가면", "href=\"/\""),
            ("/en/reserve", "That was too long to read", "Go back in your browser", "href=\"/en\""),
        ] {
            let form = format!("name={}", "x".repeat(70_000));
            let answer = Call::post(path)
                .with("content-type", "application/x-www-form-urlencoded")
                .body(form)
                .on(&site)
                .await;
            assert_eq!(answer.status, 413, "{path}");
            assert!(answer.header("content-type").starts_with("text/html"), "{path}");
            let page = answer.text();
            for part in [title, advice, home] {
                assert!(page.contains(part), "{path}: {part}: {page}");
            }
        }
    })
    .await;
}

/// As most clients do it: all of the body first, then a look for the answer.
#[tokio::test]
async fn whoever_sends_too_much_hears_so_when_they_have_sent_it() {
    on_each_engine(async |test| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, site(test), options(), stop.clone()));
        for size in [100_000, 1_000_000, 8_000_000] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST /api/v1/reservations HTTP/1.1\r\nhost: x\r\nidempotency-key: k\r\n\
                 content-type: application/json\r\ncontent-length: {size}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&vec![b'x'; size]).await.unwrap();
            let mut start = [0; 12];
            stream.read_exact(&mut start).await.unwrap();
            assert_eq!(&start, b"HTTP/1.1 413", "{size}");
        }
        // Who waits to be told to go on is told at once.
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = b"POST /api/v1/reservations HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1000000\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 413");
        stop.cancel();
        server.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn orders_take_holds_and_are_limited_like_reservations() {
    on_each_engine(async |test| {
        let mut options = options();
        (options.limits.rates.reserve_by_address, options.limits.rates.look_up_by_address) = (2, 2);
        let site = site_with(test, options);
        let order = async |key: &str| {
            let call = Call::post("/api/v1/orders").key(key).json(&serde_json::json!({}));
            call.on(&site).await.status.as_u16()
        };
        assert_eq!((order("a").await, order("b").await, order("c").await), (422, 422, 429));
        let look = async |path: &str| Call::get(path).on(&site).await.status.as_u16();
        let looked =
            (look("/api/v1/orders/O-1").await, look("/orders/O-1?t=x").await, look("/orders/O-2").await);
        assert_eq!(looked, (404, 404, 429));
    })
    .await;
}

/// A number stands on a receipt and a board; there are not so many phones that nobody could try them from many addresses.
#[tokio::test]
async fn the_proof_of_one_order_cannot_be_guessed_from_many_addresses() {
    on_each_engine(async |test| {
        let mut options = options();
        options.limits.rates.find_by_number = 2;
        options.limits.rates.look_up_by_address = 0;
        let site = site_with(test, options);
        let find = async |number: &str, phone: &str| {
            let form = ("content-type", "application/x-www-form-urlencoded");
            let call = Call::post("/reservations").with(form.0, form.1);
            call.body(format!("number={number}&code={phone}")).on(&site).await.status.as_u16()
        };
        assert_eq!(find("O-7K3M-9QXD", "01012345678").await, 404);
        assert_eq!(find("o7k3m9qxd", "01012345679").await, 404);
        assert_eq!(find("7K3M-9QXD", "01012345670").await, 429, "it is the same, written otherwise");
        assert_eq!(find("O-7K3M-9QXE", "01012345670").await, 404, "another is another's");
    })
    .await;
}
