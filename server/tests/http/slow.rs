//! Clients that take their time, through real connections: a head and a body must arrive in some time, an answer must be
//! taken in some time, and nobody else waits for them.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use onshelf_server::{
    http::{Limits, Options, serve},
    metrics,
};
use onshelf_shop::testing::{Engine, TestShop};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::call::{Call, options, site_with};

/// Far less than what is waited by default, and far more than the limits of these tests.
const PATIENCE: Duration = Duration::from_secs(10);
/// Far more than sockets take of what nobody reads.
const MUCH: usize = 64 << 20;

struct Served {
    test: TestShop,
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

async fn served(limits: Limits) -> Served {
    let test = TestShop::on(Engine::Sqlite).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let options = Options { limits, ..options() };
    let server = tokio::spawn(serve(listener, site_with(&test, options.clone()), options, stop.clone()));
    Served { test, address, stop, server }
}

impl Served {
    /// Begins a request and goes on with a byte now and then, for as long as the connection is open.
    async fn trickle(&self, begun: &'static str) -> (OwnedReadHalf, JoinHandle<OwnedWriteHalf>) {
        let (read, mut write) = TcpStream::connect(self.address).await.unwrap().into_split();
        write.write_all(begun.as_bytes()).await.unwrap();
        let writing = tokio::spawn(async move {
            while write.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            write
        });
        (read, writing)
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What is answered on a connection of its own.
    async fn answers(&self, path: &str) -> std::io::Result<String> {
        let mut stream = self.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        to_the_end(stream).await
    }

    /// Others are served meanwhile.
    async fn serves_others(&self) {
        assert!(self.answers("/health/live").await.unwrap().starts_with("HTTP/1.1 200"));
    }

    async fn end(self) {
        self.stop.cancel();
        self.server.await.unwrap().unwrap();
        self.test.close().await;
    }
}

async fn to_the_end(mut stream: TcpStream) -> std::io::Result<String> {
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time")?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn half_a_head_is_waited_for_a_while() {
    let served = served(Limits { head_time: Duration::from_millis(300), ..Limits::default() }).await;
    let (mut read, writing) = served.trickle("GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    served.serves_others().await;
    let mut answer = Vec::new();
    // Whether it is closed or cut does not matter to whoever does this.
    let _ = timeout(PATIENCE, read.read_to_end(&mut answer)).await.expect("the connection is closed in time");
    assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    writing.await.unwrap();
    served.end().await;
}

#[tokio::test]
async fn a_body_that_trickles_is_too_slow() {
    let served = served(Limits { body_time: Duration::from_millis(300), ..Limits::default() }).await;
    let begun = "POST /api/v1/reservations HTTP/1.1\r\nhost: x\r\nidempotency-key: k\r\n\
                 content-type: application/json\r\ncontent-length: 60000\r\n\r\n{";
    let (mut read, writing) = served.trickle(begun).await;
    served.serves_others().await;
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("/problems/too-slow") {
        let mut piece = [0; 4096];
        let length = timeout(PATIENCE, read.read(&mut piece)).await.expect("an answer in time").unwrap();
        assert!(length > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..length]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
    writing.abort();
    served.end().await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let router = Router::new().route("/", get(|| async { vec![0_u8; MUCH] }));
    let server = tokio::spawn(serve(listener, router, options(), stop.clone()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut start = [0; 15];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    // From here the clock goes on whenever there is nothing else to do.
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(40)).await;
    tokio::time::resume();
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the connection was closed");
    assert!(rest.len() < MUCH, "all of it came, {} bytes", rest.len());
    stop.cancel();
    server.await.unwrap().unwrap();
}

/// Connections that found no place, since this process began.
async fn turned_away(metrics: &Router) -> f64 {
    let page = Call::get("/metrics").on(metrics).await.text();
    let series = "onshelf_http_shed_total{what=\"connection\"} ";
    page.lines().find_map(|line| line.strip_prefix(series)).unwrap().parse().unwrap()
}

/// What every answer wears, by whichever door.
const WORN: [&str; 7] = [
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "strict-transport-security",
];

/// These lines of an answer.
fn worn(answer: &str) -> [&str; 7] {
    WORN.map(|name| {
        let begins = format!("{name}: ");
        let line = answer.lines().find(|line| line.starts_with(&begins));
        line.unwrap_or_else(|| panic!("no {name} in {answer}"))
    })
}

/// They come from this machine, so that only all of them together are bounded.
#[tokio::test]
async fn who_finds_all_places_taken_is_told_so_and_may_ask_how_the_process_is() {
    let served = served(Limits { connections: 2, ..Limits::default() }).await;
    let is_refusal = |answer: &str| {
        let head = answer.to_lowercase();
        head.starts_with("http/1.1 503") && head.contains("\r\nretry-after: 10\r\n")
    };
    let metrics = metrics::router_fresh_for(served.test.shop.clone(), Duration::ZERO);
    let before = turned_away(&metrics).await;
    let sitting = [served.connect().await, served.connect().await];
    let refused = served.answers("/robots.txt").await.unwrap();
    assert!(is_refusal(&refused) && refused.to_lowercase().contains("\r\nx-request-id: "), "{refused}");
    let worn_inside = worn(&refused).map(str::to_owned);
    served.serves_others().await;
    // With nothing said they are let in to ask, until there is no room for that either.
    let mut more = Vec::new();
    for _ in 0..100 {
        more.push(served.connect().await);
    }
    let refused = to_the_end(more.pop().unwrap()).await.unwrap();
    assert!(is_refusal(&refused) && refused.contains("Please try again in a moment"), "{refused}");
    assert_eq!(worn(&refused), worn_inside);
    assert!(turned_away(&metrics).await - before >= 2.0, "at either door");
    drop((sitting, more));
    let again = async {
        let is_served = |answer: String| answer.starts_with("HTTP/1.1 200");
        // Who is turned away in the middle of asking may find the connection broken.
        while !served.answers("/robots.txt").await.is_ok_and(is_served) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, again).await.expect("who left gave their places back");
    served.end().await;
}
