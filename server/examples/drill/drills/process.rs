//! The server as a child process: started, waited for, killed and stopped by its own id.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use super::{Failure, Plan, Tally, ground::Ground};

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Launch {
    program: PathBuf,
    pub addr: SocketAddr,
    metrics: SocketAddr,
    pub environment: Vec<(String, String)>,
    /// Of the machine's cores, the one it may use.
    pub core: Option<usize>,
    log: PathBuf,
}

/// A running server. It is killed when this goes out of scope, and by the kernel when the drill dies.
pub struct Server {
    child: Child,
    pub addr: SocketAddr,
}

/// A port on loopback that nobody listens on at this moment.
pub fn free_port() -> Result<u16, Failure> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A command that the kernel ends together with this process, where util-linux is there to arrange it.
#[must_use]
pub fn tied(program: &Path, as_user: Option<&str>, core: Option<usize>) -> Command {
    let mut words: Vec<String> = Vec::new();
    if let (Some(core), true) = (core, is_there("taskset")) {
        words.extend(["taskset".to_owned(), "-c".to_owned(), core.to_string()]);
    }
    if is_there("setpriv") {
        words.extend(["setpriv", "--pdeathsig", "KILL"].map(str::to_owned));
        if let Some(user) = as_user {
            words.extend(["--reuid", user, "--regid", user, "--init-groups"].map(str::to_owned));
        }
        words.push("--".to_owned());
    }
    let Some((first, rest)) = words.split_first() else { return Command::new(program) };
    let mut command = Command::new(first);
    command.args(rest).arg(program);
    command
}

#[must_use]
pub fn is_there(program: &str) -> bool {
    let Some(paths) = std::env::var_os("PATH") else { return false };
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// Sends a signal (`TERM`, `QUIT`, …) to one process.
pub fn signal(pid: u32, name: &str) -> Result<(), Failure> {
    let status = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status()?;
    if status.success() { Ok(()) } else { Err(format!("kill -{name} {pid}: {status}").into()) }
}

impl Launch {
    /// On the ground's database, on free ports of loopback. Clients may say by `X-Forwarded-For` who they are, so
    /// that the limits a client has do not stand in the way of a load that plays many.
    pub fn new(plan: &Plan, ground: &Ground) -> Result<Launch, Failure> {
        let addr = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let environment = [
            ("ONSHELF_DATABASE_URL", ground.url.clone()),
            ("ONSHELF_ADDR", addr.to_string()),
            ("ONSHELF_METRICS_ADDR", metrics.to_string()),
            ("ONSHELF_DATA_DIR", ground.path().join(format!("data-{}", addr.port())).display().to_string()),
            ("ONSHELF_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("ONSHELF_LOG", "warn".to_owned()),
        ];
        Ok(Launch {
            program: plan.program.clone(),
            addr,
            metrics,
            environment: environment.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            core: None,
            log: ground.path().join(format!("server-{}.log", addr.port())),
        })
    }

    /// Sets one setting of the server, or one variable of its process.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Launch {
        self.environment.retain(|(own, _)| own != name);
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Starts it without waiting for it.
    pub fn start(&self) -> Result<Server, Failure> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = tied(&self.program, None, self.core);
        command.arg("serve").envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().map_err(|error| format!("{}: {error}", self.program.display()))?;
        Ok(Server { child, addr: self.addr })
    }

    /// Starts it and waits until it is ready; answers how long that took.
    pub async fn started(&self) -> Result<(Server, Duration), Failure> {
        let begun = Instant::now();
        let mut server = self.start()?;
        server.ready(Duration::from_secs(60)).await.map_err(|error| format!("{error}\n{}", self.said()))?;
        Ok((server, begun.elapsed()))
    }

    /// Lines of the log that tell of a fault of the server itself.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let log = self.said();
        log.lines()
            .filter(|line| line.contains("panicked") || line.contains("ERROR"))
            .map(|line| line.chars().take(300).collect())
            .collect()
    }

    /// What `/metrics` says of this name: of what is whole and has no labels.
    pub async fn figure(&self, name: &str) -> Result<u64, Failure> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build()?;
        let page = client.get(format!("http://{}/metrics", self.metrics)).send().await?.text().await?;
        let figure = page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        figure.ok_or_else(|| format!("/metrics tells no {name}").into())
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Runs another command of the binary on the same database, and answers whether it succeeded and what it printed.
    pub fn command(&self, words: &[&str]) -> Result<(ExitStatus, String), Failure> {
        let mut command = tied(&self.program, None, None);
        command.args(words).envs(self.environment.iter().cloned()).stdin(Stdio::null());
        let output = command.output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status, String::from_utf8_lossy(&said).trim().to_owned()))
    }
}

impl Server {
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    async fn ready(&mut self, within: Duration) -> Result<(), Failure> {
        let end = Instant::now() + within;
        let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).no_proxy().build()?;
        let url = format!("http://{}/health/ready", self.addr);
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended with {status}").into());
            }
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the server is not ready in time".into())
    }

    /// SIGKILL: nothing of it runs on.
    pub fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM; answers how it ended and how long that took.
    pub async fn stop(mut self) -> Result<(ExitStatus, Duration), Failure> {
        let begun = Instant::now();
        signal(self.pid(), "TERM")?;
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, begun.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("the server did not end within 30 s".into())
    }

    /// The same as part of a drill: any other end than a good one is a fault.
    pub async fn stopped(self, tally: &mut Tally) {
        if let Some((status, took)) = tally.blame(self.stop().await) {
            println!("stopped in {:.1} s ({status})", took.as_secs_f64());
            tally.check(status.success(), || format!("the server ended with {status}"));
        }
    }

    /// Memory it occupies now, and the most it ever did, in bytes; 0 where the system does not tell.
    #[must_use]
    pub fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        (kilobytes("VmRSS:").unwrap_or(0) * 1024, kilobytes("VmHWM:").unwrap_or(0) * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
