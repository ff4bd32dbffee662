//! What a page's code may weigh, from `xtask/budget.toml`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    pub budget: Vec<Budget>,
}

/// One limit: the assets of these plain names together may weigh so many bytes, compressed with brotli.
#[derive(Debug, Deserialize, Clone, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    pub name: String,
    pub assets: Vec<String>,
    /// Bytes; 1 kB is 1,000.
    pub limit: usize,
}

/// An asset as it was weighed, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    pub asset: String,
    pub raw: usize,
    pub brotli: usize,
}

/// What the assets of a budget weigh together, as the script that counts transfers is told.
#[derive(Debug, Serialize)]
pub struct Spent {
    pub name: String,
    pub spent: usize,
    pub limit: usize,
}

pub fn read(file: &Path) -> Result<Vec<Budget>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let budgets: Budgets = toml::from_str(&text).with_context(|| file.display().to_string())?;
    Ok(budgets.budget)
}

impl Budget {
    /// What its assets weigh together. An asset that is not there has another name by now, or was not built: whatever
    /// it weighs, nobody has weighed it.
    pub fn spent(&self, weights: &[Weight]) -> Result<usize> {
        let weigh = |asset: &String| {
            let weight = weights.iter().find(|weight| weight.asset == *asset);
            weight
                .map(|weight| weight.brotli)
                .with_context(|| format!("{}: {asset} is not part of the site", self.name))
        };
        self.assets.iter().map(weigh).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(asset: &str, brotli: usize) -> Weight {
        Weight { asset: asset.into(), raw: brotli * 3, brotli }
    }

    #[test]
    fn adds_up_what_it_names() {
        let code = Budget {
            name: "code".into(),
            assets: vec!["onshelf.js".into(), "onshelf.wasm".into()],
            limit: 100,
        };
        let mut weights =
            vec![weight("onshelf.js", 40), weight("onshelf.wasm", 60), weight("onshelf.css", 500)];
        let spent = |weights: &[Weight]| code.spent(weights).ok();
        assert_eq!(spent(&weights), Some(100));
        weights[0].brotli += 1;
        assert_eq!(spent(&weights), Some(101));
        weights.remove(1);
        assert_eq!(spent(&weights), None);
        let said = code.spent(&[]).expect_err("nothing was weighed").to_string();
        assert!(said.contains("onshelf.js"), "{said}");
    }

    #[test]
    fn the_committed_file_is_readable() {
        let budgets = read(&crate::project::root().join("xtask/budget.toml")).expect("readable");
        assert!(budgets.iter().all(|budget| budget.limit > 0 && !budget.assets.is_empty()));
        assert!(!budgets.is_empty());
    }
}
