//! The client's standard library, rebuilt from source for size and kept in a sysroot of its own.
//!
//! The one a compiler ships is optimised for speed and carries unwinding; the rebuilt one is smaller, and
//! it is the only one where the compiler ships none. Nothing outside `target/` is written.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process::{self, say};
use crate::project::{self, WASM_TARGET};
use crate::toolchain::Toolchain;

const MANIFEST: &str = r#"
[package]
name = "nothing"
edition = "2024"

[workspace]

[profile.release]
opt-level = "z"
codegen-units = 1
panic = "abort"
debug = false
"#;

/// Whether a panic says what happened. Saying it takes a quarter of the client's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    Speaking,
    Terse,
}

/// What makes code terse. Not stable flags yet, so whoever uses them has to set RUSTC_BOOTSTRAP.
pub const TERSE: [&str; 3] = ["-Cpanic=immediate-abort", "-Zunstable-options", "-Zlocation-detail=none"];

/// The sysroot that holds the rebuilt std, built now if need be; None where the source cannot be had.
pub fn ready(toolchain: &Toolchain, voice: Voice) -> Result<Option<PathBuf>> {
    // Fat link-time optimisation needs the bitcode in the libraries.
    let mut flags = vec!["-Cembed-bitcode=yes".to_owned()];
    if voice == Voice::Terse {
        flags.extend(TERSE.map(str::to_owned));
    }
    let key = Sha256::digest([toolchain.version.as_str(), MANIFEST, &flags.join(" ")].join("\n"));
    flags.extend(toolchain.path_flags());
    let home = project::tools().join(format!("wasm-std-{:.12}", format!("{key:x}")));
    let sysroot = home.join("sysroot");
    let finished = home.join("finished");
    if finished.exists() {
        return Ok(Some(sysroot));
    }
    let unavailable = home.join("no-source");
    if unavailable.exists() {
        return Ok(None);
    }
    if voice == Voice::Terse && !knows_terse(toolchain) {
        say("this compiler cannot build a terse client; it will be somewhat larger");
        return Ok(None);
    }
    if toolchain.std_source().is_none()
        && !(toolchain.ask_for_std_source() && toolchain.std_source().is_some())
    {
        say("the source of Rust's standard library cannot be had; the client will be somewhat larger");
        std::fs::create_dir_all(&home)?;
        std::fs::write(unavailable, "")?;
        return Ok(None);
    }
    say("building the client's standard library, once (about half a minute)");
    build(toolchain, &home, &flags)?;
    collect(&home, &sysroot)?;
    std::fs::write(finished, "")?;
    Ok(Some(sysroot))
}

fn build(toolchain: &Toolchain, home: &Path, flags: &[String]) -> Result<()> {
    let krate = home.join("crate");
    std::fs::create_dir_all(krate.join("src"))?;
    std::fs::write(krate.join("Cargo.toml"), MANIFEST)?;
    std::fs::write(krate.join("src/lib.rs"), "")?;
    let mut cargo = toolchain.command("cargo");
    cargo.current_dir(&krate).args(["build", "--quiet", "--release", "--target", WASM_TARGET]);
    cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    // Building std is not a stable feature of cargo yet.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", home.join("target")).env_remove("RUSTFLAGS");
    // Separated as cargo wants them, because a path may have spaces.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    process::run_quietly(&mut cargo, "building the client's standard library")
}

/// Asks the compiler itself: the flags are young and may be renamed.
fn knows_terse(toolchain: &Toolchain) -> bool {
    let mut rustc = toolchain.command("rustc");
    rustc.env("RUSTC_BOOTSTRAP", "1").args(TERSE).args(["--target", WASM_TARGET, "--print", "cfg"]);
    process::answer(&mut rustc).is_some()
}

/// Lays the libraries out as the compiler looks for them.
fn collect(home: &Path, sysroot: &Path) -> Result<()> {
    let shelf = sysroot.join("lib/rustlib").join(WASM_TARGET).join("lib");
    std::fs::create_dir_all(&shelf)?;
    let built = home.join("target").join(WASM_TARGET).join("release/deps");
    for entry in std::fs::read_dir(&built).with_context(|| format!("{} is not there", built.display()))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libnothing") {
            std::fs::copy(&file, shelf.join(name))?;
        }
    }
    // Only the libraries are wanted; the rest is some hundred megabytes.
    let _ = std::fs::remove_dir_all(home.join("target"));
    Ok(())
}
