//! The project's own build tool: `cargo xtask build | serve | dev | test | bench | drill`.
//!
//! One file a command (`build`, `serve`, `dev`, `check` for `test`, `bench`, `drill`) and one a part that they need.
//! It must not depend on the other crates: it is what builds them, and it has to start when they do not compile.

// A build tool talks to the person at the terminal; there is no log to write to instead.
#![allow(clippy::print_stdout)]

mod arguments;
mod assets;
mod bench;
mod browser;
mod budget;
mod build;
mod check;
mod client;
mod compress;
mod dev;
mod drill;
mod manifest;
mod map;
mod packages;
mod postgres;
mod process;
mod project;
mod public;
mod serve;
mod server;
mod style;
mod tally;
mod toolchain;
mod wasm_std;

use std::process::ExitCode;

use arguments::Task;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let task = match arguments::parse(&words) {
        Ok(task) => task,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match carry_out(&task) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The exit code: 0 when all went well, 1 when the work was done and found faults. A drill knows a 2 as well.
fn carry_out(task: &Task) -> anyhow::Result<u8> {
    std::env::set_current_dir(project::root())?;
    let went_well = match task {
        Task::Help => {
            println!("{}", arguments::USAGE);
            true
        }
        Task::Build { grade } => build::build(*grade).map(|_| true)?,
        Task::Serve { rest } => serve::serve(rest).map(|()| true)?,
        Task::Dev { rest } => dev::dev(rest).map(|()| true)?,
        Task::Test { choice } => check::check(choice)?,
        Task::Bench { name, rest } => bench::bench(name.as_deref(), rest)?,
        Task::Drill { name, rest } => return drill::drill(name.as_deref(), rest),
    };
    Ok(u8::from(!went_well))
}
