//! Power cuts: the files of SQLite as a cut at any moment could have left them. Whatever a client had been told by
//! then is in them, and they open. The test provider's books lie in them, too: what was paid by then is paid, and a server
//! that begins on them brings in, or gives back, what was under way.

use std::{path::Path, time::Duration};

use onshelf_db::Db;
use onshelf_shop::{Clock, SystemClock};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    Drill, Failure, Plan, Tally,
    books::{self, Books, ask},
    deeds::{Course, KeptOrder, Load, Memory},
    disk::{Disk, Tail, note_taker},
    ground::Ground,
    money::{self, Money},
    process::Launch,
};

const CLIENTS: u64 = 24;
const INITIAL: i64 = 30;
/// Folders of cuts that are not cleared up at once.
const KEPT: usize = 16;
/// Of so many cuts a server begins on one; in short, and else.
const BEGUN_ON: (usize, usize) = (24, 50);

pub const DRILL: Drill = Drill {
    name: "power",
    about: "SQLite's files as power cuts could leave them; nothing acknowledged is missing",
    rounds: (2_000, 48),
    run: |plan| Box::pin(drill(plan)),
};

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    if !plan.on_sqlite() {
        return Ok(Tally::not_run("it is about the files of SQLite: leave --database-url out"));
    }
    let ground = Ground::sqlite(INITIAL).await?;
    let Some(notes_taker) = note_taker(ground.path())? else {
        return Ok(Tally::not_run("there is no C compiler (cc), or this is not Linux"));
    };
    let database = ground.path().join("shop.db");
    let log = ground.path().join("shop.db-wal");
    let notes = ground.path().join("notes");
    settled(&log).await;
    let before = (std::fs::read(&database).ok(), std::fs::read(&log).ok());
    let launch = Launch::new(plan, &ground)?
        .with("LD_PRELOAD", notes_taker.display().to_string())
        .with("DRILL_DISK_FILE", database.display().to_string())
        .with("DRILL_DISK_NOTES", notes.display().to_string());
    let (mut server, _) = launch.started().await?;
    let plain = Launch::new(plan, &ground)?;
    let course = Course::new(&ground, vec![launch.addr], Duration::from_millis(2)).noting(&notes);
    let load = Load::begin(course, CLIENTS, plan.seed);
    tokio::time::sleep(Duration::from_secs(if plan.short { 4 } else { 30 })).await;
    let mut tally = Tally::default();
    let memories = load.end(true, &mut tally).await;
    let cutting = async {
        server.kill()?;
        let mut disk = Disk::new(&notes, before.0, before.1)?;
        cut_often(plan, &ground, &notes, &mut disk, &memories, &mut tally).await
    };
    let cut = cutting.await;
    tally.blame(cut);
    tally.faults.extend(launch.faults());
    // Last the files as they really lie there: a server without whoever takes notes settles what was under way, and the
    // command itself looks at them.
    let server = tally.blame(plain.started().await).map(|(server, _)| server);
    books::close(server, &plain, &ground, &memories, plan.short, &mut tally).await;
    Ok(tally)
}

/// Waits until whoever furnished the database has put its log away.
async fn settled(log: &Path) {
    for _ in 0..300 {
        if !log.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn cut_often(
    plan: &Plan,
    ground: &Ground,
    notes: &Path,
    disk: &mut Disk,
    memories: &[Memory],
    tally: &mut Tally,
) -> Result<(), Failure> {
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let length = std::fs::metadata(notes)?.len();
    let mut places: Vec<u64> = (0..plan.rounds).map(|_| chance.random_range(0..=length)).collect();
    places.sort_unstable();
    let (mut with_tail, mut facts, mut begun) = (0, 0, 0);
    let every = if plan.short { BEGUN_ON.0 } else { BEGUN_ON.1 };
    for (round, place) in places.into_iter().enumerate() {
        disk.follow(place)?;
        with_tail += u64::from(disk.has_tail());
        let tail = Tail::ALL[round % Tail::ALL.len()];
        // A folder for each: a connection that is closed puts its log away a moment later.
        let folder = ground.path().join(format!("cut-{round}"));
        std::fs::create_dir_all(&folder)?;
        disk.cut(tail, &mut chance, &folder.join("shop.db"))?;
        // Told before this place was noted: its sync was noted before that.
        match judge(&folder.join("shop.db"), memories, disk.place).await {
            Ok((told, found)) => {
                facts += told;
                tally.add(told_of(&format!("cut at {place}, {tail:?}"), Ok(found)));
            }
            Err(error) => {
                tally.lost += 1;
                tally.fault(format!("cut at {place}, {tail:?}: the database does not open: {error}"));
            }
        }
        if (round + 1).is_multiple_of(every) {
            begun += 1;
            let after = begin(plan, ground, &folder.join("shop.db"), memories, disk.place).await;
            tally.add(told_of(&format!("begun on the cut at {place}, {tail:?}"), after));
        }
        tally.rounds += 1;
        if let Some(old) = round.checked_sub(KEPT) {
            std::fs::remove_dir_all(ground.path().join(format!("cut-{old}")))?;
        }
    }
    println!(
        "SQLite: {} cuts in {} writes and {} syncs, {with_tail} of them with something unsynced; \
         {facts} acknowledged facts looked for; a server began on {begun} of them",
        plan.rounds, disk.writes, disk.syncs
    );
    tally.check(facts > 0, || {
        "nothing was acknowledged before a cut, so that nothing was looked for".to_owned()
    });
    Ok(())
}

/// How many facts clients had been told by then, and what is missing of them or wrong.
async fn judge(database: &Path, memories: &[Memory], place: u64) -> Result<(u64, Tally), Failure> {
    let db = Db::open(&format!("sqlite://{}", database.display())).await?;
    let whole: Vec<(String,)> = ask(&db, "PRAGMA integrity_check").await?;
    let mut faults: Vec<String> = whole.into_iter().map(|(said,)| said).filter(|said| said != "ok").collect();
    faults.extend(onshelf_shop::ledger::faults(&db, SystemClock.now()).await?);
    let books = Books::read(&db).await?;
    db.close().await;
    let (told, missing) = books.missing(memories, place);
    let lost = missing.len() as u64;
    faults.extend(missing);
    Ok((told, Tally { lost, faults, ..Tally::default() }))
}

fn orders_of(memories: &[Memory]) -> Vec<&KeptOrder> {
    memories.iter().flat_map(|memory| &memory.orders).collect()
}

/// A server begins on what a cut left. What was paid by then comes in or goes back, once; nothing else changes.
async fn begin(
    plan: &Plan,
    ground: &Ground,
    database: &Path,
    memories: &[Memory],
    place: u64,
) -> Result<Tally, Failure> {
    let url = format!("sqlite://{}", database.display());
    let launch = Launch::new(plan, ground)?.with("ONSHELF_DATABASE_URL", url.clone());
    let mut tally = Tally::default();
    let (server, _) = launch.started().await?;
    money::settle_all(&url, true, &mut tally).await;
    server.stopped(&mut tally).await;
    let db = Db::open(&url).await?;
    let books = Money::read(&db).await?;
    books.compare_books(&mut tally);
    let (_, missing) = books.missing(&orders_of(memories), place);
    tally.lost += missing.len() as u64;
    tally.faults.extend(missing);
    tally.faults.extend(onshelf_shop::ledger::faults(&db, SystemClock.now()).await?);
    db.close().await;
    tally.faults.extend(launch.faults());
    Ok(tally)
}

/// The same with where it was in every fault. A server that does not begin is one.
fn told_of(what: &str, tally: Result<Tally, Failure>) -> Tally {
    let mut tally =
        tally.unwrap_or_else(|error| Tally { lost: 1, faults: vec![error.to_string()], ..Tally::default() });
    for fault in &mut tally.faults {
        *fault = format!("{what}: {fault}");
    }
    tally
}
