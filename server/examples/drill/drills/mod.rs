//! What is done to the server on purpose, and how it is told that nothing was lost. Each drill runs against the real
//! binary or the real floors, remembers what was acknowledged, and compares it with the books afterwards. It must
//! not know the server's inside beyond what its floors offer to everybody.

// A drill talks to the person at the terminal; there is no log to write to instead.
#![allow(clippy::print_stdout)]

pub mod backup;
pub mod books;
pub mod clock;
pub mod cluster;
pub mod database;
pub mod deeds;
pub mod disk;
pub mod ground;
pub mod hostile;
pub mod kill;
pub mod mail;
pub mod model;
pub mod money;
pub mod overload;
pub mod plan;
pub mod power;
pub mod process;
pub mod provider;
pub mod stop;
pub mod tally;
pub mod wire;

use std::{future::Future, pin::Pin, process::ExitCode};

pub use plan::{Failure, Plan};
pub use tally::Tally;

/// What a drill's run gives back: an error only where it could not be set up. What goes wrong with its subject after that
/// is a fault on its tally, so that no count is lost.
pub type Run<'p> = Pin<Box<dyn Future<Output = Result<Tally, Failure>> + 'p>>;

/// One drill.
pub struct Drill {
    pub name: &'static str,
    pub about: &'static str,
    /// Rounds of a run on demand, and of the short one that belongs to the tests.
    pub rounds: (u64, u64),
    pub run: for<'p> fn(&'p Plan) -> Run<'p>,
}

/// Every drill there is.
pub const ALL: &[Drill] = &[
    kill::DRILL,
    power::DRILL,
    database::DRILL,
    provider::DRILL,
    stop::DRILL,
    overload::DRILL,
    model::DRILL,
    hostile::DRILL,
    backup::DRILL,
    mail::DRILL,
];

/// Runs what the command line names; without a name, all of them in short.
#[must_use]
pub fn run_from_arguments() -> ExitCode {
    let asked = match plan::Asked::read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("drill: {error}");
            return ExitCode::from(2);
        }
    };
    let chosen: Vec<&Drill> = match &asked.name {
        None => ALL.iter().collect(),
        Some(name) => ALL.iter().filter(|drill| drill.name == name).collect(),
    };
    if chosen.is_empty() || asked.list {
        let names: Vec<String> =
            ALL.iter().map(|drill| format!("{:<10}{}", drill.name, drill.about)).collect();
        println!("{}", names.join("\n"));
        return if asked.list { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    let codes: Vec<u8> = chosen.into_iter().map(|drill| run(drill, &asked.plan_for(drill))).collect();
    // What was lost weighs more than what was not tried.
    ExitCode::from([1, 2].into_iter().find(|code| codes.contains(code)).unwrap_or(0))
}

/// Runs one drill and says how it went: 0 nothing lost, 1 something was, 2 it could not be run, or not all of it.
#[must_use]
pub fn run(drill: &Drill, plan: &Plan) -> u8 {
    println!("=== {}: {} (rounds {}, seed {})", drill.name, drill.about, plan.rounds, plan.seed);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on((drill.run)(plan)),
        Err(error) => Err(error.into()),
    };
    let mut tally = Tally::default();
    tally.add_part(outcome);
    tally.close();
    for (fault, alike) in tally.told_faults() {
        let more = if alike > 1 { format!(" ({alike} like it)") } else { String::new() };
        println!("fault: {fault}{more}");
    }
    for why in &tally.skipped {
        println!("could not be run: {why}");
    }
    println!("{}", tally.line(drill.name));
    tally.verdict(plan.may_skip)
}
