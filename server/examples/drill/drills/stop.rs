//! Stopping: SIGTERM under load with a thousand live streams open, and two nodes on one PostgreSQL replaced in turn.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::{Drill, Failure, Plan, Tally, books, deeds, ground::Ground, money, process::Launch};

const CLIENTS: u64 = 32;
const STREAMS: usize = 1_000;
const INITIAL: i64 = 30;
/// From SIGTERM to the end of the process.
const LIMIT: Duration = Duration::from_secs(10);

pub const DRILL: Drill = Drill {
    name: "stop",
    about: "SIGTERM under load with 1,000 live streams; two nodes replaced in turn",
    rounds: (20, 1),
    run: |plan| Box::pin(drill(plan)),
};

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    // Streams of ours are open files as well.
    let _ = rlimit::increase_nofile_limit(8_192);
    let mut tally = Tally::default();
    if plan.on_sqlite() {
        tally.add(alone(plan, Ground::sqlite(INITIAL).await?).await?);
    }
    if let Some(ground) = Ground::postgres(plan, INITIAL, &mut tally).await? {
        tally.add(rolling(plan, ground).await?);
    }
    Ok(tally)
}

/// One node: it stops and is started again, and clients wait for it.
async fn alone(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let launch = Launch::new(plan, &ground)?;
    let (mut server, _) = launch.started().await?;
    let course = deeds::Course::new(&ground, vec![launch.addr], Duration::from_millis(5));
    let course = Arc::new(course.paying());
    let clients = deeds::start(&course, CLIENTS, plan.seed);
    let mut tally = Tally { rounds: plan.rounds, ..Tally::default() };
    for _ in 0..plan.rounds {
        let streams = open_streams(&launch, STREAMS).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (status, took) = server.stop().await?;
        let ended = streams.count_ended().await;
        println!(
            "SQLite: stopped in {:.2} s ({status}) with {STREAMS} streams, {ended} of them ended in order",
            took.as_secs_f64()
        );
        tally.check(status.success(), || format!("the server ended with {status}"));
        tally.check(took <= LIMIT, || format!("stopping took {:.1} s", took.as_secs_f64()));
        tally.check(ended == STREAMS, || format!("{} streams did not end in order", STREAMS - ended));
        server = launch.started().await?.0;
    }
    course.end();
    let memories = deeds::gather(clients).await?;
    money::settle_all(&ground.url, plan.short, &mut tally).await?;
    server.stop().await?;
    check_writes(&ground, &memories, &mut tally).await?;
    tally.add(books::settle(&launch, &ground.url, &memories, ground.initial).await?);
    Ok(tally)
}

/// Two nodes: while one is replaced the other goes on, and clients notice nothing but a connection that ends.
async fn rolling(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let launches = [Launch::new(plan, &ground)?, Launch::new(plan, &ground)?];
    let mut nodes = [Some(launches[0].started().await?.0), Some(launches[1].started().await?.0)];
    let addresses = launches.iter().map(|launch| launch.addr).collect();
    let course = Arc::new(deeds::Course::new(&ground, addresses, Duration::from_millis(5)).paying());
    let clients = deeds::start(&course, CLIENTS, plan.seed);
    let mut tally = Tally { rounds: plan.rounds, ..Tally::default() };
    for _ in 0..plan.rounds {
        for (launch, node) in launches.iter().zip(&mut nodes) {
            let streams = open_streams(launch, STREAMS / 2).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            let before = course.acknowledged();
            let Some(server) = node.take() else { continue };
            let begun = Instant::now();
            let (status, took) = server.stop().await?;
            let ended = streams.count_ended().await;
            *node = Some(launch.started().await?.0);
            let away = begun.elapsed();
            let meanwhile = course.acknowledged() - before;
            println!(
                "PostgreSQL: a node stopped in {:.2} s and was away for {:.2} s; {meanwhile} deeds were acknowledged meanwhile",
                took.as_secs_f64(),
                away.as_secs_f64()
            );
            tally.check(status.success(), || format!("a node ended with {status}"));
            tally.check(took <= LIMIT, || format!("stopping took {:.1} s", took.as_secs_f64()));
            tally.check(meanwhile > 0, || "the other node did not go on".to_owned());
            tally
                .check(ended == STREAMS / 2, || format!("{ended} of {} streams ended in order", STREAMS / 2));
        }
    }
    course.end();
    let memories = deeds::gather(clients).await?;
    money::settle_all(&ground.url, plan.short, &mut tally).await?;
    check_writes(&ground, &memories, &mut tally).await?;
    let put_off: u64 = memories.iter().map(|memory| memory.put_off).sum();
    tally.check(put_off == 0, || format!("{put_off} answers were 503 while the other node was there"));
    for node in nodes.into_iter().flatten() {
        node.stop().await?;
    }
    tally.add(books::settle(&launches[0], &ground.url, &memories, ground.initial).await?);
    tally.faults.extend(launches[1].faults());
    ground.clear().await?;
    Ok(tally)
}

/// No write may have failed because a server stopped. A client behind a load balancer sees as much: nobody listens there
/// any more, or the connection is being closed and nothing on it was read; then the request goes elsewhere.
async fn check_writes(ground: &Ground, memories: &[deeds::Memory], tally: &mut Tally) -> Result<(), Failure> {
    let failed = books::failed_writes(&ground.url, memories).await?;
    let sum = |count: fn(&deeds::Memory) -> u64| memories.iter().map(count).sum::<u64>();
    println!(
        "{}: {} requests found nobody, {} writes were cut off, {} of them failed, {} answers were 503",
        ground.engine(),
        sum(|memory| memory.unheard),
        sum(|memory| memory.cut.len() as u64),
        failed.len(),
        sum(|memory| memory.put_off),
    );
    tally.faults.extend(failed.into_iter().map(|what| format!("a write failed: {what}")));
    Ok(())
}

/// Live streams that are read to their end.
pub struct Streams(JoinSet<bool>);

/// Opens streams of the hot SKUs, some at a time, and waits until each has begun.
pub async fn open_streams(launch: &Launch, count: usize) -> Result<Streams, Failure> {
    let opening = (0..count).map(|number| open_stream(launch.addr, number));
    let mut opening = futures::stream::iter(opening).buffer_unordered(50);
    let mut readers = JoinSet::new();
    while let Some(stream) = opening.next().await {
        readers.spawn(ends_in_order(stream?));
    }
    Ok(Streams(readers))
}

async fn open_stream(addr: SocketAddr, number: usize) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(addr).await?;
    let client = format!("10.9.{}.{}", number / 250, number % 250);
    let head = format!(
        "GET /api/v1/live/stock?sku=DRILL-0&sku=DRILL-1 HTTP/1.1\r\nhost: drill\r\nx-forwarded-for: {client}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut start = [0; 15];
    stream.read_exact(&mut start).await?;
    if &start == b"HTTP/1.1 200 OK" {
        return Ok(stream);
    }
    Err(format!("a live stream began with {}", String::from_utf8_lossy(&start)).into())
}

/// Reads to the end: true for a last chunk, false for a connection that broke.
async fn ends_in_order(mut stream: TcpStream) -> bool {
    let (mut tail, mut data) = (Vec::new(), [0u8; 4096]);
    loop {
        match stream.read(&mut data).await {
            Ok(0) => return tail.ends_with(b"0\r\n\r\n"),
            Ok(length) => {
                tail.extend_from_slice(&data[..length]);
                tail.drain(..tail.len().saturating_sub(8));
            }
            Err(_) => return false,
        }
    }
}

impl Streams {
    /// How many ended with the last chunk, and not by a broken connection.
    pub async fn count_ended(mut self) -> usize {
        let mut ended = 0;
        while let Some(one) = self.0.join_next().await {
            ended += usize::from(one.unwrap_or(false));
        }
        ended
    }
}
