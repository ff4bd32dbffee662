//! Random deeds against the shop and against a model so simple that it can be seen to be right. Whatever the shop
//! answers, and whatever its shelves say, must be what the model says. The seed replays a run step by step.

mod ledger;
mod shop;

use std::collections::VecDeque;

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{Drill, Failure, Plan, Tally, ground::Ground};
use ledger::{Booking, Ledger, Outcome};
use shop::Subject;

const INITIAL: i64 = 12;
/// SKUs and phones are few, so that deeds meet.
pub const SKUS: usize = 4;
const PHONES: usize = 6;
/// Deeds told where a run goes wrong.
const TOLD: usize = 12;

pub const DRILL: Drill = Drill {
    name: "model",
    about: "random deeds against a simple model; a seed replays them",
    rounds: (1_000_000, 2_500),
    run: |plan| Box::pin(drill(plan)),
};

/// Everything that can be done. `store` is 0 or 1; a booking is named by its place among those still remembered.
#[derive(Clone, Debug)]
pub enum Deed {
    Reserve {
        phone: usize,
        store: usize,
        lines: Vec<(usize, i64)>,
    },
    /// The request of an earlier booking once more, with the same body or another.
    Repeat {
        booking: usize,
        changed: bool,
    },
    Cancel {
        booking: usize,
        right_token: bool,
    },
    /// A step on the board of `store`.
    Board {
        booking: usize,
        store: usize,
        deed: onshelf_vocabulary::staff::BoardDeed,
    },
    Sell {
        store: usize,
        lines: Vec<(usize, i64)>,
    },
    /// Paid at the till of `store`.
    Collect {
        booking: usize,
        store: usize,
    },
    Count {
        store: usize,
        sku: usize,
        on_hand: i64,
        minutes_ago: i64,
    },
    Move {
        store: usize,
        lines: Vec<(usize, i64)>,
    },
    /// A warehouse that has no business at this store.
    Trespass {
        sku: usize,
    },
    Expire,
    Wait {
        minutes: i64,
    },
    KeepHouse,
}

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    // Nothing here is about the disk: in memory a million steps take minutes.
    let memory = std::path::Path::new("/dev/shm");
    let folder = tempfile::Builder::new().prefix("onshelf-model-").tempdir_in(if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    })?;
    let ground = Ground::sqlite_in(folder, INITIAL).await?;
    let mut subject = Subject::open(&ground.url, plan.seed).await?;
    let mut ledger = Ledger::new(INITIAL, subject.now());
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let mut tally = Tally::default();
    let mut told: VecDeque<String> = VecDeque::new();
    let audit_every = if plan.short { 500 } else { 25_000 };
    for step in 1..=plan.rounds {
        let deed = choose(&mut chance, &ledger);
        let expected = ledger.expect(&deed);
        let outcome = subject.carry_out(&deed, &mut ledger).await?;
        told.push_back(format!("{step}: {deed:?} -> {outcome:?}"));
        if told.len() > TOLD {
            told.pop_front();
        }
        tally.rounds = step;
        tally.acknowledged += u64::from(outcome == Outcome::Done);
        let mut wrong = Vec::new();
        if outcome != expected {
            wrong.push(format!("the shop answered {outcome:?}, the model {expected:?}"));
        }
        if wrong.is_empty() && step % 20 == 0 {
            wrong.extend(subject.differences(&ledger).await?);
        }
        if step % audit_every == 0 || step == plan.rounds {
            wrong.extend(subject.audit().await?);
            if !plan.short {
                println!("{step} steps");
            }
        }
        if !wrong.is_empty() {
            wrong.iter().for_each(|text| tally.fault(format!("step {step}: {text}")));
            told.iter().for_each(|line| println!("  {line}"));
            println!("replay: cargo xtask drill model --seed {} --rounds {step}", plan.seed);
            break;
        }
    }
    println!("SQLite: {} steps, {} bookings, {} answers that were refusals", tally.rounds, ledger.made, {
        tally.rounds - tally.acknowledged
    });
    subject.close().await;
    Ok(tally)
}

fn choose(chance: &mut StdRng, ledger: &Ledger) -> Deed {
    use onshelf_vocabulary::staff::BoardDeed;
    let lines = |chance: &mut StdRng, most: i64| -> Vec<(usize, i64)> {
        let count = chance.random_range(1..=3);
        (0..count).map(|_| (chance.random_range(0..SKUS), chance.random_range(1..=most))).collect()
    };
    let store = usize::from(chance.random_bool(0.25));
    let sku = chance.random_range(0..SKUS);
    let roll = chance.random_range(0..100);
    let bookings: &[Booking] = ledger.bookings();
    if bookings.is_empty() || roll < 30 {
        let phone = chance.random_range(0..PHONES);
        return Deed::Reserve { phone, store, lines: lines(chance, 4) };
    }
    // The youngest are the most likely to be alive.
    let newest = bookings.len() - 1;
    let booking = newest - chance.random_range(0..=newest.min(40));
    let own = bookings[booking].store;
    let store_of = if chance.random_bool(0.9) { own } else { 1 - own };
    match roll {
        // Outcomes are kept under their key for two days; nobody repeats a request that old.
        30..36 if ledger.now - bookings[booking].made_at < 40 * 3_600_000 => {
            Deed::Repeat { booking, changed: chance.random_bool(0.3) }
        }
        30..46 => Deed::Cancel { booking, right_token: chance.random_bool(0.9) },
        46..66 => {
            let deed = [
                BoardDeed::StartPicking,
                BoardDeed::MarkReady,
                BoardDeed::HandOver,
                BoardDeed::NotFound,
                BoardDeed::Release,
            ][chance.random_range(0..5)];
            Deed::Board { booking, store: store_of, deed }
        }
        66..72 => Deed::Sell { store, lines: lines(chance, 3) },
        72..77 => Deed::Collect { booking, store: store_of },
        77..81 => {
            let minutes_ago = if chance.random_bool(0.5) { 0 } else { chance.random_range(0..600) };
            Deed::Count { store, sku, on_hand: chance.random_range(0..20), minutes_ago }
        }
        81..89 => {
            let lines = lines(chance, 8).into_iter().map(|(sku, units)| (sku, units - 2));
            Deed::Move { store, lines: lines.filter(|(_, delta)| *delta != 0).collect() }
        }
        89 => Deed::Trespass { sku },
        90..93 => Deed::Expire,
        93..99 => Deed::Wait { minutes: [1, 20, 200, 1_500][chance.random_range(0..4)] },
        _ => Deed::KeepHouse,
    }
}
