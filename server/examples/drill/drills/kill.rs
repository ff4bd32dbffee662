//! The server is killed again and again while clients reserve, order, pay, change, cancel and collect the same few
//! SKUs.

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    Drill, Failure, Plan, Tally, books,
    deeds::{Course, Load},
    ground::{self, Ground},
    process::{Launch, Server},
};

const CLIENTS: u64 = 64;
/// Little enough that shelves run empty.
const INITIAL: i64 = 30;

pub const DRILL: Drill = Drill {
    name: "kill",
    about: "SIGKILL under load, again and again; every acknowledged deed is there",
    rounds: (200, 4),
    run: |plan| Box::pin(ground::on_each_engine(plan, INITIAL, on, on)),
};

async fn on(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let (launch, server, load) = Load::on_one_server(plan, &ground, CLIENTS).await?;
    let mut tally = Tally::default();
    let killed = kill_often(plan, &launch, server, &load.course, &mut tally).await;
    let server = tally.blame(killed);
    let memories = load.end(server.is_some(), &mut tally).await;
    println!("{}: killed {} times", ground.engine(), tally.rounds);
    books::close(server, &launch, &ground, &memories, plan.short, &mut tally).await;
    ground.clear().await;
    Ok(tally)
}

/// Answers the server that is alive at the end.
async fn kill_often(
    plan: &Plan,
    launch: &Launch,
    mut server: Server,
    course: &Course,
    tally: &mut Tally,
) -> Result<Server, Failure> {
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let life = if plan.short { 500..1_200 } else { 1_500..4_000 };
    let (mut slowest, mut dead) = (Duration::ZERO, Duration::ZERO);
    for round in 1..=plan.rounds {
        tokio::time::sleep(Duration::from_millis(chance.random_range(life.clone()))).await;
        server.kill()?;
        let begun = Instant::now();
        let (again, took) = launch.started().await?;
        server = again;
        slowest = slowest.max(took);
        dead += begun.elapsed();
        tally.rounds += 1;
        if round % 20 == 0 {
            println!("{round} kills, {} deeds acknowledged", course.acknowledged());
        }
    }
    println!(
        "ready again after {:.0} ms at most ({:.0} ms on average)",
        slowest.as_secs_f64() * 1e3,
        dead.as_secs_f64() * 1e3 / plan.rounds.max(1) as f64,
    );
    // The last life is long enough that deeds cut off by the last kill are settled.
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(server)
}
