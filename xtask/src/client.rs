//! The client: the frontend crate compiled to wasm, its JavaScript glue, both made small.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::Grade;
use crate::manifest::digest;
use crate::process::{self, say};
use crate::project::{ASSET_STEM, CLIENT_CRATE, CLIENT_STEM, WASM_TARGET};
use crate::toolchain::Toolchain;
use crate::{assets, packages};

/// Raised when the steps after the compiler change, so that their kept results are made anew.
const RECIPE: &str = "2";
const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.28.2";

/// The features are named one by one: `--all-features` writes modules that browsers refuse.
const WASM_OPT: [&str; 11] = [
    "-Oz",
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Compiles the client and adds `onshelf.wasm` and `onshelf.js` to the site.
pub fn add(toolchain: &Toolchain, grade: Grade, site: &mut assets::Site) -> Result<()> {
    let compiled = compile(toolchain, grade)?;
    let finished = finish(toolchain, grade, &compiled)?;
    let read = |name: &str| std::fs::read(finished.join(name)).with_context(|| name.to_owned());
    let wasm_name = site.add_hashed(&format!("{ASSET_STEM}.wasm"), &read("onshelf_bg.wasm")?)?;
    let mut script = String::from_utf8(read("onshelf.js")?)?;
    // The glue asks for the module by its plain name, relative to itself.
    script = script.replace(&format!("{ASSET_STEM}_bg.wasm"), &wasm_name);
    let snippets = finished.join("snippets");
    if snippets.is_dir() {
        script = add_snippets(site, &snippets, &script)?;
    }
    site.add_hashed(&format!("{ASSET_STEM}.js"), script.as_bytes())?;
    Ok(())
}

fn compile(toolchain: &Toolchain, grade: Grade) -> Result<PathBuf> {
    let profile = match grade {
        Grade::Release => "wasm-release",
        Grade::Dev => "wasm-dev",
    };
    say(&format!("compiling the client ({profile})"));
    let mut cargo = toolchain.client_cargo("build", grade)?;
    cargo.args(["--package", CLIENT_CRATE, "--lib", "--profile", profile]);
    process::run(&mut cargo, "compiling the client")?;
    Ok(toolchain.client_target().join(WASM_TARGET).join(profile).join(format!("{CLIENT_STEM}.wasm")))
}

/// Everything after the compiler, skipped when the compiler's output is the same as last time.
fn finish(toolchain: &Toolchain, grade: Grade, compiled: &Path) -> Result<PathBuf> {
    let folder = toolchain.client_target().join(match grade {
        Grade::Release => "finished",
        Grade::Dev => "finished-dev",
    });
    let wasm = std::fs::read(compiled).with_context(|| format!("{} is not there", compiled.display()))?;
    let key = format!("{} {RECIPE} {BINARYEN} {ESBUILD} {}", digest(&wasm), WASM_OPT.join(" "));
    let stamp = folder.join("made-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == key) {
        return Ok(folder);
    }
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    bind(compiled, grade, &folder)?;
    if grade == Grade::Release {
        optimise(&folder.join(format!("{ASSET_STEM}_bg.wasm")))?;
        let script = folder.join(format!("{ASSET_STEM}.js"));
        std::fs::write(&script, minify(&std::fs::read_to_string(&script)?)?)?;
    }
    std::fs::write(stamp, key)?;
    Ok(folder)
}

fn bind(compiled: &Path, grade: Grade, folder: &Path) -> Result<()> {
    say("binding the client to JavaScript");
    let release = grade == Grade::Release;
    Bindgen::new()
        .input_path(compiled)
        .out_name(ASSET_STEM)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .omit_default_module_path(false)
                .typescript(false)
                .debug(!release)
                .keep_debug(false)
                .remove_name_section(release)
                .remove_producers_section(true)
                .generate(folder)
        })
        .map_err(|error| anyhow!("binding the client to JavaScript: {error:#}"))
}

fn optimise(wasm: &Path) -> Result<()> {
    let tool = match packages::npm_tool("binaryen", BINARYEN, "bin/wasm-opt", "making the client small") {
        Ok(tool) => tool,
        Err(error) => {
            say(&format!("the client stays about a tenth larger, without wasm-opt: {error:#}"));
            return Ok(());
        }
    };
    say("making the client small with wasm-opt");
    let mut node = Command::new("node");
    node.arg(tool).arg(wasm).arg("-o").arg(wasm).args(WASM_OPT);
    process::run(&mut node, "making the client small")
}

/// The program that bundles and minifies scripts.
pub fn bundler() -> Result<PathBuf> {
    packages::npm_tool("esbuild", ESBUILD, "bin/esbuild", "minifying scripts")
}

/// The script in fewer bytes; as it is where the minifier cannot be had.
pub fn minify(script: &str) -> Result<String> {
    let tool = match bundler() {
        Ok(tool) => tool,
        Err(error) => {
            say(&format!("scripts stay as they are, without a minifier: {error:#}"));
            return Ok(script.to_owned());
        }
    };
    let mut minifier = Command::new(tool);
    minifier.args(["--minify", "--loader=js", "--format=esm", "--target=es2022", "--log-level=warning"]);
    minifier.args(["--charset=utf8", "--legal-comments=none"]);
    let mut child =
        minifier.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("starting esbuild")?;
    if let Some(mut input) = child.stdin.take() {
        std::io::Write::write_all(&mut input, script.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "esbuild refuses a script");
    Ok(String::from_utf8(output.stdout)?)
}

/// Scripts that crates bring along lie in one folder named after the content of them all.
fn add_snippets(site: &mut assets::Site, folder: &Path, script: &str) -> Result<String> {
    let files = crate::public::files_below(folder)?;
    let mut all = Vec::new();
    for file in &files {
        all.extend(std::fs::read(folder.join(file))?);
    }
    let shelf = format!("snippets-{}", digest(&all));
    for file in &files {
        site.add(&Path::new("pkg").join(&shelf).join(file), &std::fs::read(folder.join(file))?)?;
    }
    Ok(script.replace("./snippets/", &format!("./{shelf}/")))
}
