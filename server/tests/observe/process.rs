//! The server as operators run it: a process of its own on a test's database.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use onshelf_shop::testing::{Engine, TestShop};

const PROGRAM: &str = env!("CARGO_BIN_EXE_onshelf");

/// A server that was started; killed when this goes out of scope.
pub struct Process {
    child: Child,
    pub url: String,
    folder: tempfile::TempDir,
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// `onshelf` on a test's database, with nothing of this process's own settings.
pub fn command(test: &TestShop, data_dir: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    let own = std::env::vars().filter(|(name, _)| name.starts_with("ONSHELF_") || name.starts_with("OTEL_"));
    for (name, _) in own {
        command.env_remove(name);
    }
    command
        .current_dir(data_dir)
        .env("ONSHELF_DATABASE_URL", &test.url)
        .env("ONSHELF_DATA_DIR", data_dir)
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(test: &TestShop, data_dir: &Path, words: &[&str]) -> Output {
    command(test, data_dir).args(words).output().unwrap()
}

impl Process {
    /// Serves, and waits until it answers.
    pub async fn start(test: &TestShop, settings: &[(&str, &str)]) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("http://127.0.0.1:{}", free_port());
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = command(test, folder.path());
        command
            .arg("serve")
            .env("ONSHELF_ADDR", url.trim_start_matches("http://"))
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log);
        let process = Process { child: command.spawn().unwrap(), url, folder };
        let began = Instant::now();
        while reqwest::get(format!("{}/health/ready", process.url)).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not serve: {}", process.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Asks it to stop, and answers how it ended and how long that took.
    pub async fn stop(&mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it does not stop: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A test's shop on each engine that is there, for tests that take more than one go at it.
pub async fn shops() -> Vec<TestShop> {
    let mut shops = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        shops.extend(TestShop::on(engine).await);
    }
    shops
}
