//! The live stream, over the router and over real connections.

use std::time::Duration;

use http_body_util::BodyExt;
use onshelf_server::http::serve;
use onshelf_shop::testing::{Engine, TestShop, on_each_engine};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::call::{Call, options, site, site_with};

/// The next event's name and data.
async fn event(body: &mut axum::body::Body) -> (String, Value) {
    let frame = tokio::time::timeout(Duration::from_secs(30), body.frame()).await.expect("in time");
    let bytes = frame.expect("a frame").unwrap().into_data().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let field =
        |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    assert!(text.ends_with("\n\n"), "{text:?}");
    assert!(field("id: ").parse::<i64>().is_ok(), "{text:?}");
    (field("event: "), serde_json::from_str(&field("data: ")).unwrap())
}

/// Reads a socket until it has said `wanted`.
async fn hear(socket: &mut TcpStream, wanted: &str) {
    let mut heard = String::new();
    while !heard.contains(wanted) {
        let mut some = [0; 4_096];
        let read = tokio::time::timeout(Duration::from_secs(30), socket.read(&mut some)).await;
        let read = read.unwrap_or_else(|_| panic!("{wanted:?} in time, after {heard:?}")).unwrap();
        assert!(read > 0, "it ended after {heard:?}");
        heard.push_str(&String::from_utf8_lossy(&some[..read]));
    }
}

#[tokio::test]
async fn a_stream_with_nothing_to_tell_says_so_every_fifteen_seconds() {
    // Time is made to pass below: a database at the other end of a socket would seem dead.
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    test.with_stock("seongsu", "CUP", 3).await;
    let site = site(&test);
    let mut body = Call::get("/api/v1/live/stock?sku=CUP").open(&site).await.into_body();
    assert_eq!(event(&mut body).await.0, "snapshot");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve(listener, site, options(), stop.clone()));
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /api/v1/live/stock?sku=CUP HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    hear(&mut socket, "event: snapshot").await;

    // From here the clock goes on whenever there is nothing else to do.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let said = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!((&said[..], started.elapsed().as_secs()), (&b": still here\n\n"[..], 15));
    // The connection's own writer has said so once by now.
    let started = tokio::time::Instant::now();
    for _ in 0..2 {
        hear(&mut socket, ": still here\n\n").await;
    }
    assert!(started.elapsed() <= Duration::from_secs(16), "{:?}", started.elapsed());
    tokio::time::resume();
    stop.cancel();
    server.await.unwrap().unwrap();
    drop(body);
    test.close().await;
}

#[tokio::test]
async fn who_comes_back_has_the_numbers_of_now() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        let site = site(test);
        let path = "/api/v1/live/stock?shelf=CUP@seongsu";
        let (_, before) = event(&mut Call::get(path).open(&site).await.into_body()).await;
        let last = before["stock"][0]["version"].as_i64().unwrap();
        test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        test.shop.catch_up().await.unwrap();
        // A browser says what it heard last, which a restart or another server may know nothing of.
        for heard in [last.to_string(), "0".to_owned(), i64::MAX.to_string(), "x".to_owned()] {
            let answer = Call::get(path).with("last-event-id", &heard).open(&site).await;
            assert_eq!(answer.status().as_u16(), 200, "{heard}");
            let (name, data) = event(&mut answer.into_body()).await;
            assert_eq!((name.as_str(), &data["stock"][0]["available"]), ("snapshot", &json!(1)), "{heard}");
            assert!(data["stock"][0]["version"].as_i64().unwrap() > last, "{heard}: {data}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_comes_first_and_then_every_change() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 1).await;
        let site = site(test);
        let fresh = tokio::spawn({
            let shop = test.shop.clone();
            async move { shop.keep_shelves_fresh().await }
        });
        let answer = Call::get("/api/v1/live/stock?sku=CUP&sku=KETTLE-MO&store=seongsu").open(&site).await;
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut body = answer.into_body();
        let (name, data) = event(&mut body).await;
        assert_eq!(name, "snapshot");
        assert_eq!(data["stock"].as_array().unwrap().len(), 1, "{data}");
        assert_eq!((&data["stock"][0]["sku"], &data["stock"][0]["available"]), (&json!("CUP"), &json!(3)));

        test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        let (name, data) = event(&mut body).await;
        assert_eq!(
            (name.as_str(), &data["store"], &data["available"]),
            ("stock", &json!("seongsu"), &json!(1))
        );
        assert!(data["version"].as_i64().unwrap() > 0);
        fresh.abort();
    })
    .await;
}

#[tokio::test]
async fn a_page_hears_of_its_own_shelves_only() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await.with_stock("gangnam", "CUP", 5).await;
        let site = site(test);
        let fresh = tokio::spawn({
            let shop = test.shop.clone();
            async move { shop.keep_shelves_fresh().await }
        });
        let answer = Call::get("/api/v1/live/stock?shelf=CUP@seongsu").open(&site).await;
        let mut body = answer.into_body();
        let (_, data) = event(&mut body).await;
        assert_eq!(data["stock"].as_array().unwrap().len(), 1, "{data}");
        test.reserve("01012345678", "gangnam", &[("CUP", 2)]).await.unwrap();
        test.reserve("01012345678", "seongsu", &[("CUP", 1)]).await.unwrap();
        // Before the change itself may come what had been put there.
        loop {
            let (_, data) = event(&mut body).await;
            assert_eq!(data["store"], "seongsu");
            if data["available"] == 2 {
                break;
            }
        }
        fresh.abort();
    })
    .await;
}

#[tokio::test]
async fn what_is_held_makes_knowledge_no_younger() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 3).await;
        test.clock.advance(Duration::from_secs(3 * 86_400));
        test.shop.catch_up().await.unwrap();
        let site = site(test);
        let fresh = tokio::spawn({
            let shop = test.shop.clone();
            async move { shop.keep_shelves_fresh().await }
        });
        let answer = Call::get("/api/v1/live/stock?shelf=CUP@seongsu").open(&site).await;
        let mut body = answer.into_body();
        let (_, data) = event(&mut body).await;
        let counted = data["stock"][0]["checked_ms"].clone();
        assert_eq!(data["stock"][0]["age_s"], 3 * 86_400);
        test.reserve("01012345678", "seongsu", &[("CUP", 2)]).await.unwrap();
        // Before the change itself may come what had been put there.
        loop {
            let (_, data) = event(&mut body).await;
            assert_eq!((&data["age_s"], &data["checked_ms"]), (&json!(3 * 86_400), &counted), "{data}");
            if data["available"] == 1 {
                break;
            }
        }
        test.with_stock("seongsu", "CUP", 4).await;
        loop {
            let (_, data) = event(&mut body).await;
            if data["available"] == 5 {
                assert_eq!(data["age_s"], 0, "{data}");
                break;
            }
        }
        fresh.abort();
    })
    .await;
}

#[tokio::test]
async fn a_shelf_has_one_number_in_every_answer() {
    on_each_engine(async |test| {
        test.with_stock("seongsu", "CUP", 40).await.with_stock("gangnam", "CUP", 9).await;
        let site = site(test);
        for (store, shown) in [("seongsu", "9+"), ("gangnam", "9")] {
            let listed = Call::get(&format!("/api/v1/products?q=CUP&store={store}")).on(&site).await.ok(200);
            assert_eq!(listed["products"][0]["available"], 9, "{store}: {listed}");
            let answer = Call::get("/api/v1/products/CUP/availability").on(&site).await.ok(200);
            let stores = answer["stores"].as_array().unwrap();
            let own = stores.iter().find(|own| own["store"]["code"] == store).unwrap();
            assert_eq!(own["available"], 9, "{store}");
            let stream = Call::get(&format!("/api/v1/live/stock?sku=CUP&store={store}")).open(&site).await;
            let (_, data) = event(&mut stream.into_body()).await;
            let told = &data["stock"][0];
            assert_eq!((&told["available"], &told["shown"]), (&json!(9), &json!(shown)), "{store}");
            assert_eq!(told["level"], "in_stock");
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_streamed_is_refused() {
    on_each_engine(async |test| {
        let site = site(test);
        for (query, status) in [
            ("", 422),
            ("?sku=", 422),
            ("?sku=NONE", 404),
            ("?sku=CUP&store=nowhere", 404),
            ("?sku=CUP&store=..%2f", 422),
            ("?sku=CUP&colour=red", 422),
            ("?shelf=CUP", 422),
            ("?shelf=CUP@seongsu&sku=CUP", 422),
            ("?shelf=NONE@seongsu", 404),
            ("?shelf=CUP@nowhere", 404),
        ] {
            let answer = Call::get(&format!("/api/v1/live/stock{query}")).on(&site).await;
            assert_eq!(answer.status.as_u16(), status, "{query}");
        }
        for (one, most, said) in
            [("sku=CUP", 50, "Send 1 to 50 SKUs."), ("shelf=CUP@seongsu", 256, "Send 1 to 256 shelves.")]
        {
            let all =
                Call::get(&format!("/api/v1/live/stock?{}", vec![one; most].join("&"))).open(&site).await;
            assert_eq!(all.status().as_u16(), 200, "{one}");
            let many = vec![one; most + 1].join("&");
            let answer = Call::get(&format!("/api/v1/live/stock?{many}")).english().on(&site).await;
            let problem = answer.problem(422, "invalid");
            let name = one.split('=').next().unwrap();
            assert_eq!(answer.pointers(), [format!("/{name}")]);
            assert_eq!(problem["errors"][0]["detail"], said);
        }
    })
    .await;
}

#[test]
fn the_loader_asks_for_as_many_shelves_as_a_stream_tells_of() {
    let loader = include_str!("../../../public/loader.js");
    assert!(loader.contains("\nconst MOST = 256;\n"), "as `MOST_SHELVES`");
}

#[tokio::test]
async fn streams_are_bounded_and_give_their_place_back() {
    on_each_engine(async |test| {
        let mut options = options();
        options.limits.streams_per_client = 2;
        let site = site_with(test, options);
        let open = || Call::get("/api/v1/live/stock?sku=CUP").open(&site);
        let (one, _two) = (open().await, open().await);
        let refused = Call::get("/api/v1/live/stock?sku=CUP").on(&site).await;
        refused.problem(503, "busy");
        assert_eq!(refused.header("retry-after"), "10");
        drop(one);
        assert_eq!(open().await.status().as_u16(), 200);
    })
    .await;
}

#[tokio::test]
async fn a_stop_ends_open_streams_at_once() {
    on_each_engine(async |test| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, site(test), options(), stop.clone()));
        let mut streams = Vec::new();
        for _ in 0..50 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /api/v1/live/stock?sku=CUP HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            let mut start = [0; 15];
            stream.read_exact(&mut start).await.unwrap();
            assert_eq!(&start, b"HTTP/1.1 200 OK");
            streams.push(stream);
        }
        stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(9), server).await.expect("in time");
        ended.unwrap().unwrap();
        for mut stream in streams {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.unwrap();
            assert!(rest.ends_with(b"0\r\n\r\n"), "ended in order");
        }
    })
    .await;
}
