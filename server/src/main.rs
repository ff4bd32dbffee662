//! The binary `onshelf`: reads the command line and does what it says.

use std::process::ExitCode;

fn main() -> ExitCode {
    onshelf_server::cli::run()
}
