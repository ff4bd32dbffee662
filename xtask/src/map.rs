//! The live map: `frontend/map` and the packages it stands on, bundled into a script, its worker and a style sheet.
//! A site without it is whole: its maps are drawn on the server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::arguments::Grade;
use crate::process::say;
use crate::{assets, client, packages, project, style};

const WORKER: &str = "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs";

/// Adds `map.js`, `live-map.js`, `live-map-worker.js` and `live-map.css` to the site, or says why it goes without.
pub fn add(folder: &Path, grade: Grade, site: &mut assets::Site) -> Result<()> {
    let parts = match tools(folder) {
        Ok(esbuild) => bundle(&esbuild, folder, grade)?,
        Err(error) => {
            say(&format!("the site has no live map, only drawn ones: {error:#}"));
            return Ok(());
        }
    };
    for (name, content) in parts {
        site.add_hashed(name, &content)?;
    }
    Ok(())
}

/// The bundler, with the packages at hand.
fn tools(folder: &Path) -> Result<PathBuf> {
    packages::npm_folder(folder, "the live map")?;
    ensure!(folder.join(WORKER).exists(), "maplibre-gl has no worker");
    client::bundler()
}

fn bundle(esbuild: &Path, folder: &Path, grade: Grade) -> Result<Vec<(&'static str, Vec<u8>)>> {
    say("bundling the live map");
    let sheet = style::bundle(&folder.join("live-map.css")).context("bundling the live map's style sheet")?;
    Ok(vec![
        ("map.js", bundled(esbuild, folder, "wait.js", grade)?),
        ("live-map.js", bundled(esbuild, folder, "live-map.js", grade)?),
        ("live-map-worker.js", bundled(esbuild, folder, WORKER, grade)?),
        ("live-map.css", sheet.into_bytes()),
    ])
}

/// A script with all it imports in one file. The licences that bind whoever hands it on stay in it.
fn bundled(esbuild: &Path, folder: &Path, entry: &str, grade: Grade) -> Result<Vec<u8>> {
    let mut command = Command::new(esbuild);
    command.current_dir(folder).arg(entry);
    command.args(["--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--log-level=warning"]);
    command.arg("--legal-comments=eof");
    if grade == Grade::Release {
        command.arg("--minify");
    }
    let output = command.output().with_context(|| format!("bundling {entry}"))?;
    ensure!(output.status.success(), "esbuild refuses {entry}:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
