//! Controlled accidents: `cargo xtask drill [NAME] [--rounds N] [--seed S] [--database-url URL] [--short]
//! [--may-skip]`, and `cargo xtask drill model --seed S --only STEPS` for a run that was made shorter.
//!
//! The drills themselves lie in `drills/`, one file each, and are shared with the tests, which run the short ones.

mod drills;

use std::process::ExitCode;

fn main() -> ExitCode {
    drills::run_from_arguments()
}
