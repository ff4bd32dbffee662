//! Everybody who comes at once: those who ask as fast as they are answered, those who send a byte now and then, and
//! those who open a stream and never read it.

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

use super::Failure;

/// What is asked for again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A product's page, under an address that nobody asked for before: none that is kept, each is rendered.
    Page,
    /// A reservation that is not there is to be cancelled: nothing changes, and whoever asks waits for the database.
    Deed,
}

/// Counts what was asked for, so that nothing is asked for twice.
static ASKED: AtomicU64 = AtomicU64::new(0);

impl Wanted {
    fn request(self, number: usize) -> String {
        let turn = ASKED.fetch_add(1, Ordering::Relaxed);
        let client = format!("10.1.{}.{}", number / 250, number % 250);
        match self {
            Wanted::Page => format!(
                "GET /p/drill-0?drill={turn} HTTP/1.1\r\nhost: drill\r\nx-forwarded-for: {client}\r\n\r\n"
            ),
            Wanted::Deed => format!(
                "POST /api/v1/reservations/R-{turn}/cancel HTTP/1.1\r\nhost: drill\r\n\
                 x-forwarded-for: {client}\r\nauthorization: Bearer nothing\r\n\
                 idempotency-key: crowd-{turn}\r\ncontent-length: 0\r\n\r\n"
            ),
        }
    }

    /// The answer of whoever got a place.
    const fn good(self) -> u16 {
        match self {
            Wanted::Page => 200,
            Wanted::Deed => 404,
        }
    }
}

/// A stream that takes nothing for thirty seconds is ended, and whoever does not read hears nothing of that: they hang
/// up before, and come again.
const DEAF: Duration = Duration::from_secs(25);

/// Clients that got as far as they wanted.
#[derive(Default)]
pub struct Arrived {
    pub slow: AtomicU64,
    pub deaf: AtomicU64,
}

#[derive(Default)]
struct Counts {
    good: AtomicU64,
    shed: AtomicU64,
    broken: AtomicU64,
    strange: AtomicU64,
}

pub struct Measured {
    pub good: u64,
    pub shed: u64,
    pub broken: u64,
    /// Answers that are neither the good one nor a 503 that says when to come back.
    pub strange: u64,
    pub took: Duration,
}

impl Measured {
    pub fn rate(&self) -> f64 {
        self.good as f64 / self.took.as_secs_f64()
    }
}

/// So many clients ask for it as fast as they are answered.
pub async fn measure(
    addr: SocketAddr,
    wanted: Wanted,
    clients: usize,
    span: Duration,
) -> Result<Measured, Failure> {
    let counts = Arc::new(Counts::default());
    let over = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    for number in 0..clients {
        let (counts, over) = (counts.clone(), over.clone());
        asking.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                if ask(addr, wanted, number, &counts, &over).await.is_err() {
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
async fn ask(
    addr: SocketAddr,
    wanted: Wanted,
    number: usize,
    counts: &Counts,
    over: &AtomicBool,
) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut data = Vec::with_capacity(64 * 1024);
    while !over.load(Ordering::Relaxed) {
        stream.write_all(wanted.request(number).as_bytes()).await?;
        let counter = match read_answer(&mut stream, &mut data).await? {
            (status, _) if status == wanted.good() => &counts.good,
            (503, true) => &counts.shed,
            _ => &counts.strange,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// One whole answer, by its length or its last chunk: its status, and whether it says when to come back.
async fn read_answer(stream: &mut TcpStream, data: &mut Vec<u8>) -> std::io::Result<(u16, bool)> {
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
    let says_when = text.contains("\r\nretry-after:");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    loop {
        let whole = match length {
            Some(length) => data.len() >= head + usize::min(length, 16 << 20),
            None => data.ends_with(b"\r\n0\r\n\r\n"),
        };
        if whole {
            return Ok((status, says_when));
        }
        if stream.read_buf(data).await? == 0 {
            return Err(ended());
        }
    }
}

/// Begins a request and never comes to its end: half of them in the head, half in the body.
pub async fn be_slow(addr: SocketAddr, number: usize, arrived: Arc<Arrived>, over: Arc<AtomicBool>) {
    let mut came = false;
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
            if alive && !came {
                came = true;
                arrived.slow.fetch_add(1, Ordering::Relaxed);
            }
            while alive && !over.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_secs(4)).await;
                alive = stream.write_all(b" ").await.is_ok();
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Opens a live stream, sees that it begins, and never reads from it; after a while another one.
pub async fn be_deaf(addr: SocketAddr, number: usize, arrived: Arc<Arrived>, over: Arc<AtomicBool>) {
    let mut came = false;
    while !over.load(Ordering::Relaxed) {
        if let Some(_stream) = open_stream(addr, number).await {
            if !came {
                came = true;
                arrived.deaf.fetch_add(1, Ordering::Relaxed);
            }
            let opened = Instant::now();
            while opened.elapsed() < DEAF && !over.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        } else {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// A stream that has begun, with little room for what is not read.
async fn open_stream(addr: SocketAddr, number: usize) -> Option<TcpStream> {
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
    let mut start = [0; 15];
    stream.read_exact(&mut start).await.ok()?;
    (&start == b"HTTP/1.1 200 OK").then_some(stream)
}
