//! Installing what the machine lacks: packages of Debian, npm and PyPI. Each install says what it is for,
//! and names the mend where it cannot be done. Knows no command's reason beyond the sentence it is handed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{self, say};
use crate::project;

/// Makes sure of Debian packages; `purpose` ends the sentence "installing X for …".
pub fn debian(packages: &[&str], purpose: &str) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let mend = format!("install them by hand (on Debian: apt-get install {list}) and call this again");
    if process::find("apt-get").is_none() {
        bail!("{list}: needed for {purpose}, and this machine has no apt-get; {mend}");
    }
    let Some(mut apt) = privileged_apt() else {
        bail!("{list}: needed for {purpose}, and only root may install; {mend}");
    };
    say(&format!("installing {list} for {purpose}"));
    apt.args(["-qq", "update"]);
    // An old package list is worse than none, but an update that fails may still leave a good one.
    let _ = process::run_quietly(&mut apt, "updating the list of packages");
    let Some(mut apt) = privileged_apt() else { bail!("{mend}") };
    apt.args(["-qq", "install", "--yes", "--no-install-recommends"]).args(&missing);
    process::run_quietly(&mut apt, &format!("installing {list}"))
        .map_err(|error| error.context(format!("needed for {purpose}; {mend}")))
}

/// Installs Debian packages whose absence only makes things look worse, and says so where it cannot.
pub fn debian_if_possible(packages: &[&str], purpose: &str) {
    if process::find("dpkg-query").is_none() {
        return;
    }
    if let Err(error) = debian(packages, purpose) {
        say(&format!("going on without: {error:#}"));
    }
}

/// True if Debian's package manager knows the package as installed.
pub fn is_installed(package: &str) -> bool {
    let status = process::answer(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]));
    status.as_deref() == Some("install ok installed")
}

fn privileged_apt() -> Option<Command> {
    let mut command = if process::is_root() {
        Command::new("apt-get")
    } else if process::answer(Command::new("sudo").args(["-n", "true"])).is_some() {
        let mut command = Command::new("sudo");
        command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    } else {
        return None;
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Some(command)
}

/// Makes sure of Node.js and npm.
pub fn node(purpose: &str) -> Result<()> {
    if process::find("node").is_some() && process::find("npm").is_some() {
        return Ok(());
    }
    debian(&["nodejs", "npm"], purpose)
}

/// A file of an npm package, installed at exactly `version` under `target/tools`.
pub fn npm_tool(package: &str, version: &str, file: &str, purpose: &str) -> Result<PathBuf> {
    node(purpose)?;
    let home = project::tools().join("npm").join(format!("{package}-{version}"));
    let wanted = home.join("node_modules").join(package).join(file);
    if !wanted.exists() {
        say(&format!("installing {package} {version} from npm for {purpose}"));
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("package.json"), "{\"private\":true}\n")?;
        let mut npm = npm(&home);
        npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]);
        npm.arg(format!("{package}@{version}"));
        process::run_quietly(&mut npm, &format!("installing {package}"))?;
    }
    if !wanted.exists() {
        bail!("{package} {version} has no {file}");
    }
    Ok(wanted)
}

/// Makes sure of the packages a folder's package.json names; nothing to do when they are newer than the lock.
pub fn npm_folder(folder: &Path, purpose: &str) -> Result<()> {
    node(purpose)?;
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    let lock = modified(&folder.join("package-lock.json"));
    let wanted = modified(&folder.join("package.json")).max(lock);
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    say(&format!("installing npm packages for {purpose}"));
    let verb = if lock.is_some() { "ci" } else { "install" };
    let mut npm = npm(folder);
    npm.args([verb, "--no-audit", "--no-fund"]);
    process::run_quietly(&mut npm, &format!("npm {verb}"))
}

/// A program of a PyPI package, installed at exactly `version` under `target/tools`, in an environment of its own.
pub fn python_tool(package: &str, version: &str, purpose: &str) -> Result<PathBuf> {
    let home = project::tools().join("python").join(format!("{package}-{version}"));
    let wanted = home.join("bin").join(package);
    if wanted.exists() {
        return Ok(wanted);
    }
    if process::find("python3").is_none() {
        bail!("{package}: needed for {purpose}, and this machine has no python3");
    }
    say(&format!("installing {package} {version} from PyPI for {purpose}"));
    let mut python = Command::new("python3");
    python.args(["-m", "venv"]).arg(&home);
    process::run_quietly(&mut python, "making an environment for Python packages")?;
    let mut pip = Command::new(home.join("bin/python"));
    // Who is out of reach is not waited for.
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--retries", "1", "--timeout", "15"]).arg(format!("{package}=={version}"));
    process::run_quietly(&mut pip, &format!("installing {package}"))?;
    if !wanted.exists() {
        bail!("{package} {version} has no program of that name");
    }
    Ok(wanted)
}

fn npm(folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(folder);
    // The browser is the system's: a test tool's own download is large and fails behind many walls.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").env("PUPPETEER_SKIP_DOWNLOAD", "1");
    npm
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(file).and_then(|facts| facts.modified()).ok()
}
