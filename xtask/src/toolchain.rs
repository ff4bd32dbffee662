//! Which compiler builds, and how it comes to know wasm32.
//!
//! Leptos names an island by a hash of its tokens as the compiler prints them, so client and server must
//! be built by one compiler. There are two ways to have one:
//!
//! 1. **The caller's own** (rustup's): `rustup target add wasm32-unknown-unknown`. Server builds share
//!    `target/` with everyday `cargo check` and `cargo test`.
//! 2. **Debian's** (`rustc-web`, `cargo-web`, `rust-web-src`, `lld-22`), where rustup is absent or its
//!    server is out of reach. If the everyday compiler is another one, all that xtask builds lies in
//!    `target/debian`, so that the two never rebuild each other's work.
//!
//! What the client's compiler writes lies in `target/client` (or `target/debian/client`) in both cases.
//! There is no `rust-toolchain.toml` on purpose: one that names targets or a channel makes every cargo call
//! fail where rustup cannot download. `rust-version` in Cargo.toml refuses a compiler that is too old.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::arguments::Grade;
use crate::packages;
use crate::process::{self, say};
use crate::project::{self, WASM_TARGET};
use crate::wasm_std::{self, TERSE, Voice};

/// Views without the types of what they are made of: pages compile sooner and render a little slower. What the server
/// writes and what the client expects differ by it, so both are built with it, or neither.
const ERASED: &str = "--cfg=erase_components";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
/// Some firewalls swallow rustup's packets instead of refusing them; without a limit it would hang for good.
const PATIENCE: Duration = Duration::from_secs(25);

/// A compiler that can build both the server and the client.
#[derive(Debug, Clone)]
pub struct Toolchain {
    kind: Kind,
    /// `rustc -vV`, whole: the key of everything that depends on the compiler.
    pub version: String,
    /// The folder in which the compiler keeps its libraries.
    pub sysroot: PathBuf,
    host_target: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Callers,
    Debian,
}

impl Toolchain {
    /// Finds or installs a compiler that can build the client. Quick once it has been done.
    pub fn ready() -> Result<Self> {
        let asked = std::env::var("ONSHELF_TOOLCHAIN").unwrap_or_default();
        if !["", "rustup", "debian"].contains(&asked.as_str()) {
            bail!("ONSHELF_TOOLCHAIN is `{asked}`; it can be rustup or debian");
        }
        let callers = Self::of(Kind::Callers)?;
        if asked != "debian" && (callers.ships_wasm_std() || callers.can_build_std() || callers.ask_rustup())
        {
            return Ok(callers);
        }
        if asked == "rustup" {
            bail!("`rustup target add {WASM_TARGET}` does not succeed; see what it says when called by hand");
        }
        packages::debian(
            &DEBIAN_PACKAGES,
            "building the client (rustup cannot provide the wasm target here)",
        )?;
        Self::of(Kind::Debian)
    }

    fn of(kind: Kind) -> Result<Self> {
        let mut bare =
            Self { kind, version: String::new(), sysroot: PathBuf::new(), host_target: project::target() };
        let ask = |arguments: &[&str]| {
            process::answer(bare.command("rustc").args(arguments)).context("rustc does not answer")
        };
        let version = ask(&["-vV"])?;
        let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
        let everyday = process::answer(Command::new("rustc").arg("-vV"));
        if kind == Kind::Debian && everyday.as_ref() != Some(&version) {
            bare.host_target = project::target().join("debian");
        }
        Ok(Self { version, sysroot, ..bare })
    }

    fn ships_wasm_std(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir()
    }

    /// True for a compiler from a distribution that brought its source and a linker along.
    fn can_build_std(&self) -> bool {
        self.std_source().is_some() && self.linker().is_some()
    }

    /// Adds the wasm target by rustup, and the source to rebuild std from. Remembers a failure, because
    /// finding out again would take half a minute at every call.
    fn ask_rustup(&self) -> bool {
        let verdict = project::tools().join("rustup-is-out-of-reach");
        if process::find("rustup").is_none()
            || std::fs::read_to_string(&verdict).is_ok_and(|of| of == self.version)
        {
            return false;
        }
        say(&format!("asking rustup for {WASM_TARGET} (waiting {} s at most)", PATIENCE.as_secs()));
        if process::succeeds_within(Command::new("rustup").args(["target", "add", WASM_TARGET]), PATIENCE) {
            return true;
        }
        say(&format!(
            "rustup cannot provide it; using Debian's compiler (remove {} to ask again)",
            verdict.display()
        ));
        let _ = std::fs::create_dir_all(project::tools());
        let _ = std::fs::write(verdict, &self.version);
        false
    }

    /// Where the source of the standard library lies, fetched by rustup if it can be.
    pub fn std_source(&self) -> Option<PathBuf> {
        let source = self.sysroot.join("lib/rustlib/src/rust/library");
        source.join("std/Cargo.toml").exists().then_some(source)
    }

    /// Asks rustup for the source; a failure only means a larger client.
    pub fn ask_for_std_source(&self) -> bool {
        self.kind == Kind::Callers
            && process::find("rustup").is_some()
            && process::succeeds_within(
                Command::new("rustup").args(["component", "add", "rust-src"]),
                PATIENCE,
            )
    }

    /// The linker for wasm: rustup's toolchain has its own, Debian's is a package.
    pub fn linker(&self) -> Option<PathBuf> {
        let host = self.version.lines().find_map(|line| line.strip_prefix("host: "))?;
        let own = self.sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
        if own.exists() {
            return Some(own);
        }
        process::find("wasm-ld-22").or_else(|| process::find("wasm-ld"))
    }

    /// The program of this toolchain (`rustc`, `cargo`), with nothing of the calling cargo left in its way.
    pub fn command(&self, program: &str) -> Command {
        let mut command = match self.kind {
            Kind::Callers => Command::new(program),
            Kind::Debian => Command::new(Path::new("/usr/bin").join(program)),
        };
        let inherited = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        // `cargo run` describes the xtask package in these; a build script that looks at them would run again.
        for name in
            inherited.filter(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
        command.env_remove("CARGO").env_remove("RUST_RECURSION_COUNT").env_remove("LD_LIBRARY_PATH");
        if self.kind == Kind::Debian {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&path));
            if let Ok(path) = std::env::join_paths(folders) {
                command.env("PATH", path);
            }
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC").env_remove("RUSTDOC");
        }
        command
    }

    /// Makes sure of a companion of the compiler (rustfmt, clippy), which some installations leave out.
    pub fn ensure_component(&self, component: &str, debian: &str, purpose: &str) -> Result<()> {
        let program = if component == "clippy" { "cargo-clippy" } else { component };
        if process::answer(self.command(program).arg("--version")).is_some() {
            return Ok(());
        }
        if self.kind == Kind::Debian || self.sysroot == Path::new("/usr") {
            return packages::debian(&[debian], purpose);
        }
        say(&format!("installing {component} by rustup for {purpose}"));
        if process::succeeds_within(Command::new("rustup").args(["component", "add", component]), PATIENCE) {
            return Ok(());
        }
        bail!("{component} is missing and rustup cannot provide it; call `rustup component add {component}`")
    }

    /// Cargo for what runs on the server's machine.
    pub fn cargo(&self) -> Command {
        let mut cargo = self.command("cargo");
        cargo.env("CARGO_TARGET_DIR", &self.host_target);
        cargo
    }

    /// The same for tests, with our own crates compiled by clippy, which lints as it goes: linting apart would look at all
    /// they stand on once more.
    pub fn test_cargo(&self) -> Command {
        let mut cargo = self.cargo();
        if let Some(clippy) = self.clippy() {
            cargo.env("RUSTC_WORKSPACE_WRAPPER", clippy);
        }
        cargo
    }

    /// Clippy as a compiler, where it is installed.
    pub fn clippy(&self) -> Option<PathBuf> {
        let own = self.sysroot.join("bin/clippy-driver");
        if own.exists() { Some(own) } else { process::find("clippy-driver") }
    }

    /// The same for the development loop: quicker to compile, and quicker to link. Lies beside what `cargo()` leaves, and
    /// neither rebuilds the other's work.
    pub fn loop_cargo(&self) -> Command {
        let mut cargo = self.cargo();
        let inherited = std::env::var("RUSTFLAGS").unwrap_or_default();
        cargo.env("RUSTFLAGS", format!("{inherited} {ERASED}").trim());
        cargo.args(["--config", "profile.dev.debug=false"]);
        cargo
    }

    /// Where `cargo()` leaves the program of that name.
    pub fn built(&self, profile_folder: &str, program: &str) -> PathBuf {
        self.host_target.join(profile_folder).join(program)
    }

    pub fn client_target(&self) -> PathBuf {
        self.host_target.join("client")
    }

    /// Cargo for the client: `subcommand` (build, clippy) for wasm32. For release it is built terse: a panic
    /// stops the client without a message, and with the standard library rebuilt to match, which saves
    /// a quarter of the code. Where std's source cannot be had, the shipped one has to do.
    pub fn client_cargo(&self, subcommand: &str, grade: Grade) -> Result<Command> {
        let mut cargo = self.command("cargo");
        cargo.env("CARGO_TARGET_DIR", self.client_target()).env_remove("RUSTFLAGS");
        cargo.args([subcommand, "--target", WASM_TARGET]);
        let voice = match grade {
            Grade::Release => Voice::Terse,
            Grade::Dev => Voice::Speaking,
        };
        let shipped_will_do = grade == Grade::Dev && self.ships_wasm_std();
        let own = if shipped_will_do { None } else { wasm_std::ready(self, voice)? };
        // Only now does the source of std lie where it will lie for every later call: with other flags cargo would
        // compile the whole client anew.
        let mut flags = self.path_flags();
        if grade == Grade::Dev {
            flags.push(ERASED.to_owned());
        }
        if let Some(own) = own {
            flags.push(format!("--sysroot={}", own.display()));
            if voice == Voice::Terse {
                flags.extend(TERSE.map(str::to_owned));
                cargo.env("RUSTC_BOOTSTRAP", "1");
            }
        } else if !self.ships_wasm_std() {
            bail!(
                "{} has no standard library for {WASM_TARGET}, nor the source to build one; \
                 call `rustup target add {WASM_TARGET}` or `apt-get install {}`",
                self.version.lines().next().unwrap_or("the compiler"),
                DEBIAN_PACKAGES.join(" ")
            );
        }
        cargo.arg("--config").arg(format!("target.{WASM_TARGET}.rustflags={flags:?}"));
        if let Some(linker) = self.linker() {
            cargo.arg("--config").arg(format!("target.{WASM_TARGET}.linker={linker:?}"));
        }
        Ok(cargo)
    }

    /// Panic messages name files: without this the long paths of this machine would be shipped to every phone.
    pub fn path_flags(&self) -> Vec<String> {
        let mut hidden = vec![self.sysroot.join("lib/rustlib/src/rust/library")];
        hidden.extend(self.std_source().and_then(|source| source.canonicalize().ok()));
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let cargo =
            std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home.map(|home| home.join(".cargo")));
        if let Some(sources) = cargo.map(|cargo| cargo.join("registry/src")) {
            hidden.push(sources.clone());
            let registries = std::fs::read_dir(sources).into_iter().flatten().flatten();
            hidden.extend(registries.map(|registry| registry.path()));
        }
        // Later flags win, so the longest prefix has to come last.
        hidden.sort();
        hidden.dedup();
        hidden.iter().map(|path| format!("--remap-path-prefix={}=", path.display())).collect()
    }
}
