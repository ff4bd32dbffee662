//! The style sheets: each of `SHEETS` with all it imports becomes one small file.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

/// Where each sheet begins, below `style/`, and what it is called on the site. Whoever only looks around gets the first
/// alone; a page that needs more names the others after it, in this order.
pub const SHEETS: [(&str, &str); 3] =
    [("main.css", "onshelf.css"), ("orders-main.css", "orders.css"), ("staff-main.css", "staff.css")];

/// The oldest browsers that are served: those that know cascade layers, container queries and oklch.
/// What is newer (nesting, light-dark()) is written in older words. A version is major << 16 | minor << 8.
const OLDEST: Browsers = Browsers {
    android: Some(111 << 16),
    chrome: Some(111 << 16),
    edge: Some(111 << 16),
    firefox: Some(115 << 16),
    ie: None,
    ios_saf: Some((16 << 16) | (4 << 8)),
    opera: Some(97 << 16),
    safari: Some((16 << 16) | (4 << 8)),
    samsung: Some(22 << 16),
};

/// One minified style sheet, from the file and its imports.
pub fn bundle(entry: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| anyhow!("{error}"))?;
    let targets = Targets::from(OLDEST);
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| anyhow!("{}: {error}", entry.display()))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })
        .map_err(|error| anyhow!("{}: {error}", entry.display()))?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_imports_and_minifies() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("main.css", "@import './button.css' layer(parts);\nbody { margin: 0px }\n");
        write("button.css", ".button { & > span { color: #ff0000 } }");
        let css = bundle(&folder.path().join("main.css")).expect("bundled");
        assert_eq!(css, "@layer parts{.button>span{color:red}}body{margin:0}");
    }

    #[test]
    fn the_sheet_of_cargo_leptos_names_the_same_files_in_the_same_order() {
        let read = |name: &str| {
            std::fs::read_to_string(crate::project::root().join("style").join(name)).expect("a style sheet")
        };
        let names = |text: &str, before: &str, after: &str| -> Vec<String> {
            text.lines()
                .filter_map(|line| Some(line.strip_prefix(before)?.strip_suffix(after)?.to_owned()))
                .collect()
        };
        let named = |(entry, _): (&str, &str)| names(&read(entry), "@import \"./", ".css\";");
        let ours: Vec<String> = SHEETS.into_iter().flat_map(named).collect();
        assert!(!ours.is_empty());
        assert_eq!(names(&read("main.scss"), "@use \"./", "\";"), ours);
    }

    #[test]
    fn names_the_file_that_is_wrong() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("main.css"), "@import 'gone.css';").expect("written");
        let said = bundle(&folder.path().join("main.css")).expect_err("must fail").to_string();
        assert!(said.contains("gone.css") || said.contains("main.css"), "{said}");
    }
}
