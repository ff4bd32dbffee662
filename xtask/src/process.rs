//! Starting other programs: with a heading, with a time limit, with their output read along.
//! Knows nothing of what they are for.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Says on one line what is being done, so that nobody wonders what takes so long.
pub fn say(sentence: &str) {
    println!("· {sentence}");
    let _ = std::io::stdout().flush();
}

/// Runs it with the terminal's own input and output; an exit code other than 0 is an error.
pub fn run(command: &mut Command, doing: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("{doing}: {} does not start", name(command)))?;
    if !status.success() {
        bail!("{doing}: {} ended with {status}", name(command));
    }
    Ok(())
}

/// Runs it quietly; what it printed is shown only if it fails.
pub fn run_quietly(command: &mut Command, doing: &str) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{doing}: {} does not start", name(command)))?;
    if !output.status.success() {
        eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{doing}: {} ended with {}", name(command), output.status);
    }
    Ok(())
}

/// What it prints on standard output, trimmed; None if it is absent or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs it quietly for at most `limit`; false if it failed, was absent, or was still running then.
pub fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = quiet.spawn() else { return false };
    let end = Instant::now() + limit;
    while Instant::now() < end {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    stop(&mut child, Duration::ZERO);
    false
}

/// Runs it and shows its standard output and error as they come, both of which it also hands to `read`,
/// line by line. True if the program ended with 0.
pub fn read_along(command: &mut Command, mut read: impl FnMut(&str) + Send) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} does not start", name(command)))?;
    let (send, receive) = std::sync::mpsc::channel::<String>();
    std::thread::scope(|scope| {
        if let Some(stdout) = child.stdout.take() {
            let send = send.clone();
            scope.spawn(move || pass_on(stdout, &send));
        }
        if let Some(stderr) = child.stderr.take() {
            let send = send.clone();
            scope.spawn(move || pass_on(stderr, &send));
        }
        drop(send);
        for line in receive {
            println!("{line}");
            read(&line);
        }
    });
    Ok(child.wait()?.success())
}

fn pass_on(stream: impl std::io::Read, send: &std::sync::mpsc::Sender<String>) {
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if send.send(line).is_err() {
            return;
        }
    }
}

/// Asks a child to end as Ctrl-C would, and kills it after `patience`.
pub fn stop(child: &mut Child, patience: Duration) {
    if patience > Duration::ZERO {
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let end = Instant::now() + patience;
        while Instant::now() < end {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// A child that is stopped when it goes out of scope, and that the system stops if this process dies.
pub struct Guarded {
    pub child: Child,
}

impl Drop for Guarded {
    fn drop(&mut self) {
        stop(&mut self.child, Duration::from_secs(10));
    }
}

/// A command that the kernel ends together with this process, where util-linux is there to arrange it.
pub fn tied(program: impl AsRef<OsStr>, as_user: Option<&str>) -> Command {
    let Some(setpriv) = find("setpriv") else { return Command::new(program) };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "INT"]);
    if let Some(user) = as_user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}

/// The same command on one core of the machine, where util-linux is there to arrange it. Settings of its environment
/// come after this.
pub fn on_core(command: Command, core: usize) -> Command {
    let Some(taskset) = find("taskset") else { return command };
    let mut pinned = Command::new(taskset);
    pinned.args(["-c", &core.to_string()]).arg(command.get_program()).args(command.get_args());
    pinned
}

/// Where PATH has the program.
pub fn find(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// True for the superuser, whom some programs serve and others refuse.
pub fn is_root() -> bool {
    answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

/// A port on loopback that nobody listens on at this moment.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn name(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().take(3).map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_not_wait_for_ever() {
        let start = Instant::now();
        assert!(!succeeds_within(Command::new("sleep").arg("60"), Duration::from_millis(200)));
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(succeeds_within(&mut Command::new("true"), Duration::from_secs(10)));
        assert!(!succeeds_within(&mut Command::new("there-is-no-such-program"), Duration::from_secs(10)));
    }

    #[test]
    fn runs_on_one_core_what_it_was_given() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        let first = allowed.and_then(|list| list.trim().split(['-', ',']).next()?.parse().ok());
        let mut plain = Command::new("sh");
        plain.args(["-c", "echo said"]);
        assert_eq!(answer(&mut on_core(plain, first.unwrap_or(0))).as_deref(), Some("said"));
    }

    #[test]
    fn reads_both_streams() {
        let mut lines = Vec::new();
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo out; echo err >&2; exit 3"]);
        let succeeded = read_along(&mut shell, |line| lines.push(line.to_owned())).expect("started");
        lines.sort();
        assert!(!succeeded);
        assert_eq!(lines, ["err", "out"]);
    }
}
