//! `public/`: files that are served as they are. Scripts that pages name are the exception: they get a hashed name, so
//! that a browser keeps them for ever and a page has the one that was made with it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::arguments::Grade;
use crate::{assets, client};

const SCRIPTS: [&str; 2] = ["loader.js", "counter.js"];

pub fn add(folder: &Path, grade: Grade, site: &mut assets::Site) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for file in files_below(folder)? {
        let mut content = std::fs::read(folder.join(&file))?;
        let is_script = file.extension().is_some_and(|ending| ending == "js");
        if is_script && grade == Grade::Release {
            content = client::minify(&String::from_utf8(content)?)?.into_bytes();
        }
        match SCRIPTS.into_iter().find(|script| file == Path::new(script)) {
            Some(script) => drop(site.add_hashed(script, &content)?),
            None => site.add(&file, &content)?,
        }
    }
    Ok(())
}

/// Every file below the folder, relative to it and sorted; hidden ones and installed packages are left out.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(part) = open.pop() {
        for entry in std::fs::read_dir(folder.join(&part))? {
            let name = entry?.file_name();
            let relative = part.join(&name);
            if name.to_string_lossy().starts_with('.') || name == "node_modules" {
                continue;
            }
            if folder.join(&relative).is_dir() {
                open.push(relative);
            } else {
                found.push(relative);
            }
        }
    }
    found.sort();
    Ok(found)
}
