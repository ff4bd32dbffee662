//! The folder of static files: what lies in it, and nothing that no longer belongs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::arguments::Grade;
use crate::compress::{self, Shelf};
use crate::manifest::{self, Manifest};
use crate::project;

/// A site being written. Old files stay until `finish`, so a server that still names them can serve them.
pub struct Site {
    root: PathBuf,
    shelf: Option<Shelf>,
    manifest: Manifest,
    kept: BTreeSet<PathBuf>,
}

impl Site {
    /// A release site has compressed files beside each; the development loop does without.
    pub fn open(grade: Grade) -> Result<Self> {
        let root = project::site(grade);
        std::fs::create_dir_all(root.join("pkg"))?;
        let shelf = match grade {
            Grade::Release => Some(Shelf::at(project::tools().join("compressed"))?),
            Grade::Dev => None,
        };
        Ok(Self { root, shelf, manifest: Manifest::default(), kept: BTreeSet::new() })
    }

    /// Adds an asset under a name that follows its content; returns the file's name within the package folder.
    pub fn add_hashed(&mut self, plain: &str, content: &[u8]) -> Result<String> {
        let name = self.manifest.note(plain, content);
        self.add(&Path::new("pkg").join(&name), content)?;
        Ok(name)
    }

    /// Adds a file under its own name, relative to the site's root.
    pub fn add(&mut self, relative: &Path, content: &[u8]) -> Result<()> {
        self.put(relative, content)?;
        let name = relative.to_string_lossy().into_owned();
        if !compress::is_worth_it(&name, content) {
            return Ok(());
        }
        let Some(shelf) = &self.shelf else { return Ok(()) };
        let (brotli, gzip) = (shelf.brotli(content)?, shelf.gzip(content)?);
        self.put(Path::new(&format!("{name}.br")), &brotli)?;
        self.put(Path::new(&format!("{name}.gz")), &gzip)
    }

    fn put(&mut self, relative: &Path, content: &[u8]) -> Result<()> {
        let file = self.root.join(relative);
        self.kept.insert(file.clone());
        if std::fs::read(&file).is_ok_and(|there| there == content) {
            return Ok(());
        }
        let folder = file.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder)?;
        compress::write_whole(&file, content).with_context(|| format!("writing {}", file.display()))
    }

    /// Writes the manifest and removes what this build did not make.
    pub fn finish(mut self) -> Result<Manifest> {
        let json = serde_json::to_vec_pretty(&self.manifest)?;
        self.put(Path::new(manifest::FILE_NAME), &json)?;
        prune(&self.root, &self.kept)?;
        Ok(self.manifest)
    }
}

/// Removes every file below the folder that is not kept, and every folder that is then empty.
fn prune(folder: &Path, kept: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            prune(&path, kept)?;
            // Fails when the folder is not empty, which is as it should be.
            let _ = std::fs::remove_dir(&path);
        } else if !kept.contains(&path) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_belongs_and_removes_the_rest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shelf = tempfile::tempdir().expect("a temporary folder");
        let mut site = Site {
            root: folder.path().to_owned(),
            shelf: Some(Shelf::at(shelf.path().to_owned()).expect("a shelf")),
            manifest: Manifest::default(),
            kept: BTreeSet::new(),
        };
        std::fs::create_dir_all(folder.path().join("old")).expect("made");
        std::fs::write(folder.path().join("old/onshelf.1.css"), "old").expect("written");
        let name = site.add_hashed("onshelf.css", "a{color:red}".repeat(50).as_bytes()).expect("added");
        site.add(Path::new("img/cup.webp"), b"picture").expect("added");
        let manifest = site.finish().expect("finished");
        let there = |relative: &str| folder.path().join(relative).exists();
        assert!(
            there(&format!("pkg/{name}"))
                && there(&format!("pkg/{name}.br"))
                && there(&format!("pkg/{name}.gz"))
        );
        assert!(there("img/cup.webp") && !there("img/cup.webp.br") && there("assets.json"));
        assert!(!there("old"));
        assert_eq!(manifest.0["onshelf.css"], format!("/pkg/{name}"));
    }
}
