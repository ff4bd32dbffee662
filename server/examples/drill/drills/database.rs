//! PostgreSQL goes away in every way it can: reset connections, stopped hard, slow, stalled, refusing, dead without
//! a word. Clients are asked to come back, and when it is there again so is the shop.

use std::time::{Duration, Instant};

use super::{
    Drill, Failure, Plan, Tally, books,
    cluster::Cluster,
    deeds::{Course, Load},
    ground::Ground,
    process::Launch,
    wire::{State, Wire},
};

const CLIENTS: u64 = 32;
const INITIAL: i64 = 30;
/// From the moment the database answers again to the next acknowledged deed.
const RECOVERY: Duration = Duration::from_secs(5);
/// The longest accident, in lengths of the others. An answer that takes that long and [`RECOVERY`] is none any more.
const LONGEST: u32 = 3;
/// The same where the connections died without a word. Nobody tells that moment: first somebody has to have waited in
/// vain, and what a transaction on one of them has locked stays locked until the server ends it, idle for five seconds,
/// and as long again for whoever stood in line behind it on another. To try less, let this be [`RECOVERY`].
const AFTER_SILENCE: Duration = Duration::from_secs(10);

pub const DRILL: Drill = Drill {
    name: "database",
    about: "PostgreSQL stopped hard, slow, stalled, cut off: 503, and back within 5 s",
    rounds: (60, 6),
    run: |plan| Box::pin(drill(plan)),
};

/// What is done to it.
#[derive(Clone, Copy, Debug)]
enum Accident {
    Reset,
    Slow,
    StopHard,
    Refuse,
    Stall,
    Dead,
}

impl Accident {
    /// Ends connections in the middle of what they are at.
    const fn cuts(self) -> bool {
        matches!(self, Accident::Reset | Accident::StopHard | Accident::Refuse)
    }

    /// How soon after it deeds are acknowledged again.
    const fn recovery(self) -> Duration {
        if matches!(self, Accident::Dead) { AFTER_SILENCE } else { RECOVERY }
    }
}

const ACCIDENTS: [Accident; 6] =
    [Accident::Reset, Accident::Dead, Accident::Slow, Accident::StopHard, Accident::Refuse, Accident::Stall];

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    if !plan.on_postgres() {
        return Ok(Tally::not_run("SQLite has no server that could go away"));
    }
    let Some(mut ground) = furnished(plan).await? else {
        return Ok(Tally::not_run("PostgreSQL is not installed, and no server was named by --database-url"));
    };
    let mut tally = Tally::default();
    let mut accidents = ACCIDENTS.to_vec();
    if ground.cluster().is_none() {
        accidents.retain(|accident| !matches!(accident, Accident::StopHard));
        tally.skip("the server that was named is not the drill's own to be stopped hard: only the wire to it was cut");
    }
    tally.add_part(on(plan, ground, &accidents).await);
    Ok(tally)
}

/// On the server that was named, else on a cluster of the drill's own; none where that is not installed.
async fn furnished(plan: &Plan) -> Result<Option<Ground>, Failure> {
    if let Some(server) = &plan.database {
        return Ground::on_server(server, INITIAL, None).await.map(Some);
    }
    let Some(cluster) = Cluster::start().await? else { return Ok(None) };
    let server = cluster.url();
    Ground::on_server(&server, INITIAL, Some(cluster)).await.map(Some)
}

/// A wire to the ground's database, and its address by that wire.
async fn wired(ground: &Ground, short: bool) -> Result<(Wire, String), Failure> {
    let mut url = url::Url::parse(&ground.url)?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the server is not reached by TCP")?;
    let wire = Wire::to(host.trim_matches(['[', ']']), url.port().unwrap_or(5_432)).await?;
    url.set_host(Some("127.0.0.1"))?;
    url.set_port(Some(wire.port)).map_err(|()| "the server's address takes no port")?;
    if short {
        // A wire that is dead is known to be after the longest a statement may take.
        url.query_pairs_mut().append_pair("options[statement_timeout]", "2000");
    }
    Ok((wire, url.to_string()))
}

async fn on(plan: &Plan, mut ground: Ground, accidents: &[Accident]) -> Result<Tally, Failure> {
    let (wire, by_wire) = wired(&ground, plan.short).await?;
    let launch = Launch::new(plan, &ground)?.with("ONSHELF_DATABASE_URL", by_wire);
    let (server, _) = launch.started().await?;
    let course = Course::new(&ground, vec![launch.addr], Duration::from_millis(5));
    let course = course.patient(Duration::from_secs(if plan.short { 6 } else { 40 }));
    let load = Load::begin(course, CLIENTS, plan.seed);
    let mut tally = Tally::default();
    let length = Duration::from_millis(if plan.short { 600 } else { 4_000 });
    for (_, accident) in (0..plan.rounds).zip(accidents.iter().copied().cycle()) {
        tokio::time::sleep(Duration::from_millis(if plan.short { 200 } else { 2_000 })).await;
        let had = go_through(accident, length, &wire, &mut ground, &load.course, &mut tally).await;
        if tally.blame(had).is_none() {
            break;
        }
        tally.rounds += 1;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let memories = load.end(true, &mut tally).await;
    let slowest = memories.iter().map(|memory| memory.slowest).max().unwrap_or_default();
    println!("no good answer took longer than {:.1} s", slowest.as_secs_f64());
    tally.check(slowest <= length * LONGEST + RECOVERY, || {
        format!("somebody waited {:.1} s for a good answer", slowest.as_secs_f64())
    });
    let checked = check_connections(&launch, &ground, &mut tally).await;
    tally.blame(checked);
    let audit = launch.with("ONSHELF_DATABASE_URL", ground.url.clone());
    books::close(Some(server), &audit, &ground, &memories, plan.short, &mut tally).await;
    ground.clear().await;
    Ok(tally)
}

/// One accident, and what clients notice of it and of its end.
async fn go_through(
    accident: Accident,
    length: Duration,
    wire: &Wire,
    ground: &mut Ground,
    course: &Course,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let before = course.put_off();
    let repaired = happen(accident, length, wire, ground).await?;
    match course.acknowledges_within(repaired, RECOVERY * 6).await {
        Some(took) => {
            println!("{accident:?}: deeds acknowledged again after {:.2} s", took.as_secs_f64());
            tally.check(took <= accident.recovery(), || {
                format!("{accident:?}: recovery took {:.1} s", took.as_secs_f64())
            });
        }
        None => tally.fault(format!("{accident:?}: no deed was acknowledged again")),
    }
    let put_off = course.put_off() - before;
    println!("{accident:?}: {put_off} answers were 503");
    // Whoever was in the middle of something cannot have been told anything else.
    tally.check(put_off > 0 || !accident.cuts(), || format!("{accident:?}: nobody was asked to come back"));
    Ok(())
}

/// Does it, waits, repairs it, and answers when it was whole again.
async fn happen(
    accident: Accident,
    length: Duration,
    wire: &Wire,
    ground: &mut Ground,
) -> Result<Instant, Failure> {
    match accident {
        Accident::Reset => {
            for _ in 0..4 {
                wire.reset_all();
                tokio::time::sleep(length / 4).await;
            }
        }
        Accident::Slow => {
            wire.set(State::Slow(Duration::from_millis(60)));
            tokio::time::sleep(length).await;
        }
        Accident::StopHard => {
            if let Some(cluster) = ground.cluster() {
                cluster.stop_hard().await?;
                tokio::time::sleep(length).await;
                cluster.go_on().await?;
            }
        }
        Accident::Refuse => {
            wire.set(State::Refusing);
            wire.reset_all();
            tokio::time::sleep(length).await;
        }
        Accident::Stall => {
            wire.set(State::Stalled);
            tokio::time::sleep(length * LONGEST).await;
        }
        Accident::Dead => {
            wire.leave_dead();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    wire.set(State::Good);
    Ok(Instant::now())
}

/// No connection may be left inside a transaction that nobody ends.
async fn check_connections(launch: &Launch, ground: &Ground, tally: &mut Tally) -> Result<(), Failure> {
    let db = onshelf_db::Db::open(&ground.url).await?;
    let sql = "SELECT state, CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity
               WHERE application_name LIKE 'onshelf%' AND datname = current_database()
                 AND state LIKE 'idle in transaction%' AND state_change < now() - interval '2 seconds'
               GROUP BY state";
    let poisoned: Vec<(String, i64)> = books::ask(&db, sql).await?;
    db.close().await;
    tally.check(poisoned.is_empty(), || format!("connections left in a transaction: {poisoned:?}"));
    let ready = reqwest::get(format!("http://{}/health/ready", launch.addr)).await?;
    tally.check(ready.status().is_success(), || "the server is not ready at the end".to_owned());
    Ok(())
}
