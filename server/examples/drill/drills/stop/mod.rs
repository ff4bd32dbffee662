//! Stopping: SIGTERM under load with a thousand live streams open, and two nodes on one PostgreSQL replaced in turn.

mod streams;

use std::time::{Duration, Instant};

use super::{
    Drill, Failure, Plan, Tally, books,
    deeds::{self, Course, Load},
    ground::{self, Ground},
    process::{Launch, Server},
};
use streams::Streams;

const CLIENTS: u64 = 32;
const STREAMS: usize = 1_000;
/// Of two nodes, on the one that goes on; in short on either.
const FEWER: usize = STREAMS / 2;
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
    ground::on_each_engine(plan, INITIAL, alone, rolling).await
}

/// One node: it stops and is started again, and clients wait for it.
async fn alone(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let (launch, server, load) = Load::on_one_server(plan, &ground, CLIENTS).await?;
    let mut tally = Tally::default();
    let stopped = stop_often(plan, &launch, server, &mut tally).await;
    let server = tally.blame(stopped);
    let memories = load.end(server.is_some(), &mut tally).await;
    check_writes(&ground, &memories, &mut tally).await;
    books::close(server, &launch, &ground, &memories, plan.short, &mut tally).await;
    ground.clear().await;
    Ok(tally)
}

/// Answers the server that was started last.
async fn stop_often(
    plan: &Plan,
    launch: &Launch,
    mut server: Server,
    tally: &mut Tally,
) -> Result<Server, Failure> {
    for _ in 0..plan.rounds {
        let streams = Streams::open(launch.addr, STREAMS).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop_one(server, streams, tally).await?;
        server = launch.started().await?.0;
        tally.rounds += 1;
    }
    Ok(server)
}

/// In good order and in time, and all streams on it with it, which have to be open by then.
async fn stop_one(server: Server, mut streams: Streams, tally: &mut Tally) -> Result<(), Failure> {
    let (all, open) = (streams.count(), streams.count_alive());
    let (status, took) = server.stop().await?;
    let ended = streams.count_ended().await;
    println!(
        "stopped in {:.2} s ({status}) with {open} streams, {ended} of them ended in order",
        took.as_secs_f64()
    );
    tally.check(open == all, || format!("{} streams ended before the stop", all - open));
    tally.check(status.success(), || format!("the server ended with {status}"));
    tally.check(took <= LIMIT, || format!("stopping took {:.1} s", took.as_secs_f64()));
    tally.check(ended == open, || format!("{} streams did not end in order", open - ended));
    Ok(())
}

/// Two nodes: while one is replaced the other goes on, and clients notice nothing but a connection that ends.
async fn rolling(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let launches = [Launch::new(plan, &ground)?, Launch::new(plan, &ground)?];
    let mut nodes = [Some(launches[0].started().await?.0), Some(launches[1].started().await?.0)];
    let addresses = launches.iter().map(|launch| launch.addr).collect();
    let load = Load::begin(Course::new(&ground, addresses, Duration::from_millis(5)), CLIENTS, plan.seed);
    let mut tally = Tally::default();
    let rolled = roll(plan, &launches, &mut nodes, &load.course, &mut tally).await;
    tally.blame(rolled);
    let mut nodes: Vec<Server> = nodes.into_iter().flatten().collect();
    let memories = load.end(!nodes.is_empty(), &mut tally).await;
    check_writes(&ground, &memories, &mut tally).await;
    let put_off: u64 = memories.iter().map(|memory| memory.put_off).sum();
    tally.check(put_off == 0, || format!("{put_off} answers were 503 while the other node was there"));
    let last = nodes.pop();
    for node in nodes {
        node.stopped(&mut tally).await;
    }
    books::close(last, &launches[0], &ground, &memories, plan.short, &mut tally).await;
    tally.faults.extend(launches[1].faults());
    ground.clear().await;
    Ok(tally)
}

/// Replaces both nodes so often. A node that does not come back stays away.
async fn roll(
    plan: &Plan,
    launches: &[Launch; 2],
    nodes: &mut [Option<Server>; 2],
    course: &Course,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let most = if plan.short { FEWER } else { STREAMS };
    for _ in 0..plan.rounds {
        for (own, other) in [(0, 1), (1, 0)] {
            let going = Streams::open(launches[own].addr, most).await?;
            let mut staying = Streams::open(launches[other].addr, FEWER).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            let (before, begun) = (course.acknowledged(), Instant::now());
            let Some(server) = nodes[own].take() else { continue };
            stop_one(server, going, tally).await?;
            nodes[own] = Some(launches[own].started().await?.0);
            let (away, meanwhile) = (begun.elapsed(), course.acknowledged() - before);
            let alive = staying.count_alive();
            println!(
                "a node was away for {:.2} s; meanwhile {meanwhile} deeds were acknowledged, and {alive} streams of the \
                 other went on",
                away.as_secs_f64()
            );
            tally.check(meanwhile > 0, || "the other node did not go on".to_owned());
            tally.check(alive == FEWER, || format!("{} streams of the other node ended", FEWER - alive));
        }
        tally.rounds += 1;
    }
    Ok(())
}

/// No write may have failed because a server stopped. A client behind a load balancer sees as much: nobody listens there
/// any more, or the connection is being closed and nothing on it was read; then the request goes elsewhere.
async fn check_writes(ground: &Ground, memories: &[deeds::Memory], tally: &mut Tally) {
    let Some(failed) = tally.blame(books::failed_writes(&ground.url, memories).await) else { return };
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
}
