//! What is measured runs in a process of its own, which is this same program started anew with a role.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::machine;

const ROLE: &str = "ONSHELF_BENCH_ROLE";

/// The role this process was started in; none in the one that measures.
pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// A process that plays a role, pinned to the server's core. Dropping it ends it.
pub struct Host {
    child: Child,
    /// `None` once it is told to end.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// What it said first: its port, mostly.
    pub said: String,
}

impl Host {
    pub fn start(role: &str, settings: &[(&str, &str)]) -> Host {
        Host::on(machine::SERVER, role, settings)
    }

    pub fn on(core: usize, role: &str, settings: &[(&str, &str)]) -> Host {
        // A child inherits the core of whoever starts it, also for the threads it makes before we could pin them.
        machine::pin(core);
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(ROLE, role).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.envs(settings.iter().copied()).spawn().unwrap();
        machine::pin(machine::LOAD);
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut host = Host { child, input, output, said: String::new() };
        host.said = host.hear();
        host
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn port(&self) -> u16 {
        self.said.parse().unwrap()
    }

    /// The next line it says.
    pub fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "what is measured has ended by itself");
        line.trim().to_owned()
    }

    /// Tells it a line; its answer is heard later.
    pub fn tell(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Tells it a line, and hears its answer.
    pub fn ask(&mut self, line: &str) -> String {
        self.tell(line);
        self.hear()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// For a role: says a line to whoever measures.
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
}

/// For a role: does what each line asks until whoever measures goes away.
pub fn obey(mut deed: impl FnMut(&str) -> String) {
    for line in std::io::stdin().lines() {
        let Ok(line) = line else { return };
        say(deed(&line));
    }
}

/// For a role: a runtime as the server has it on this many cores.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}
