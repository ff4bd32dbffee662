//! The drills in short, as part of the tests: each takes some seconds, and what measures time runs alone
//! (`.config/nextest.toml`).
//! `cargo xtask drill NAME` runs the long ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

#[path = "../../examples/drill/drills/mod.rs"]
#[allow(dead_code, reason = "the command line is the program's, not the tests'")]
mod drills;
mod fuzz;

use std::fs::File;

use drills::{
    Plan, Tally,
    model::shrink::Shrinking,
    plan::{Asked, numbers, written},
};

/// One at a time, also where each test is a process of its own: they measure time, and each takes the whole machine.
fn alone(name: &str) {
    let turn = File::create(std::env::temp_dir().join("onshelf-drills.lock")).expect("a file to lock");
    turn.lock().expect("the turn");
    short(name);
}

fn short(name: &str) {
    let drill = drills::ALL.iter().find(|drill| drill.name == name).expect("a drill of that name");
    assert_eq!(drills::run(drill, &plan(drill.rounds.1)), 0, "see what it printed");
}

fn plan(rounds: u64) -> Plan {
    let program = env!("CARGO_BIN_EXE_onshelf").into();
    // Whoever tests has both engines and a compiler: what could not be tried is no success.
    let (only, database) = (Vec::new(), None);
    Plan { rounds, only, seed: 20_261_122, database, short: true, may_skip: false, program }
}

#[test]
fn kill() {
    alone("kill");
}

#[test]
fn power() {
    alone("power");
}

#[test]
fn database() {
    alone("database");
}

#[test]
fn provider() {
    alone("provider");
}

#[test]
fn stop() {
    alone("stop");
}

#[test]
fn overload() {
    alone("overload");
}

#[test]
fn model() {
    short("model");
}

#[test]
fn hostile() {
    short("hostile");
}

#[test]
fn backup() {
    alone("backup");
}

#[test]
fn mail() {
    alone("mail");
}

#[test]
fn what_was_not_tried_is_not_green() {
    let tried = Tally { rounds: 3, acknowledged: 7, ..Tally::default() };
    assert_eq!((tried.verdict(false), tried.verdict(true)), (0, 0));
    let skipped = Tally::not_run("PostgreSQL is not installed");
    assert_eq!((skipped.verdict(false), skipped.verdict(true)), (2, 0));
    assert!(skipped.line("database").starts_with("drill database: rounds=0 acknowledged=0 lost=0 "));
    assert!(skipped.line("database").ends_with(" skipped=1"));
    let mut half = tried.clone();
    half.add(skipped);
    assert_eq!((half.rounds, half.verdict(false), half.verdict(true)), (3, 2, 0));
    half.fault("something was lost as well");
    assert_eq!(half.verdict(true), 1);
    assert_eq!(Tally::default().verdict(false), 2);
    let mut idle = Tally { rounds: 3, ..Tally::default() };
    idle.close();
    assert_eq!(idle.verdict(true), 1, "nobody was told that anything was done");
}

#[test]
fn what_breaks_keeps_its_counts() {
    let mut tally = Tally { rounds: 3, acknowledged: 7, ..Tally::default() };
    assert_eq!(tally.blame(Ok(5)), Some(5));
    assert_eq!(tally.blame::<u8>(Err("the server does not come back".into())), None);
    tally.close();
    let line = "drill kill: rounds=3 acknowledged=7 lost=0 oversold=0 leaked=0 double_charged=0 faults=1";
    assert_eq!((tally.line("kill").as_str(), tally.verdict(true)), (line, 1));
    // What could not even be set up is none of the subject's faults, and nothing that may be left out.
    let mut tally = Tally { rounds: 3, acknowledged: 7, ..Tally::default() };
    tally.add_part(Err("there is no room on the disk".into()));
    assert_eq!((tally.acknowledged, tally.verdict(false), tally.verdict(true)), (7, 2, 2));
}

#[test]
fn a_run_is_left_with_the_steps_it_needs() {
    // They go wrong where all three of them are taken.
    let needed = [17, 42, 90];
    let wrong_at = |steps: &[u64]| {
        let places = needed.iter().map(|step| steps.iter().position(|own| own == step));
        places.collect::<Option<Vec<usize>>>()?.into_iter().max()
    };
    let (mut shrinking, mut tries) = (Shrinking::of((1..=100).collect()), 0);
    while let Some(fewer) = shrinking.fewer() {
        shrinking.tell(&fewer, wrong_at(&fewer));
        tries += 1;
    }
    assert_eq!(shrinking.steps(), needed);
    assert!(tries < 60, "{tries} tries");
    assert_eq!(Shrinking::of(vec![7]).fewer(), None);
}

#[test]
fn steps_are_read_as_they_are_written() {
    for (steps, text) in [(&[3][..], "3"), (&[1, 2, 3], "1-3"), (&[3, 17, 40, 41, 42], "3,17,40-42")] {
        assert_eq!(written(steps), text);
        assert_eq!(numbers(text).unwrap(), steps);
    }
    assert!(numbers("3,x").is_err());
    assert!(numbers("5-3").is_err());
    let asked = |words: &[&str]| Asked::read(words.iter().map(|word| (*word).to_owned()));
    assert!(asked(&["model", "--only", "3,17"]).is_ok());
    assert!(asked(&["kill", "--only", "3"]).is_err() && asked(&["--only", "3"]).is_err());
}

/// Quicker than the drill, and with nothing else in its message.
#[test]
fn every_route_is_classified() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let forgotten = runtime.block_on(drills::hostile::forgotten(&plan(0))).unwrap();
    assert!(forgotten.is_empty(), "\n{}", forgotten.join("\n"));
}

/// A table that names more than there is would look as if all of it was tried.
#[test]
fn a_line_without_a_route_is_a_fault() {
    let cases = drills::hostile::access::all();
    let mut routes: Vec<String> = cases.iter().map(|case| case.route.clone()).collect();
    assert_eq!(drills::hostile::stale(&routes, &cases), Vec::<String>::new());
    routes.retain(|route| route != "/en/basket");
    let stale = drills::hostile::stale(&routes, &cases);
    assert!(stale.len() == 1 && stale[0].starts_with("GET /en/basket is classified"), "{stale:?}");
}
