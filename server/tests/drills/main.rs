//! The drills in short, as part of the tests. `cargo xtask drill NAME` runs the long ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

#[path = "../../examples/drill/drills/mod.rs"]
#[allow(dead_code, reason = "the command line is the program's, not the tests'")]
mod drills;
mod fuzz;

use std::fs::File;

use drills::Plan;

/// One at a time, also where each test is a process of its own: they measure time, and each takes the whole machine.
fn turn() -> File {
    let file = File::create(std::env::temp_dir().join("onshelf-drills.lock")).expect("a file to lock");
    file.lock().expect("the turn");
    file
}

fn short(name: &str) {
    let _turn = turn();
    let drill = drills::ALL.iter().find(|drill| drill.name == name).expect("a drill of that name");
    let plan = Plan {
        rounds: drill.rounds.1,
        seed: 20_261_122,
        database: None,
        short: true,
        program: env!("CARGO_BIN_EXE_onshelf").into(),
    };
    assert_eq!(drills::run(drill, &plan), 0, "see what it printed");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill kill --short`"]
fn kill() {
    short("kill");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill power --short`"]
fn power() {
    short("power");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill database --short`"]
fn database() {
    short("database");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill stop --short`"]
fn stop() {
    short("stop");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill overload --short`"]
fn overload() {
    short("overload");
}

#[test]
fn model() {
    short("model");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill hostile --short`"]
fn hostile() {
    short("hostile");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill backup --short`"]
fn backup() {
    short("backup");
}

#[test]
#[ignore = "takes the machine for minutes: `cargo xtask drill mail --short`"]
fn mail() {
    short("mail");
}
