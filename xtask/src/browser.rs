//! The end-to-end tests: a server with demo data, a real browser, Playwright in `end2end/`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process::{self, Guarded, say};
use crate::tally::Tally;
use crate::{packages, project};

/// The demo chain is seeded before the server answers.
const START_LIMIT: Duration = Duration::from_secs(120);
const LIGHTHOUSE: &str = "12.8.2";

/// Runs every journey against a server started for it, on a fresh database.
pub fn journeys(server: &Path, site: &Path) -> Result<Tally> {
    let folder = project::root().join("end2end");
    if !folder.join("package.json").exists() {
        say("there is no end2end/package.json; no journeys are walked");
        return Ok(Tally::default());
    }
    let chromium = windowless()?;
    packages::debian_if_possible(&["fonts-noto-cjk"], "Korean letters in the browser");
    packages::npm_folder(&folder, "the end-to-end tests")?;
    let shop = Shop::open(server, site, None)?;
    let mut playwright = Command::new("npx");
    playwright.args(["--no-install", "playwright", "test"]).current_dir(&folder);
    playwright.env("BASE_URL", &shop.url).env("CHROMIUM", chromium);
    // The journeys make their tokens with the server's own command line.
    playwright.env("ONSHELF_BIN", server).env("ONSHELF_DATABASE_URL", &shop.database);
    // A journey that needs other settings starts a server of its own.
    playwright.env("ONSHELF_SITE_DIR", site);
    // A second try for what failed, and its name in the closing lines if it needed one.
    playwright.env("CI", "true");
    playwright.env("FORCE_COLOR", "0").env_remove("NO_COLOR");
    let mut tally = Tally::default();
    let succeeded = process::read_along(&mut playwright, |line| tally.read(line))?;
    if !succeeded {
        println!("{}", shop.last_words());
    }
    Ok(tally.with_verdict(succeeded))
}

/// Measures what a phone sees; `rest` goes to the script. Where npm has Lighthouse its scores are among it. False if a
/// figure could not be taken.
pub fn measure(server: &Path, site: &Path, core: usize, rest: &[String]) -> Result<bool> {
    let mut node = script("browser.mjs")?;
    node.args(rest);
    match packages::npm_tool("lighthouse", LIGHTHOUSE, "cli/index.js", "scoring the pages") {
        Ok(lighthouse) => drop(node.env("LIGHTHOUSE", lighthouse)),
        Err(error) => say(&format!("without Lighthouse: {error:#}")),
    }
    watch(node, server, site, core)
}

/// Counts what the first visit of each kind of page transfers; `budgets` is what was weighed, as JSON. False if a page
/// transfers more than it may.
pub fn transfers(server: &Path, site: &Path, core: usize, budgets: &str) -> Result<bool> {
    let mut node = script("bytes.mjs")?;
    node.env("BUDGETS", budgets);
    watch(node, server, site, core)
}

/// A script of the benchmarks, with the browser it steers.
fn script(name: &str) -> Result<Command> {
    let chromium = chromium()?;
    packages::debian_if_possible(&["fonts-noto-cjk"], "Korean letters in the browser");
    packages::npm_folder(&project::root().join("end2end"), "measuring in the browser")?;
    let mut node = Command::new("node");
    node.arg(project::root().join("server/benches").join(name)).env("CHROMIUM", chromium);
    Ok(node)
}

/// Runs it against a shop of its own on one core; the browser has the machine, as on one core it would be another phone.
/// False if the script ended with a fault, of which it has spoken itself.
fn watch(mut node: Command, server: &Path, site: &Path, core: usize) -> Result<bool> {
    let shop = Shop::open(server, site, Some(core))?;
    node.env("BASE_URL", &shop.url).env("BENCH_FOLDER", project::target().join("bench"));
    Ok(node.status().context("node does not start")?.success())
}

/// The same browser without the frame it draws around its pages, seen or not: a journey takes half the time.
fn windowless() -> Result<PathBuf> {
    const SHELL: &str = "chromium-headless-shell";
    if std::env::var_os("CHROMIUM").is_none() {
        packages::debian_if_possible(&[SHELL], "quicker end-to-end tests");
        if let Some(shell) = process::find(SHELL) {
            return Ok(shell);
        }
    }
    chromium()
}

fn chromium() -> Result<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.exists());
    let known = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(process::find);
    if let Some(there) = named.or_else(known) {
        return Ok(there);
    }
    packages::debian(&["chromium"], "the end-to-end tests")?;
    known().context("chromium is installed, but not on PATH; set CHROMIUM to where it is")
}

/// A server on a free port with a database of its own.
struct Shop {
    // The order matters: the server stops before its folder goes.
    server: Guarded,
    _folder: TempDir,
    url: String,
    /// As the server is told: `sqlite://…`.
    database: String,
    log: PathBuf,
}

impl Shop {
    /// On one core of the machine if one is named.
    fn open(server: &Path, site: &Path, core: Option<usize>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("onshelf-e2e-").tempdir()?;
        let port = process::free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        // The log outlives the folder, so that it can be read after a failure.
        let log = project::target().join("end2end-server.log");
        let output = std::fs::File::create(&log)?;
        let command = process::tied(server, None);
        let mut command = match core {
            Some(core) => process::on_core(command, core),
            None => command,
        };
        command.args(["serve", "--demo"]).current_dir(folder.path());
        command.env("ONSHELF_SITE_DIR", site).env("ONSHELF_ADDR", format!("127.0.0.1:{port}"));
        command.env("ONSHELF_PUBLIC_URL", &url).env("ONSHELF_DATA_DIR", folder.path());
        let database = format!("sqlite://{}", folder.path().join("onshelf.db").display());
        command.env("ONSHELF_DATABASE_URL", &database);
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("{} does not start", server.display()))?;
        let mut shop = Self { server: Guarded { child }, _folder: folder, url, database, log };
        shop.wait(port)?;
        say(&format!("the demo chain is open at {}", shop.url));
        Ok(shop)
    }

    fn wait(&mut self, port: u16) -> Result<()> {
        let end = Instant::now() + START_LIMIT;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.server.child.try_wait() {
                bail!("the server ended with {status}:\n{}", self.last_words());
            }
            if is_ready(port) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the server is not ready within {} s:\n{}", START_LIMIT.as_secs(), self.last_words())
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(40)..).unwrap_or_default();
        format!("the server's log, {}, ends with:\n{}", self.log.display(), last.join("\n"))
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
