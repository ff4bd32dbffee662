//! More than it can do: five times the requests it answers at once, thousands of clients that send a byte now and
//! then, thousands of streams that nobody reads. What it answers stays near its peak, and its memory stays bounded.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
};

use super::{Drill, Failure, Plan, Tally, books, deeds, ground::Ground, process::Launch};

/// Clients whose answers make the peak.
const CLIENTS: usize = 64;
/// What the answers are measured by: a page that is rendered.
const PAGE: &str = "/p/drill-0";
/// Of the peak, under all that load.
const TARGET: f64 = 0.8;
/// Of the whole process, with some fifteen thousand connections open.
const MEMORY: u64 = 768 << 20;

pub const DRILL: Drill = Drill {
    name: "overload",
    about: "five times too many requests, slow senders, streams nobody reads",
    rounds: (3, 1),
    run: |plan| Box::pin(drill(plan)),
};

/// How much is thrown at it.
struct Crowd {
    greedy: usize,
    slow: usize,
    deaf: usize,
    measured: Duration,
    target: f64,
}

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let files = rlimit::increase_nofile_limit(24_000)?;
    // In short the machine is busy with other tests and nothing is optimised: half is asked for.
    let crowd = if plan.short {
        let measured = Duration::from_millis(1_500);
        Crowd { greedy: 1_300, slow: 400, deaf: 400, measured, target: TARGET / 2.0 }
    } else {
        let measured = Duration::from_secs(10);
        Crowd { greedy: 5 * 1_024, slow: 5_000, deaf: 5_000, measured, target: TARGET }
    };
    let wanted = (crowd.greedy + crowd.slow + crowd.deaf + 2 * CLIENTS) as u64;
    if files < wanted + 100 {
        return Err(format!("{wanted} open files are needed, the system allows {files}").into());
    }
    let mut tally = Tally { rounds: plan.rounds, ..Tally::default() };
    for _ in 0..plan.rounds {
        tally.add(once(plan, &crowd).await?);
    }
    Ok(tally)
}

async fn once(plan: &Plan, crowd: &Crowd) -> Result<Tally, Failure> {
    let ground = Ground::quick(plan, 1_000).await?;
    let mut launch = Launch::new(plan, &ground)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    launch.core = (cores > 1).then_some(0);
    let (server, _) = launch.started().await?;
    let idle = server.memory().0;
    let peak = measure(launch.addr, CLIENTS, crowd.measured).await?;
    println!("peak: {:.0} pages a second, {} MB", peak.rate(), server.memory().0 >> 20);

    // Deeds go on: streams have something to be told, and nothing of it may be lost.
    let course = Arc::new(deeds::Course::new(&ground, vec![launch.addr], Duration::from_millis(50)));
    let clients = deeds::start(&course, 8, plan.seed);
    let over = Arc::new(AtomicBool::new(false));
    let mut crowded = JoinSet::new();
    let addr = launch.addr;
    for number in 0..crowd.deaf {
        let over = over.clone();
        crowded.spawn(async move {
            // Whoever cannot get in has nothing to be deaf to.
            be_deaf(addr, number, over).await;
        });
    }
    for number in 0..crowd.slow {
        crowded.spawn(be_slow(addr, number, over.clone()));
    }
    tokio::time::sleep(Duration::from_secs(if plan.short { 1 } else { 8 })).await;
    let loaded = measure(launch.addr, CLIENTS + crowd.greedy, crowd.measured).await?;
    let (now, most) = server.memory();
    let ratio = loaded.rate() / peak.rate().max(1.0);
    println!(
        "with {} greedy clients, {} slow senders and {} deaf streams: {:.0} pages a second ({:.0} % of the peak), \
         {:.0} a second sent away with 503, {} broken off; {} MB now, {} MB at most, {} MB idle",
        crowd.greedy,
        crowd.slow,
        crowd.deaf,
        loaded.rate(),
        ratio * 100.0,
        loaded.shed as f64 / loaded.took.as_secs_f64(),
        loaded.broken,
        now >> 20,
        most >> 20,
        idle >> 20,
    );
    let mut tally = Tally::default();
    tally.check(ratio >= crowd.target, || {
        format!("{:.0} % of the peak is less than {:.0} %", ratio * 100.0, crowd.target * 100.0)
    });
    tally.check(most <= MEMORY, || format!("{} MB of memory", most >> 20));
    tally.check(loaded.strange == 0, || format!("{} answers were neither a page nor 503", loaded.strange));
    over.store(true, Ordering::SeqCst);
    crowded.shutdown().await;
    course.end();
    let memories = deeds::gather(clients).await?;
    let (status, took) = server.stop().await?;
    tally.check(status.success(), || format!("the server ended with {status}"));
    println!("stopped in {:.1} s", took.as_secs_f64());
    tally.add(books::settle(&launch, &ground.url, &memories, ground.initial).await?);
    ground.clear().await?;
    Ok(tally)
}

#[derive(Default)]
struct Counts {
    good: AtomicU64,
    shed: AtomicU64,
    broken: AtomicU64,
    strange: AtomicU64,
}

struct Measured {
    good: u64,
    shed: u64,
    broken: u64,
    strange: u64,
    took: Duration,
}

impl Measured {
    fn rate(&self) -> f64 {
        self.good as f64 / self.took.as_secs_f64()
    }
}

/// So many clients ask for the page as fast as they are answered.
async fn measure(addr: SocketAddr, clients: usize, span: Duration) -> Result<Measured, Failure> {
    let counts = Arc::new(Counts::default());
    let over = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    for number in 0..clients {
        let (counts, over) = (counts.clone(), over.clone());
        asking.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                if ask(addr, number, &counts, &over).await.is_err() {
                    counts.broken.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
    }
    // Until all are connected and the first answers have come.
    tokio::time::sleep(span / 4).await;
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (good, shed) = (count(&counts.good), count(&counts.shed));
    let begun = Instant::now();
    tokio::time::sleep(span).await;
    let measured = Measured {
        good: count(&counts.good) - good,
        shed: count(&counts.shed) - shed,
        broken: count(&counts.broken),
        strange: count(&counts.strange),
        took: begun.elapsed(),
    };
    over.store(true, Ordering::Relaxed);
    asking.shutdown().await;
    Ok(measured)
}

/// Asks on one connection until it ends.
async fn ask(addr: SocketAddr, number: usize, counts: &Counts, over: &AtomicBool) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {PAGE} HTTP/1.1\r\nhost: drill\r\nx-forwarded-for: 10.1.{}.{}\r\n\r\n",
        number / 250,
        number % 250
    );
    let mut data = Vec::with_capacity(64 * 1024);
    while !over.load(Ordering::Relaxed) {
        stream.write_all(request.as_bytes()).await?;
        let status = read_answer(&mut stream, &mut data).await?;
        match status {
            200 => counts.good.fetch_add(1, Ordering::Relaxed),
            503 => counts.shed.fetch_add(1, Ordering::Relaxed),
            _ => counts.strange.fetch_add(1, Ordering::Relaxed),
        };
    }
    Ok(())
}

/// One whole answer, by its length or its last chunk.
async fn read_answer(stream: &mut TcpStream, data: &mut Vec<u8>) -> std::io::Result<u16> {
    data.clear();
    let ended = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let head = loop {
        if let Some(at) = data.windows(4).position(|part| part == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(data).await? == 0 {
            return Err(ended());
        }
    };
    let text = String::from_utf8_lossy(&data[..head]).to_lowercase();
    let status = text.get(9..12).and_then(|code| code.parse().ok()).unwrap_or(0);
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    loop {
        let whole = match length {
            Some(length) => data.len() >= head + usize::min(length, 16 << 20),
            None => data.ends_with(b"\r\n0\r\n\r\n"),
        };
        if whole {
            return Ok(status);
        }
        if stream.read_buf(data).await? == 0 {
            return Err(ended());
        }
    }
}

/// Begins a request and never comes to its end: half of them in the head, half in the body.
async fn be_slow(addr: SocketAddr, number: usize, over: Arc<AtomicBool>) {
    while !over.load(Ordering::Relaxed) {
        let begin = if number.is_multiple_of(2) {
            "GET / HTTP/1.1\r\nhost: drill\r\nx-slow: ".to_owned()
        } else {
            "POST /api/v1/availability HTTP/1.1\r\nhost: drill\r\ncontent-type: application/json\r\n\
             content-length: 4000\r\n\r\n{"
                .to_owned()
        };
        if let Ok(mut stream) = TcpStream::connect(addr).await {
            let mut alive = stream.write_all(begin.as_bytes()).await.is_ok();
            while alive && !over.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_secs(4)).await;
                alive = stream.write_all(b" ").await.is_ok();
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Opens a live stream, and never reads from it.
async fn be_deaf(addr: SocketAddr, number: usize, over: Arc<AtomicBool>) -> Option<()> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.set_recv_buffer_size(4_096).ok()?;
    let mut stream = socket.connect(addr).await.ok()?;
    let skus: String = (0..10).map(|index| format!("sku=DRILL-{index}&")).collect();
    let request = format!(
        "GET /api/v1/live/stock?{skus}store=east HTTP/1.1\r\nhost: drill\r\nx-forwarded-for: 10.2.{}.{}\r\n\r\n",
        number / 250,
        number % 250
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Some(())
}
