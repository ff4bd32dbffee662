//! A PostgreSQL cluster of one's own, in a temporary folder, on loopback, gone when it goes out of scope.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::packages;
use crate::process::{self, Guarded, say};

/// PostgreSQL refuses to run as root; Debian's package makes this user.
const USER: &str = "postgres";
const PASSWORD: &str = "for-tests-on-loopback";

pub struct Cluster {
    // The order matters: the server stops before its folder goes.
    server: Guarded,
    _folder: TempDir,
    port: u16,
}

/// When what was committed is on the disk.
#[derive(Clone, Copy)]
enum Disk {
    Waits,
    Later,
}

impl Cluster {
    /// Installs PostgreSQL's server programs if there are none, makes a cluster and waits until it answers. Tests end
    /// processes and never cut the power, so nothing waits for the disk.
    pub fn for_tests() -> Result<Self> {
        Self::begin(None, Disk::Later)
    }

    /// The same with all its processes on one core, and nothing told as done that is not on the disk.
    pub fn for_benchmarks(core: usize) -> Result<Self> {
        Self::begin(Some(core), Disk::Waits)
    }

    fn begin(core: Option<usize>, disk: Disk) -> Result<Self> {
        let programs = programs()?;
        let user = process::is_root().then_some(USER);
        let folder = tempfile::Builder::new().prefix("onshelf-postgres-").tempdir()?;
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD)?;
        if let Some(user) = user {
            let mut chown = Command::new("chown");
            process::run(chown.args(["-R", user]).arg(folder.path()), "giving the folder to PostgreSQL")?;
        }
        let data = folder.path().join("data");
        make(&programs, user, &data, &password)?;
        let port = process::free_port()?;
        let log = folder.path().join("log");
        let server = Guarded { child: launch(&programs, user, core, disk, &data, port, &log)? };
        let mut cluster = Self { server, _folder: folder, port };
        cluster.wait(&programs, &log)?;
        say(&format!("PostgreSQL listens on 127.0.0.1:{port}"));
        Ok(cluster)
    }

    /// For `ONSHELF_TEST_POSTGRES_URL`: a superuser, who may make databases.
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self, programs: &Path, log: &Path) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(60);
        let port = self.port.to_string();
        while Instant::now() < end {
            if let Ok(Some(status)) = self.server.child.try_wait() {
                bail!(
                    "PostgreSQL ended with {status}:\n{}",
                    std::fs::read_to_string(log).unwrap_or_default()
                );
            }
            let mut ask = Command::new(programs.join("pg_isready"));
            if process::answer(ask.args(["-q", "-h", "127.0.0.1", "-p", &port])).is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!(
            "PostgreSQL does not answer within a minute:\n{}",
            std::fs::read_to_string(log).unwrap_or_default()
        )
    }
}

fn make(programs: &Path, user: Option<&str>, data: &Path, password: &Path) -> Result<()> {
    let mut initdb = process::tied(programs.join("initdb"), user);
    initdb.arg("--pgdata").arg(data).arg("--pwfile").arg(password).args(["--username", USER]);
    // The locale and encoding of a fresh production cluster, whatever the machine's own are.
    initdb.args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]).current_dir("/");
    process::run_quietly(&mut initdb, "making a PostgreSQL cluster")
}

fn launch(
    programs: &Path,
    user: Option<&str>,
    core: Option<usize>,
    disk: Disk,
    data: &Path,
    port: u16,
    log: &Path,
) -> Result<std::process::Child> {
    let server = process::tied(programs.join("postgres"), user);
    let mut server = match core {
        Some(core) => process::on_core(server, core),
        None => server,
    };
    server.arg("-D").arg(data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    server.args(["-c", "unix_socket_directories=", "-c", "max_connections=400"]);
    server.args(match disk {
        Disk::Waits => ["-c", "fsync=on", "-c", "full_page_writes=on"],
        Disk::Later => ["-c", "fsync=off", "-c", "full_page_writes=off"],
    });
    let log = std::fs::File::create(log)?;
    server.current_dir("/").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    server.spawn().context("PostgreSQL does not start")
}

/// The folder with initdb and postgres; the server programs are not on PATH on Debian.
fn programs() -> Result<PathBuf> {
    if let Some(there) = look() {
        return Ok(there);
    }
    packages::debian(&["postgresql"], "testing on PostgreSQL")?;
    look().context("PostgreSQL is installed, but its initdb is nowhere to be found")
}

fn look() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = Vec::new();
    places.extend(process::answer(Command::new("pg_config").arg("--bindir")).map(PathBuf::from));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    places.extend(versions.into_iter().rev());
    places.extend(process::find("initdb").and_then(|initdb| Some(initdb.parent()?.to_owned())));
    places.into_iter().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}
