//! A PostgreSQL cluster of the drill's own, in a temporary folder, on loopback, which can be stopped hard and started
//! again.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    Failure,
    process::{free_port, signal, tied},
};

/// PostgreSQL refuses to run as root; the distribution's package makes this user.
const USER: &str = "postgres";
const PASSWORD: &str = "for-drills-on-loopback";

pub struct Cluster {
    server: Option<Child>,
    programs: PathBuf,
    user: Option<&'static str>,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes a cluster and waits until it answers; none where the server's programs are not installed.
    pub async fn start() -> Result<Option<Cluster>, Failure> {
        let Some(programs) = programs() else { return Ok(None) };
        let root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0"));
        let user = root.then_some(USER);
        let folder = tempfile::Builder::new().prefix("onshelf-drill-postgres-").tempdir()?;
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD)?;
        if let Some(user) = user {
            run(Command::new("chown").args(["-R", user]).arg(folder.path()))?;
        }
        let mut initdb = tied(&programs.join("initdb"), user, None);
        initdb.arg("--pgdata").arg(folder.path().join("data")).arg("--pwfile").arg(&password);
        initdb.args(["--username", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]);
        run(initdb.current_dir("/"))?;
        let mut cluster = Cluster { server: None, programs, user, folder, port: free_port()? };
        cluster.go_on().await?;
        Ok(Some(cluster))
    }

    #[must_use]
    pub fn url(&self) -> String {
        let port = self.port;
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres?sslmode=disable")
    }

    /// Starts the server (again) and waits until it answers.
    pub async fn go_on(&mut self) -> Result<(), Failure> {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("log"))?;
        let mut server = tied(&self.programs.join("postgres"), self.user, None);
        server.arg("-D").arg(self.folder.path().join("data")).args(["-p", &self.port.to_string()]);
        server.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        server.args(["-c", "fsync=on", "-c", "max_connections=200"]);
        server.current_dir("/").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.server = Some(server.spawn()?);
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ask.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("PostgreSQL does not answer within a minute".into())
    }

    /// Immediate shutdown: no checkpoint, every connection cut; the next start recovers from the log.
    pub async fn stop_hard(&mut self) -> Result<(), Failure> {
        if let Some(mut server) = self.server.take() {
            signal(server.id(), "QUIT")?;
            while server.try_wait()?.is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = signal(server.id(), "QUIT");
            let _ = server.wait();
        }
    }
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

/// The folder with initdb and postgres; the server's programs are not on PATH everywhere.
fn programs() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = Vec::new();
    if let Ok(said) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    places.extend(versions.into_iter().rev());
    let is_whole = |folder: &Path| folder.join("initdb").exists() && folder.join("postgres").exists();
    places.into_iter().find(|folder| is_whole(folder))
}
