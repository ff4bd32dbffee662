//! `test`: all that has to be green, in steps with headings and times, and one line with the totals.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::arguments::{Choice, Grade};
use crate::manifest::Manifest;
use crate::postgres::Cluster;
use crate::process::{self, say};
use crate::tally::Tally;
use crate::toolchain::Toolchain;
use crate::{bench, browser, build, packages, project};

/// The crates that are compiled for the browser, and must be clean there as well.
const CLIENT_CRATES: [&str; 3] = ["onshelf-vocabulary", "onshelf-app", project::CLIENT_CRATE];

/// The version of PyPI's localstripe.
const LOCALSTRIPE: &str = "1.15.10";

/// Properties try the same cases every time, so that a red run speaks of the change and not of luck. Whoever sets it
/// tries others.
const PROPERTY_SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20261129");

/// One step's outcome, for the table at the end.
struct Outcome {
    step: &'static str,
    tally: Tally,
    took: Duration,
}

/// What a step needs, and what earlier steps left for it.
struct Desk {
    toolchain: Toolchain,
    manifest: Option<Manifest>,
    /// What is put away while other steps run: hundreds of databases take a minute to remove.
    away: Vec<JoinHandle<()>>,
}

type Step = (&'static str, &'static str, fn(&mut Desk) -> Result<Tally>);

/// Same names and order as `arguments::STEPS`.
const STEPS: [Step; 7] = [
    ("format", "every file is formatted", format),
    ("lint", "the tests compile, and no lint in what runs on the server", lint),
    ("lint-client", "no lint in what runs in the browser", lint_client),
    ("unit", "unit and integration tests, on SQLite and PostgreSQL", unit),
    ("build", "the client as it is shipped, and the server", ship),
    ("bytes", "the code of a page keeps its budget", bytes),
    ("e2e", "journeys in a real browser", journeys),
];

/// True if everything passed. A step that fails does not keep the others from running.
pub fn check(choice: &Choice) -> Result<bool> {
    let mut desk = Desk { toolchain: Toolchain::ready()?, manifest: None, away: Vec::new() };
    let mut outcomes = Vec::new();
    for (step, promise, run) in STEPS.into_iter().filter(|(step, ..)| choice.takes(step)) {
        println!("\n=== {step}: {promise}");
        let start = Instant::now();
        let tally = run(&mut desk).unwrap_or_else(|error| {
            eprintln!("{step}: {error:#}");
            Tally::of(false)
        });
        outcomes.push(Outcome { step, tally, took: start.elapsed() });
    }
    let is_green = report(&outcomes);
    for removal in desk.away {
        let _ = removal.join();
    }
    Ok(is_green)
}

fn report(outcomes: &[Outcome]) -> bool {
    let mut total = Tally::default();
    println!();
    for Outcome { step, tally, took } in outcomes {
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        println!(
            "{verdict:<8}{step:<14}{:>6} passed{:>6} failed{:>9.1} s",
            tally.passed,
            tally.failed,
            took.as_secs_f32()
        );
        total += tally.clone();
    }
    // After the table, as only the end of a long log may be at hand.
    for Outcome { step, tally, .. } in outcomes {
        for remark in &tally.remarks {
            println!("{step}: {remark}");
        }
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    total.failed == 0
}

fn format(desk: &mut Desk) -> Result<Tally> {
    desk.toolchain.ensure_component("rustfmt", "rustfmt-web", "checking the format")?;
    let mut cargo = desk.toolchain.cargo();
    cargo.args(["fmt", "--all", "--check"]);
    Ok(Tally::of(process::run(&mut cargo, "checking the format").is_ok()))
}

fn lint(desk: &mut Desk) -> Result<Tally> {
    desk.toolchain.ensure_component("clippy", "rust-web-clippy", "linting")?;
    anyhow::ensure!(desk.toolchain.clippy().is_some(), "clippy is installed, and its compiler is not found");
    let mut tally = Tally::default();
    for packages in [host_packages(), own_package()] {
        let mut cargo = desk.toolchain.test_cargo();
        // In colours, or quietly, cargo's lines would be others than those that are read here.
        cargo.args(["--color", "never", "--config", "term.quiet=false"]);
        cargo.args(["test", "--no-run", "--all-targets"]).args(packages);
        let mut is_clean = true;
        let compiles = process::read_along(&mut cargo, |line| is_clean &= !tells_of_warnings(line))?;
        tally.count(compiles && is_clean);
    }
    Ok(tally)
}

/// Cargo's own line after a crate's warnings, which it repeats as long as they are not mended.
fn tells_of_warnings(line: &str) -> bool {
    line.starts_with("warning: `") && line.contains(" generated ")
}

fn lint_client(desk: &mut Desk) -> Result<Tally> {
    desk.toolchain.ensure_component("clippy", "rust-web-clippy", "linting")?;
    let mut cargo = desk.toolchain.client_cargo("clippy", Grade::Dev)?;
    for krate in CLIENT_CRATES {
        cargo.args(["--package", krate]);
    }
    // The profile of the development loop, so that the two share what they compile.
    cargo.args(["--profile", "wasm-dev", "--", "-D", "warnings"]);
    Ok(Tally::of(process::run(&mut cargo, "linting the client").is_ok()))
}

fn unit(desk: &mut Desk) -> Result<Tally> {
    let cluster = Cluster::for_tests().context("a PostgreSQL cluster for the tests")?;
    let localstripe = localstripe();
    let mut tally = Tally::default();
    for packages in [host_packages(), own_package()] {
        let mut tests = desk.toolchain.test_cargo();
        if process::find("cargo-nextest").is_some() {
            // A crate that has no test yet is no fault.
            tests.args(["nextest", "run", "--no-fail-fast", "--no-tests=pass", "--status-level=fail"]);
        } else {
            tests.args(["test", "--no-fail-fast"]);
        }
        tests.args(packages).env("ONSHELF_TEST_POSTGRES_URL", cluster.url());
        let (name, usual) = PROPERTY_SEED;
        tests.env(name, std::env::var_os(name).unwrap_or_else(|| usual.into()));
        if let Some(program) = &localstripe {
            tests.env("ONSHELF_TEST_LOCALSTRIPE", program);
        }
        let mut part = Tally::default();
        let succeeded = process::read_along(&mut tests, |line| part.read(line))?;
        tally += part.with_verdict(succeeded);
    }
    desk.away.push(std::thread::spawn(move || drop(cluster)));
    real_data_remark(&real_data()).into_iter().for_each(|remark| tally.remark(remark));
    Ok(tally)
}

/// The Stripe that our calls are cross-checked against; without it that one test is skipped.
fn localstripe() -> Option<PathBuf> {
    match packages::python_tool("localstripe", LOCALSTRIPE, "cross-checking our calls to Stripe") {
        Ok(program) => Some(program),
        Err(error) => {
            say(&format!("going on without: {error:#}"));
            None
        }
    }
}

/// The real files that tests of imports read, as those tests look for them.
fn real_data() -> PathBuf {
    let beside = project::root().join("../shared/data");
    std::env::var_os("ONSHELF_REAL_DATA").map_or(beside, PathBuf::from)
}

/// A test that looked at nothing passes, and nobody sees what it printed.
fn real_data_remark(folder: &Path) -> Option<String> {
    (!folder.is_dir()).then(|| {
        format!(
            "real data not found at {}: the tests of real files passed without a look (ONSHELF_REAL_DATA names another)",
            folder.display()
        )
    })
}

fn ship(desk: &mut Desk) -> Result<Tally> {
    desk.manifest = Some(build::site(&desk.toolchain, Grade::Release)?);
    server_for_journeys(&desk.toolchain)?;
    Ok(Tally::of(true))
}

fn bytes(desk: &mut Desk) -> Result<Tally> {
    let manifest = match desk.manifest.take() {
        Some(manifest) => manifest,
        None => build::site(&desk.toolchain, Grade::Release)?,
    };
    bench::bytes(&manifest)
}

fn journeys(desk: &mut Desk) -> Result<Tally> {
    build::site(&desk.toolchain, Grade::Release)?;
    let server = server_for_journeys(&desk.toolchain)?;
    browser::journeys(&server, &project::site(Grade::Release))
}

/// The journeys walk through the client as it is shipped, but through the server that the tests have compiled for
/// themselves: asked for alone it would be resolved with other features, and most of what it stands on built anew.
fn server_for_journeys(toolchain: &Toolchain) -> Result<PathBuf> {
    say("compiling the server for the journeys");
    let mut cargo = toolchain.test_cargo();
    cargo.args(["test", "--no-run", "--quiet", "--tests"]).args(host_packages());
    process::run(&mut cargo, "compiling the server")?;
    Ok(toolchain.built("debug", project::SERVER_BINARY))
}

fn own_package() -> Vec<String> {
    ["--package", "xtask"].map(str::to_owned).to_vec()
}

fn host_packages() -> Vec<String> {
    let names = project::HOST_CRATES.iter().flat_map(|krate| ["--package".to_owned(), (*krate).to_owned()]);
    names.chain(["--features".to_owned(), "onshelf-app/ssr".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_those_that_can_be_named() {
        assert_eq!(STEPS.map(|(step, ..)| step), crate::arguments::STEPS);
    }

    #[test]
    fn a_warning_is_told_by_cargos_line_after_it() {
        assert!(tells_of_warnings("warning: `onshelf-db` (lib) generated 1 warning"));
        assert!(tells_of_warnings("warning: `onshelf-db` (lib test) generated 2 warnings (1 duplicate)"));
        assert!(!tells_of_warnings("warning: the following packages contain code that will be rejected"));
        assert!(!tells_of_warnings(
            "    Finished `test` profile [unoptimized + debuginfo] target(s) in 6.81s"
        ));
    }

    #[test]
    fn it_is_said_where_tests_had_nothing_to_look_at() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(real_data_remark(folder.path()), None);
        assert!(real_data_remark(&folder.path().join("none")).unwrap().contains("real data not found"));
    }
}
