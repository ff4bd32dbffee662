//! One stock change to every open page: from before it is asked for to the last reader, so that what it takes to decide
//! and to be on disk is in it; and the memory of an open stream. Against a bare loop that writes the same bytes to as many
//! sockets, timed from before its first one, which makes nothing durable.
//! `cargo xtask bench live [--quick]`

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "it prints what it measured"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on ends"
)]

mod common;

use std::{
    cell::RefCell,
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use common::{
    Called,
    host::{self, Host},
    machine, median, quantile,
    report::{self, Better, Column, Row},
    shop,
};
use onshelf_shop::{Shop, testing::request};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, sync::Notify, task::JoinSet};

/// The floor's name.
const LOOP: &str = "a loop over the sockets";

fn main() {
    match host::role().as_deref() {
        Some("shop") => play_shop(),
        Some("loop") => play_loop(),
        _ => measure(Called::now()),
    }
}

/// Serves streams; `change` reserves one and is answered with the moments before and after that.
fn play_shop() {
    let runtime = host::runtime();
    let handle = runtime.handle().clone();
    let folder = tempfile::tempdir().unwrap();
    let size = shop::Size { stores: 2, skus: 4, carriers: 2, on_hand: 1_000_000 };
    let shop = runtime.block_on(shop::chain(&shop::sqlite(folder.path()), size));
    let served = shop.clone();
    runtime.spawn(async move { shop::serve(&served, shop::unlimited()).await });
    host::obey(|_| {
        let [before, after] = handle.block_on(change(&shop));
        format!("{before} {after}")
    });
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Between the two lies the commit: it is known by nobody but the writer, and whoever reads along may have told pages
/// of it before the answer is here.
async fn change(shop: &Shop) -> [i64; 2] {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let sku = shop::sku(0);
    let request = request(&format!("010{number:08}"), &shop::store(0), &[(&sku, 1)], &number.to_string());
    let before = machine::clock_ns();
    shop.reserve(request).await.unwrap();
    [before, machine::clock_ns()]
}

/// The floor: as many sockets, and a loop.
fn play_loop() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    host::say(listener.local_addr().unwrap().port());
    let sockets: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let accepted = sockets.clone();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            socket.set_nodelay(true).unwrap();
            socket.write_all(b"event: snapshot\n\n").unwrap();
            accepted.lock().unwrap().push(socket);
        }
    });
    let event = "id: 1000\nevent: stock\ndata: {\"sku\":\"SKU-0\",\"store\":\"store-0\",\"available\":9,\
                 \"shown\":\"9+\",\"level\":\"in_stock\",\"checked_ms\":1795000000000,\"age_s\":0,\"version\":1000}\n\n";
    host::obey(|_| {
        let start = machine::clock_ns();
        for socket in sockets.lock().unwrap().iter_mut() {
            socket.write_all(event.as_bytes()).unwrap();
        }
        // Nothing has to be decided or written before.
        format!("{start} {start}")
    });
}

fn measure(called: Called) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    rlimit::increase_nofile_limit(16_384).unwrap();
    let mut rows = Vec::new();
    let sizes: &[usize] = called.pick(&[1_000, 5_000], &[200]);
    for streams in sizes {
        let local = tokio::task::LocalSet::new();
        let figures = runtime.block_on(local.run_until(compared(called, *streams)));
        rows.extend(reported(*streams, &figures));
    }
    let local = tokio::task::LocalSet::new();
    rows.push(runtime.block_on(local.run_until(memory(called))));
    report::publish(called, "live", &rows);
}

/// What an idle stream takes, ours and the loop's.
async fn memory(called: Called) -> Row {
    let counts = called.pick([2_000, 7_000], [500, 1_500]);
    let own = grown("shop", true, counts).await;
    let floor = grown("loop", false, counts).await;
    let [few, many] = counts;
    Row::new(format!("memory of an idle stream, of the {few}th to the {many}th"), "KiB", own)
        .beside(LOOP, floor, Better::Less, None)
        .at_most(4.0)
}

/// KiB that each stream adds beyond the first ones, which use up what their host has at hand.
async fn grown(role: &str, asks: bool, [few, many]: [usize; 2]) -> f64 {
    let host = Host::start(role, &[]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let first = Readers::open(host.port(), few, asks).await;
    first.begun().await;
    let before = machine::memory(host.id());
    let rest = Readers::open(host.port(), many - few, asks).await;
    rest.begun().await;
    let after = machine::memory(host.id());
    (after as f64 - before as f64) / 1024.0 / (many - few) as f64
}

/// What the rounds showed of one host.
#[derive(Default)]
struct Figures {
    /// Milliseconds from before the change was asked for to the middle reader, and to the last.
    half: Vec<f64>,
    last: Vec<f64>,
    /// From its answer to the last: below zero where all were told before whoever asked for it.
    answered: Vec<f64>,
    /// CPU-µs of a change.
    cpu: Vec<f64>,
    /// Readers that are told a second, until the last of a change.
    rate: Vec<f64>,
    /// MB of the host with all its streams.
    memory: f64,
}

/// A host with all its readers.
struct Side {
    host: Host,
    readers: Readers,
    figures: Figures,
}

async fn compared(called: Called, streams: usize) -> [Figures; 2] {
    let mut sides = Vec::new();
    for (role, asks) in [("shop", true), ("loop", false)] {
        let host = Host::start(role, &[]);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let readers = Readers::open(host.port(), streams, asks).await;
        readers.begun().await;
        sides.push(Side { host, readers, figures: Figures::default() });
    }
    for turn in 0..called.pick(60, 10) {
        for side in &mut sides {
            let figures = round(side).await;
            // The first rounds warm up.
            if turn > 1 {
                let [half, last, answered, cpu] = figures;
                side.figures.half.push(half);
                side.figures.last.push(last);
                side.figures.answered.push(answered);
                side.figures.cpu.push(cpu);
                side.figures.rate.push(streams as f64 / last * 1e3);
            }
        }
    }
    for side in &mut sides {
        side.figures.memory = machine::memory(side.host.id()) as f64 / 1e6;
    }
    let mut sides = sides.into_iter().map(|side| side.figures);
    [sides.next().unwrap(), sides.next().unwrap()]
}

/// Milliseconds to the middle reader, to the last, and from the answer to the last; CPU-µs.
async fn round(side: &mut Side) -> [f64; 4] {
    side.readers.expect();
    let before = machine::cpu_ns(side.host.id());
    side.host.tell("change");
    side.readers.all().await;
    let used = (machine::cpu_ns(side.host.id()) - before) as f64 / 1e3;
    let said = side.host.hear();
    let (called, answered) = said.split_once(' ').unwrap();
    let [called, answered] = [called, answered].map(|at| at.parse::<i64>().unwrap());
    let times = side.readers.times(called);
    let last = quantile(&times, 1.0);
    // Whatever else the change set off is over before the next one.
    tokio::time::sleep(Duration::from_millis(60)).await;
    [quantile(&times, 0.5), last, last - (answered - called) as f64 / 1e6, used]
}

fn reported(streams: usize, [own, floor]: &[Figures; 2]) -> Vec<Row> {
    let ratios: Vec<f64> = floor.last.iter().zip(&own.last).map(|(floor, own)| floor / own).collect();
    let last = format!("{streams} streams, call to the last reader");
    let of = |column: Column, value: fn(&Figures) -> f64| {
        Row::of(&last, column, value(own)).next_to(LOOP, value(floor), None)
    };
    let half = of(Column::Half, |side| median(&side.last) * 1e3);
    let middle = format!("{streams} streams, call to the middle reader (p50)");
    let answered = format!("{streams} streams, the call's answer to the last reader (p50)");
    vec![
        of(Column::Rate, |side| median(&side.rate)),
        of(Column::Cpu, |side| median(&side.cpu)),
        Row { ratio: Some(median(&ratios)), ..half }.ratio_at_least(1.0 / 1.3),
        of(Column::Most, |side| quantile(&side.last, 0.99) * 1e3),
        of(Column::Memory, |side| side.memory),
        Row::new(middle, "ms", median(&own.half)).beside(LOOP, median(&floor.half), Better::Less, None),
        Row::new(answered, "ms", median(&own.answered)).beside(
            LOOP,
            median(&floor.answered),
            Better::Less,
            None,
        ),
    ]
}

/// Open streams, and when each heard of the last change.
struct Readers {
    heard: Rc<RefCell<Heard>>,
    all: Rc<Notify>,
    count: usize,
    /// Each hangs up when this goes; none sees its host go.
    _reading: JoinSet<()>,
}

#[derive(Default)]
struct Heard {
    /// Streams that were told anything.
    begun: usize,
    times: Vec<i64>,
}

impl Readers {
    async fn open(port: u16, count: usize, asks: bool) -> Readers {
        let heard = Rc::new(RefCell::new(Heard::default()));
        let all = Rc::new(Notify::new());
        let mut reading = JoinSet::new();
        for _ in 0..count {
            let stream =
                tokio::net::TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
            reading.spawn_local(listen(stream, asks, heard.clone(), all.clone(), count));
            // The backlog of connections is bounded.
            tokio::task::yield_now().await;
        }
        Readers { heard, all, count, _reading: reading }
    }

    /// Waits until each stream was told how things stand, and the host rests.
    async fn begun(&self) {
        for _ in 0..200 {
            if self.heard.borrow().begun == self.count {
                return tokio::time::sleep(Duration::from_millis(1_500)).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("only {} of {} streams have begun", self.heard.borrow().begun, self.count);
    }

    fn expect(&self) {
        self.heard.borrow_mut().times.clear();
    }

    async fn all(&self) {
        while self.heard.borrow().times.len() < self.count {
            let told = tokio::time::timeout(Duration::from_secs(20), self.all.notified()).await;
            let heard = self.heard.borrow().times.len();
            assert!(told.is_ok(), "only {heard} of {} heard of it", self.count);
        }
    }

    /// Milliseconds since `start`, of each.
    fn times(&self, start: i64) -> Vec<f64> {
        self.heard.borrow().times.iter().map(|at| (at - start) as f64 / 1e6).collect()
    }
}

async fn listen(
    mut stream: tokio::net::TcpStream,
    asks: bool,
    heard: Rc<RefCell<Heard>>,
    all: Rc<Notify>,
    count: usize,
) {
    if asks {
        let question = format!(
            "GET /api/v1/live/stock?sku={}&store={} HTTP/1.1\r\nhost: shop.example\r\naccept: text/event-stream\r\n\r\n",
            shop::sku(0),
            shop::store(0)
        );
        stream.write_all(question.as_bytes()).await.unwrap();
    }
    let mut buffer = vec![0_u8; 4096];
    let mut is_new = true;
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "a stream was closed");
        if std::mem::take(&mut is_new) {
            heard.borrow_mut().begun += 1;
        }
        let is_event = buffer[..read].windows(12).any(|at| at == b"event: stock");
        if is_event {
            let mut heard = heard.borrow_mut();
            heard.times.push(machine::clock_ns());
            if heard.times.len() == count {
                all.notify_one();
            }
        }
    }
}
