//! The live map: `frontend/map` and the packages it stands on, bundled into a script, its worker and a style sheet.
//! A site without it is whole: its maps are drawn on the server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::arguments::Grade;
use crate::process::say;
use crate::{assets, client, packages, style};

const LICENCES: &str = "licences/live-map.txt";
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
    site.add(Path::new(LICENCES), licences(&folder.join("node_modules"))?.as_bytes())
}

/// The licences of all packages the map may be made of, as they ask whoever hands them on.
fn licences(packages: &Path) -> Result<String> {
    let mut text = String::new();
    for package in folders(packages)? {
        let name = package.strip_prefix(packages).unwrap_or(&package).display().to_string();
        if name.starts_with('@') && !name.contains('/') {
            text.push_str(&licences_below(&package, packages)?);
        } else {
            text.push_str(&licence(&package, &name)?);
        }
    }
    Ok(text)
}

fn licences_below(scope: &Path, packages: &Path) -> Result<String> {
    let name = |package: &Path| package.strip_prefix(packages).unwrap_or(package).display().to_string();
    folders(scope)?.iter().map(|package| licence(package, &name(package))).collect()
}

fn licence(package: &Path, name: &str) -> Result<String> {
    for entry in std::fs::read_dir(package)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().to_uppercase().starts_with("LICEN") {
            let said = std::fs::read_to_string(entry.path())?;
            return Ok(format!("{name}\n\n{}\n\n----\n\n", said.trim()));
        }
    }
    Ok(String::new())
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    found.retain(|path| {
        path.is_dir() && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    });
    found.sort();
    Ok(found)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_its_licence_said() {
        let packages = tempfile::tempdir().expect("a temporary folder");
        for (file, text) in [
            ("maps/LICENSE.txt", "BSD"),
            ("@scope/tiles/license.md", "ISC"),
            ("bare/index.js", ""),
            (".bin/x", ""),
        ] {
            let file = packages.path().join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, text).expect("written");
        }
        let said = licences(packages.path()).expect("read");
        assert_eq!(said, "@scope/tiles\n\nISC\n\n----\n\nmaps\n\nBSD\n\n----\n\n");
    }
}
