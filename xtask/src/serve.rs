//! `serve`: a release build, then the demo chain on loopback.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::arguments::Grade;
use crate::build;
use crate::process::say;

/// Only returns if something went wrong: the server takes this process's place, so that Ctrl-C and every
/// other signal reach it directly.
pub fn serve(rest: &[String]) -> Result<()> {
    let built = build::build(Grade::Release)?;
    say(&format!("serving the demo chain on http://{} (Ctrl-C ends it)", address()));
    let error = command(&built.server, &built.site, rest).exec();
    Err(error).context(format!("{} does not start", built.server.display()))
}

/// The server with its demo chain.
pub fn command(server: &Path, site: &Path, rest: &[String]) -> Command {
    let mut command = Command::new(server);
    command.args(["serve", "--demo"]).args(rest).env("ONSHELF_SITE_DIR", site);
    command
}

/// Where it will listen: the default, or what the caller's environment says.
pub fn address() -> String {
    std::env::var("ONSHELF_ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}
