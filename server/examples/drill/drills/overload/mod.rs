//! More than it can do: five times the requests it answers at once, thousands of clients that send a byte now and
//! then, thousands of streams that nobody reads. What it answers stays near its peak, and its memory stays bounded.
//! Then its database stands still while more wait for it than there is room for: who is too many is sent away at once.

mod crowd;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use onshelf_db::{Db, Tx};
use tokio::{sync::Notify, task::JoinSet, time::timeout};

use super::{
    Drill, Failure, Plan, Tally, books,
    deeds::{Course, Load},
    ground::Ground,
    process::{Launch, Server},
};
use crowd::{Arrived, Measured, Wanted, be_deaf, be_slow, measure};

/// Clients whose answers make the peak.
const CLIENTS: usize = 64;
/// Of the peak, under all that load.
const TARGET: f64 = 0.8;
/// Of the streams nobody reads, so many are open at any moment: the others are just coming back.
const OPEN: f64 = 0.9;
/// Of those who ask, so many may find their connection broken off: whoever is too many is told so.
const BROKEN: f64 = 0.01;
/// Of the whole process, with some fifteen thousand connections open.
const MEMORY: u64 = 768 << 20;

/// All slow senders and all streams are there by then.
const ARRIVAL: Duration = Duration::from_secs(60);
/// How long the database stands still: less than anybody waits for it.
const STILL: Duration = Duration::from_secs(3);
/// From then on deeds are acknowledged again within this.
const RECOVERY: Duration = Duration::from_secs(10);

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
    let mut tally = Tally::default();
    for _ in 0..plan.rounds {
        tally.add_part(once(plan, &crowd).await);
    }
    Ok(tally)
}

async fn once(plan: &Plan, crowd: &Crowd) -> Result<Tally, Failure> {
    let ground = Ground::quick(plan, 1_000).await?;
    let mut launch = Launch::new(plan, &ground)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    launch.core = (cores > 1).then_some(0);
    let (server, _) = launch.started().await?;
    let idle = server.memory().0 >> 20;
    let peak = measure(launch.addr, Wanted::Page, CLIENTS, crowd.measured).await?;
    println!("peak: {:.0} pages a second, {} MB ({idle} MB idle)", peak.rate(), server.memory().0 >> 20);

    // Deeds go on, money among them: streams have something to be told, and nothing of it may be lost.
    let course = Course::new(&ground, vec![launch.addr], Duration::from_millis(50));
    let load = Load::begin(course, 8, plan.seed);
    let mut tally = Tally::default();
    let over = Arc::new(AtomicBool::new(false));
    let mut crowded = come(&launch, crowd, &over, &mut tally).await;
    let endured = endure(&launch, &server, crowd, &peak, &mut tally).await;
    tally.blame(endured);
    let stood = stand_still(&launch, &ground, crowd, &mut tally).await;
    tally.blame(stood);
    let again = load.course.acknowledges_within(Instant::now(), RECOVERY).await;
    tally.check(again.is_some(), || "no deed was acknowledged once the database went on".to_owned());
    let most = server.memory().1;
    tally.check(most <= MEMORY, || format!("{} MB of memory", most >> 20));
    over.store(true, Ordering::SeqCst);
    crowded.shutdown().await;
    tally.rounds += 1;
    let memories = load.end(true, &mut tally).await;
    books::close(Some(server), &launch, &ground, &memories, plan.short, &mut tally).await;
    ground.clear().await;
    Ok(tally)
}

/// What it answers with all of them there.
async fn endure(
    launch: &Launch,
    server: &Server,
    crowd: &Crowd,
    peak: &Measured,
    tally: &mut Tally,
) -> Result<(), Failure> {
    check_streams(launch, crowd, tally).await?;
    let loaded = measure(launch.addr, Wanted::Page, CLIENTS + crowd.greedy, crowd.measured).await?;
    let (now, most) = server.memory();
    check_streams(launch, crowd, tally).await?;
    let ratio = loaded.rate() / peak.rate().max(1.0);
    println!(
        "with {} greedy clients, {} slow senders and {} deaf streams: {:.0} pages a second ({:.0} % of the peak), \
         {:.0} a second sent away with 503, {} broken off; {} MB now, {} MB at most",
        crowd.greedy,
        crowd.slow,
        crowd.deaf,
        loaded.rate(),
        ratio * 100.0,
        loaded.shed as f64 / loaded.took.as_secs_f64(),
        loaded.broken,
        now >> 20,
        most >> 20,
    );
    tally.check(ratio >= crowd.target, || {
        format!("{:.0} % of the peak is less than {:.0} %", ratio * 100.0, crowd.target * 100.0)
    });
    tally.check(loaded.strange == 0, || format!("{} answers were neither a page nor 503", loaded.strange));
    check_broken(&loaded, crowd, tally);
    Ok(())
}

/// Streams that the server ended load nobody: nearly all of them must be open, as itself tells.
async fn check_streams(launch: &Launch, crowd: &Crowd, tally: &mut Tally) -> Result<(), Failure> {
    let open = launch.figure("onshelf_live_streams").await?;
    println!("{open} of {} streams are open", crowd.deaf);
    tally.check(open as f64 >= crowd.deaf as f64 * OPEN, || {
        format!("{open} of {} streams were open, so that the others were no load", crowd.deaf)
    });
    Ok(())
}

fn check_broken(measured: &Measured, crowd: &Crowd, tally: &mut Tally) {
    let most = (CLIENTS + crowd.greedy) as f64 * BROKEN;
    tally.check(measured.broken as f64 <= most, || {
        format!("{} connections were broken off instead of answered", measured.broken)
    });
}

/// Slow senders and deaf streams come and stay. What was not there overloads nobody, so each of them has to arrive.
async fn come(launch: &Launch, crowd: &Crowd, over: &Arc<AtomicBool>, tally: &mut Tally) -> JoinSet<()> {
    let arrived = Arc::new(Arrived::default());
    let mut crowded = JoinSet::new();
    for number in 0..crowd.deaf {
        crowded.spawn(be_deaf(launch.addr, number, arrived.clone(), over.clone()));
    }
    for number in 0..crowd.slow {
        crowded.spawn(be_slow(launch.addr, number, arrived.clone(), over.clone()));
    }
    let wanted = (crowd.slow as u64, crowd.deaf as u64);
    let there = || (arrived.slow.load(Ordering::Relaxed), arrived.deaf.load(Ordering::Relaxed));
    let begun = Instant::now();
    while there() != wanted && begun.elapsed() < ARRIVAL {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (slow, deaf) = there();
    println!(
        "{slow} slow senders and {deaf} streams nobody reads after {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    tally.check(slow == wanted.0, || format!("{slow} of {} slow senders connected", wanted.0));
    tally.check(deaf == wanted.1, || format!("{deaf} of {} streams were opened", wanted.1));
    crowded
}

/// Nobody can write for a while, and more want to than may wait: the others are told to come back.
async fn stand_still(
    launch: &Launch,
    ground: &Ground,
    crowd: &Crowd,
    tally: &mut Tally,
) -> Result<(), Failure> {
    // Nobody asks before it stands still: a crowd of writers would not let it come to that.
    let (held, enough) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let asking = async {
        timeout(RECOVERY, held.notified()).await.map_err(|_| "the writer's place was not to be had")?;
        // A quarter of it goes before anything is counted.
        let asked = measure(launch.addr, Wanted::Deed, CLIENTS + crowd.greedy, STILL.mul_f64(0.8)).await;
        enough.notify_one();
        asked
    };
    let (asked, ()) = tokio::try_join!(asking, hold_still(ground.url.clone(), held.clone(), enough.clone()))?;
    println!(
        "the database stood still for {} s: {} requests were sent away with 503, {} answered, {} broken off",
        STILL.as_secs(),
        asked.shed,
        asked.good,
        asked.broken
    );
    tally.check(asked.shed > 0, || "nobody was sent away, however many waited".to_owned());
    tally.check(asked.strange == 0, || format!("{} answers were neither 404 nor 503", asked.strange));
    check_broken(&asked, crowd, tally);
    Ok(())
}

/// Has the writer's place until it is enough, as on a disk that does not answer.
async fn hold_still(url: String, held: Arc<Notify>, enough: Arc<Notify>) -> Result<(), Failure> {
    let db = Db::open(&url).await?;
    db.write(move |tx| {
        let (held, enough) = (held.clone(), enough.clone());
        Box::pin(async move {
            if let Tx::Postgres(connection) = tx {
                let lock = "LOCK TABLE reservations IN ACCESS EXCLUSIVE MODE";
                sqlx::query(lock).execute(&mut *connection).await?;
            }
            held.notify_one();
            enough.notified().await;
            Ok::<_, onshelf_db::Error>(())
        })
    })
    .await?;
    db.close().await;
    Ok(())
}
