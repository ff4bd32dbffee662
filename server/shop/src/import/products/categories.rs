//! Categories that products name: those that exist are left as they are, new ones are made with all above them.

use std::collections::HashMap;

use onshelf_db::{
    Db,
    catalog::{self, CategoryRow},
};
use onshelf_domain::catalog::slugify;

use super::super::{ImportError, options::by_script};

/// Levels of the tree.
const DEEPEST: usize = 8;

pub(super) struct Categories {
    /// Slugs that exist, with how many there were before.
    known: HashMap<String, i64>,
    /// Made in this import and not yet written.
    made: Vec<CategoryRow>,
}

impl Categories {
    pub async fn read(db: &Db) -> Result<Categories, ImportError> {
        let mut reader = db.reader().await?;
        let rows = catalog::categories(&mut reader.tx()).await?;
        Ok(Categories {
            known: rows.into_iter().map(|row| (row.slug, row.position)).collect(),
            made: Vec::new(),
        })
    }

    /// The slug of the category at the end of a path; none for an empty path.
    pub fn slug(&mut self, path: &[String]) -> Option<String> {
        if let [one] = path
            && self.known.contains_key(one)
        {
            return Some(one.clone());
        }
        let mut parent: Option<String> = None;
        for step in path.iter().take(DEEPEST) {
            let Some(own) = slugify(step) else { continue };
            let slug = match &parent {
                None => own.to_string(),
                Some(above) => shortened(&format!("{above}-{own}")),
            };
            if !self.known.contains_key(&slug) {
                let name = by_script(step);
                let position = i64::try_from(self.known.len()).unwrap_or(i64::MAX);
                self.known.insert(slug.clone(), position);
                self.made.push(CategoryRow {
                    slug: slug.clone(),
                    name_ko: name.ko,
                    name_en: name.en,
                    parent: parent.clone(),
                    position,
                    ..CategoryRow::default()
                });
            }
            parent = Some(slug);
        }
        parent
    }

    /// Those made since this was last asked.
    pub fn made(&mut self) -> Vec<CategoryRow> {
        std::mem::take(&mut self.made)
    }
}

/// At most as long as an address may have it; the end tells more than the beginning.
fn shortened(slug: &str) -> String {
    let count = slug.chars().count();
    let short: String = slug.chars().skip(count.saturating_sub(110)).collect();
    short.trim_matches('-').to_owned()
}
