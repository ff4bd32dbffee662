//! `dev`: the development loop. Watches the sources, builds what changed, and starts the server anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};

use crate::arguments::Grade;
use crate::process::{self, Guarded, say};
use crate::toolchain::Toolchain;
use crate::{build, project, public, serve, server};

/// Looking at a few hundred files takes less than a millisecond, so asking is simpler than being told.
const GLANCE: Duration = Duration::from_millis(250);
/// What each part of the checkout is compiled into.
const CLIENT_PARTS: [&str; 4] = ["app", "frontend", "style", "public"];
const SERVER_PARTS: [&str; 3] = ["app", "server", "Cargo.lock"];

pub fn dev(rest: &[String]) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    let mut seen = Snapshot::take();
    let mut running = rebuild(&toolchain, Changed { client: true, server: true }, rest, None)?;
    loop {
        std::thread::sleep(GLANCE);
        let now = Snapshot::take();
        let changed = now.differs_from(&seen);
        if !(changed.client || changed.server) {
            running = running.and_then(still_there);
            continue;
        }
        // An editor that saves several files is still at it.
        std::thread::sleep(GLANCE / 2);
        seen = Snapshot::take();
        running = rebuild(&toolchain, changed, rest, running)?;
    }
}

/// Builds and restarts. After a mistake in the sources the old server goes on.
fn rebuild(
    toolchain: &Toolchain,
    changed: Changed,
    rest: &[String],
    running: Option<Guarded>,
) -> Result<Option<Guarded>> {
    let start = Instant::now();
    let (site, binary) = std::thread::scope(|scope| {
        let site = scope
            .spawn(|| if changed.client { build::site(toolchain, Grade::Dev).map(|_| ()) } else { Ok(()) });
        let binary = server::build(toolchain, Grade::Dev);
        (site.join(), binary)
    });
    let site = site.unwrap_or_else(|_| Err(anyhow::anyhow!("the build of the site panicked")));
    let binary = match site.and(binary) {
        Ok(binary) => binary,
        Err(error) => {
            eprintln!("{error:#}\n· waiting for the next change");
            return Ok(running);
        }
    };
    drop(running);
    let child = launch(&binary, rest)?;
    let seconds = start.elapsed().as_secs_f32();
    say(&format!("http://{} shows the change ({seconds:.1} s); Ctrl-C ends it", serve::address()));
    Ok(Some(Guarded { child }))
}

fn launch(binary: &Path, rest: &[String]) -> Result<Child> {
    // Under a name of its own, because the linker cannot write to a program that runs: it makes a new file in its place.
    let copy = binary.with_extension("serving");
    let _ = std::fs::remove_file(&copy);
    std::fs::hard_link(binary, &copy)
        .or_else(|_| std::fs::copy(binary, &copy).map(drop))
        .context("copying the server")?;
    let tied = process::tied(&copy, None);
    let plain = serve::command(&copy, &project::site(Grade::Dev), rest);
    let mut command = Command::new(tied.get_program());
    command.args(tied.get_args()).args(plain.get_args());
    command.env("ONSHELF_SITE_DIR", project::site(Grade::Dev));
    command.spawn().context("the server does not start")
}

fn still_there(mut running: Guarded) -> Option<Guarded> {
    match running.child.try_wait() {
        Ok(Some(status)) => {
            say(&format!("the server ended with {status}; waiting for the next change"));
            None
        }
        _ => Some(running),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Changed {
    client: bool,
    server: bool,
}

/// When each source file was written last.
struct Snapshot {
    client: BTreeMap<PathBuf, Option<SystemTime>>,
    server: BTreeMap<PathBuf, Option<SystemTime>>,
}

impl Snapshot {
    fn take() -> Self {
        Self { client: times(project::root(), &CLIENT_PARTS), server: times(project::root(), &SERVER_PARTS) }
    }

    fn differs_from(&self, earlier: &Self) -> Changed {
        Changed { client: self.client != earlier.client, server: self.server != earlier.server }
    }
}

fn times(root: &Path, parts: &[&str]) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let mut times = BTreeMap::new();
    for part in parts.iter().map(|part| root.join(part)) {
        let files =
            if part.is_dir() { public::files_below(&part).unwrap_or_default() } else { vec![PathBuf::new()] };
        for file in files.into_iter().map(|file| part.join(file)) {
            let time = std::fs::metadata(&file).and_then(|facts| facts.modified()).ok();
            times.insert(file, time);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_a_new_a_changed_and_a_removed_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let look = || times(folder.path(), &["app"]);
        std::fs::create_dir_all(folder.path().join("app/cart")).expect("made");
        let empty = look();
        let file = folder.path().join("app/cart/mod.rs");
        std::fs::write(&file, "one").expect("written");
        let one = look();
        assert_ne!(empty, one);
        assert_eq!(one, look());
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        std::fs::File::options()
            .write(true)
            .open(&file)
            .and_then(|file| file.set_modified(later))
            .expect("touched");
        assert_ne!(one, look());
        std::fs::remove_file(&file).expect("removed");
        assert_eq!(empty, look());
    }
}
