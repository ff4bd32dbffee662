//! Backups: taken while clients write, restored elsewhere, audited, timed. What was acknowledged before a backup
//! began is in it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use onshelf_db::Db;

use super::{
    Drill, Failure, Plan, Tally,
    books::{self, Books},
    deeds,
    ground::Ground,
    money,
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

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    if plan.on_sqlite() {
        tally.add(on(plan, Ground::sqlite(INITIAL).await?).await?);
    }
    if plan.on_postgres() && !is_there("pg_dump") {
        tally.skip("PostgreSQL's client programs (pg_dump) are not installed");
    } else if let Some(ground) = Ground::postgres(plan, INITIAL, &mut tally).await? {
        tally.add(on(plan, ground).await?);
    }
    Ok(tally)
}

async fn on(plan: &Plan, ground: Ground) -> Result<Tally, Failure> {
    let launch = Launch::new(plan, &ground)?;
    let (server, _) = launch.started().await?;
    let course = deeds::Course::new(&ground, vec![launch.addr], Duration::from_millis(5));
    let course = Arc::new(course.paying());
    let clients = deeds::start(&course, CLIENTS, plan.seed);
    let mut tally = Tally { rounds: plan.rounds, ..Tally::default() };
    let mut copies = Vec::new();
    for round in 0..plan.rounds {
        tokio::time::sleep(Duration::from_millis(if plan.short { 600 } else { 3_000 })).await;
        let file = ground.path().join(format!("backup-{round}"));
        let (stamp, acknowledged, begun) = (course.stamp(), course.acknowledged(), Instant::now());
        let (status, said) = launch.command(&["backup", &file.display().to_string()])?;
        let took = begun.elapsed();
        tally.check(status.success(), || format!("the backup failed: {said}"));
        let meanwhile = course.acknowledged() - acknowledged;
        copies.push((file, stamp, took, meanwhile));
    }
    // Over all of them: on a busy machine nobody may be answered for a moment, whether a backup is taken or not.
    let (took, meanwhile) =
        copies.iter().fold((Duration::ZERO, 0), |(time, deeds), (_, _, took, meanwhile)| {
            (time + *took, deeds + *meanwhile)
        });
    tally.check(meanwhile > 0 || took < Duration::from_millis(100), || "a backup stops writers".to_owned());
    course.end();
    let memories = deeds::gather(clients).await?;
    money::settle_all(&ground.url, plan.short, &mut tally).await?;
    server.stop().await?;
    for (file, stamp, took, meanwhile) in copies {
        let begun = Instant::now();
        let (url, restored) = restore(&ground, &launch, &file).await?;
        let restore_took = begun.elapsed();
        tally.faults.extend(restored);
        let db = Db::open(&url).await?;
        let books = Books::read(&db).await?;
        db.close().await;
        let (told, lost) = missing(&books, &memories, stamp);
        tally.lost += lost;
        println!(
            "{}: {} kB in {:.2} s, {meanwhile} deeds meanwhile; restored and audited in {:.2} s, {told} acknowledged \
             reservations and orders looked for, {lost} missing",
            ground.engine(),
            std::fs::metadata(&file)?.len() / 1024,
            took.as_secs_f64(),
            restore_took.as_secs_f64(),
        );
        drop_database(&ground, &url).await?;
    }
    tally.add(books::settle(&launch, &ground.url, &memories, ground.initial).await?);
    ground.clear().await?;
    Ok(tally)
}

/// Restores into an empty database beside the ground's own; answers its address and what went wrong.
async fn restore(
    ground: &Ground,
    launch: &Launch,
    file: &std::path::Path,
) -> Result<(String, Vec<String>), Failure> {
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
    let mut faults = Vec::new();
    if !status.success() {
        faults.push(format!("the restore failed: {said}"));
    }
    let mut audited = Tally::default();
    books::audit(&elsewhere, &mut audited)?;
    faults.extend(audited.faults);
    Ok((url, faults))
}

async fn drop_database(ground: &Ground, url: &str) -> Result<(), Failure> {
    if !url.starts_with("postgres") {
        return Ok(());
    }
    use sqlx::Connection;
    let name = url::Url::parse(url)?.path().trim_start_matches('/').to_owned();
    let mut connection = sqlx::PgConnection::connect(&ground.url).await?;
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// How many reservations and orders had been acknowledged by then, and how many of them are not there, or a reservation
/// not as it was told then or later. How an order stands is for the audit.
fn missing(books: &Books, memories: &[deeds::Memory], stamp: u64) -> (u64, u64) {
    let (mut told, mut lost) = (0, 0);
    for kept in memories.iter().flat_map(|memory| &memory.kept) {
        let Some(from) = kept.told.iter().rposition(|(_, at)| *at < stamp) else { continue };
        told += 1;
        let status = books.reservations.get(&kept.number).map(String::as_str);
        if !kept.told[from..].iter().any(|(state, _)| Some(state.code()) == status) {
            lost += 1;
        }
    }
    let orders = memories.iter().flat_map(|memory| &memory.orders);
    for order in orders.filter(|order| order.at < stamp) {
        told += 1;
        lost += u64::from(!books.money.has(&order.number));
    }
    (told, lost)
}
