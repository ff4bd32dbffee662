//! The server is killed again and again while clients reserve, order, pay, change, cancel and collect the same few
//! SKUs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{Drill, Failure, Plan, Tally, books, deeds, ground::Ground, money, process::Launch};

const CLIENTS: u64 = 64;
/// Little enough that shelves run empty.
const INITIAL: i64 = 30;

pub const DRILL: Drill = Drill {
    name: "kill",
    about: "SIGKILL under load, again and again; every acknowledged deed is there",
    rounds: (200, 4),
    run: |plan| Box::pin(drill(plan)),
};

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    if plan.on_sqlite() {
        tally.add(on(plan, Ground::sqlite(INITIAL).await?).await?);
    }
    if let Some(ground) = Ground::postgres(plan, INITIAL, &mut tally).await? {
        tally.add(on(plan, ground).await?);
    }
    Ok(tally)
}

async fn on(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let launch = Launch::new(plan, &ground)?;
    let (mut server, _) = launch.started().await?;
    let course = deeds::Course::new(&ground, vec![launch.addr], Duration::from_millis(5));
    let course = Arc::new(course.paying());
    let clients = deeds::start(&course, CLIENTS, plan.seed);
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let life = if plan.short { 500..1_200 } else { 1_500..4_000 };
    let (mut slowest, mut dead) = (Duration::ZERO, Duration::ZERO);
    for round in 0..plan.rounds {
        tokio::time::sleep(Duration::from_millis(chance.random_range(life.clone()))).await;
        server.kill()?;
        let begun = Instant::now();
        let (again, took) = launch.started().await?;
        server = again;
        slowest = slowest.max(took);
        dead += begun.elapsed();
        if (round + 1) % 20 == 0 {
            println!("{} kills, {} deeds acknowledged", round + 1, course.acknowledged());
        }
    }
    // The last life is long enough that deeds cut off by the last kill are settled.
    tokio::time::sleep(Duration::from_millis(300)).await;
    course.end();
    let memories = deeds::gather(clients).await?;
    let mut tally = Tally { rounds: plan.rounds, ..Tally::default() };
    let dust = money::settle_all(&ground.url, plan.short, &mut tally).await?;
    println!("{}: no money is under way {:.1} s after the last deed", ground.engine(), dust.as_secs_f64());
    let (status, took) = server.stop().await?;
    println!(
        "{}: killed {} times, ready again after {:.0} ms at most ({:.0} ms on average); stopped in {:.1} s ({status})",
        ground.engine(),
        plan.rounds,
        slowest.as_secs_f64() * 1e3,
        dead.as_secs_f64() * 1e3 / plan.rounds.max(1) as f64,
        took.as_secs_f64(),
    );
    tally.add(books::settle(&launch, &ground.url, &memories, ground.initial).await?);
    tally.check(status.success(), || format!("the server ended with {status}"));
    ground.clear().await?;
    Ok(tally)
}
