//! Backups: taken while clients write, restored elsewhere, audited, timed. What was acknowledged before a backup
//! began is in it: reservations and orders, what became of them, deliveries and money.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use onshelf_db::Db;

use super::{
    Drill, Failure, Plan, Tally,
    books::{self, Books},
    deeds::{Course, Load, Memory},
    ground::{Ground, drop_database},
    process::{Launch, is_there},
};

const CLIENTS: u64 = 32;
const INITIAL: i64 = 50;

pub const DRILL: Drill = Drill {
    name: "backup",
    about: "backups taken under load, restored and audited",
    rounds: (20, 2),
    run: |plan| Box::pin(drill(plan)),
};

/// A backup that was taken.
struct Backup {
    file: PathBuf,
    /// When it began: see [`Course::stamp`].
    stamp: u64,
    took: Duration,
    /// Deeds that were acknowledged in this time.
    meanwhile: u64,
}

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    if plan.on_sqlite() {
        let ground = Ground::sqlite(INITIAL).await?;
        tally.add_part(on(plan, ground).await);
    }
    if plan.on_postgres() && !is_there("pg_dump") {
        tally.skip("PostgreSQL's client programs (pg_dump) are not installed");
    } else if let Some(ground) = Ground::postgres(plan, INITIAL, &mut tally).await {
        tally.add_part(on(plan, ground).await);
    }
    Ok(tally)
}

async fn on(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let (launch, server, load) = Load::on_one_server(plan, &ground, CLIENTS).await?;
    let (mut tally, mut copies) = (Tally::default(), Vec::new());
    let taken = take_often(plan, &launch, &ground, &load.course, &mut copies, &mut tally).await;
    tally.blame(taken);
    let memories = load.end(true, &mut tally).await;
    let mut told = 0;
    for copy in &copies {
        let looked = look_into(copy, &launch, &ground, &memories, &mut tally).await;
        told += tally.blame(looked).unwrap_or(0);
    }
    tally.check(told > 0, || {
        "nothing was acknowledged before a backup, so that nothing was looked for".to_owned()
    });
    books::close(Some(server), &launch, &ground, &memories, plan.short, &mut tally).await;
    ground.clear().await;
    Ok(tally)
}

async fn take_often(
    plan: &Plan,
    launch: &Launch,
    ground: &Ground,
    course: &Course,
    copies: &mut Vec<Backup>,
    tally: &mut Tally,
) -> Result<(), Failure> {
    for round in 0..plan.rounds {
        tokio::time::sleep(Duration::from_millis(if plan.short { 600 } else { 3_000 })).await;
        let file = ground.path().join(format!("backup-{round}"));
        let (stamp, acknowledged, begun) = (course.stamp(), course.acknowledged(), Instant::now());
        let (status, said) = launch.command(&["backup", &file.display().to_string()])?;
        let took = begun.elapsed();
        tally.check(status.success(), || format!("the backup failed: {said}"));
        copies.push(Backup { file, stamp, took, meanwhile: course.acknowledged() - acknowledged });
        tally.rounds += 1;
    }
    // Over all of them: on a busy machine nobody may be answered for a moment, whether a backup is taken or not.
    let took: Duration = copies.iter().map(|copy| copy.took).sum();
    let meanwhile: u64 = copies.iter().map(|copy| copy.meanwhile).sum();
    tally.check(meanwhile > 0 || took < Duration::from_millis(100), || "a backup stops writers".to_owned());
    Ok(())
}

/// Restores a backup and looks for what had been acknowledged before it began; answers how much that was.
async fn look_into(
    copy: &Backup,
    launch: &Launch,
    ground: &Ground,
    memories: &[Memory],
    tally: &mut Tally,
) -> Result<u64, Failure> {
    let begun = Instant::now();
    let url = restore(ground, launch, &copy.file, tally).await?;
    let restoring = begun.elapsed();
    let db = Db::open(&url).await?;
    let books = Books::read(&db).await?;
    db.close().await;
    // Of the same millisecond nobody knows which was first.
    let (told, missing) = books.missing(memories, copy.stamp.saturating_sub(1));
    println!(
        "{}: {} kB in {:.2} s, {} deeds meanwhile; restored and audited in {:.2} s, {told} acknowledged facts looked \
         for, {} missing",
        ground.engine(),
        std::fs::metadata(&copy.file)?.len() / 1024,
        copy.took.as_secs_f64(),
        copy.meanwhile,
        restoring.as_secs_f64(),
        missing.len(),
    );
    tally.lost += missing.len() as u64;
    tally.faults.extend(missing);
    if url.starts_with("postgres") {
        let name = url::Url::parse(&url)?.path().trim_start_matches('/').to_owned();
        drop_database(&ground.url, &name).await?;
    }
    Ok(told)
}

/// Restores into an empty database beside the ground's own, and audits it; answers its address.
async fn restore(
    ground: &Ground,
    launch: &Launch,
    file: &Path,
    tally: &mut Tally,
) -> Result<String, Failure> {
    let name =
        format!("restored_{}", file.file_name().unwrap_or_default().to_string_lossy().replace('-', "_"));
    let url = if ground.url.starts_with("sqlite:") {
        format!("sqlite://{}", ground.path().join(name).display())
    } else {
        let name = format!("{}_{name}", ground.database().unwrap_or_default());
        onshelf_db::testing::create_database(&ground.url, &name).await?;
        let mut url = url::Url::parse(&ground.url)?;
        url.set_path(&name);
        url.to_string()
    };
    let elsewhere = launch.clone().with("ONSHELF_DATABASE_URL", url.clone());
    let (status, said) = elsewhere.command(&["restore", &file.display().to_string()])?;
    tally.check(status.success(), || format!("the restore failed: {said}"));
    books::audit(&elsewhere, tally);
    Ok(url)
}
