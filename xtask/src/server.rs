//! The server binary.

use std::path::PathBuf;

use anyhow::Result;

use crate::arguments::Grade;
use crate::process::{self, say};
use crate::project::{SERVER_BINARY, SERVER_CRATE};
use crate::toolchain::Toolchain;

/// Compiles the server and says where it lies.
pub fn build(toolchain: &Toolchain, grade: Grade) -> Result<PathBuf> {
    let (folder, mut cargo, flag) = match grade {
        Grade::Release => ("release", toolchain.cargo(), Some("--release")),
        Grade::Dev => ("debug", toolchain.loop_cargo(), None),
    };
    say(&format!("compiling the server ({folder})"));
    cargo.args(["build", "--package", SERVER_CRATE, "--bin", SERVER_BINARY]).args(flag);
    process::run(&mut cargo, "compiling the server")?;
    Ok(toolchain.built(folder, SERVER_BINARY))
}
