//! `drill`: controlled accidents. They are one program of the server crate, which knows their names; here it is only
//! built beside the server it is to ill-treat, and told where that lies.

use anyhow::Result;

use crate::arguments::Grade;
use crate::process;
use crate::toolchain::Toolchain;
use crate::{build, project};

const PROGRAM: &str = "drill";

/// Without a name: all of them, in short. Answers the program's own exit code: 0 if nothing was lost, 1 if something was, 2
/// if not all of it could be tried.
pub fn drill(name: Option<&str>, rest: &[String]) -> Result<u8> {
    let built = build::build(Grade::Release)?;
    let toolchain = Toolchain::ready()?;
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--release", "--package", project::SERVER_CRATE, "--example", PROGRAM]);
    process::run(&mut cargo, "compiling the drills")?;
    let mut program = std::process::Command::new(toolchain.built("release", &format!("examples/{PROGRAM}")));
    program.args(name).args(rest).env("ONSHELF_BIN", built.server).env("ONSHELF_SITE_DIR", built.site);
    // Its own last line has said what was lost: such a code is an outcome and no mistake of ours. Whoever was ended by a
    // signal has none.
    let code = program.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.unwrap_or(1))
}
