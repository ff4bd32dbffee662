//! Reads Prometheus' text form, and is strict about it.

use std::collections::{BTreeMap, BTreeSet};

/// What a page of metrics says.
#[derive(Debug, Default)]
pub struct Exposition {
    /// Kind by family.
    pub families: BTreeMap<String, String>,
    /// Value by series, written as it came: `name{label="value"}`.
    series: BTreeMap<String, f64>,
}

impl Exposition {
    #[track_caller]
    pub fn read(text: &str) -> Exposition {
        let mut read = Exposition::default();
        let mut family = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a help text");
                assert!(help.ends_with('.'), "{line}");
                name.clone_into(&mut family);
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a kind");
                assert_eq!(name, family, "the kind follows the help");
                assert!(matches!(kind, "counter" | "gauge" | "histogram"), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                assert!(read.families.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} twice");
            } else {
                read.take(&family, line);
            }
        }
        read.check_histograms();
        read
    }

    #[track_caller]
    fn take(&mut self, family: &str, line: &str) {
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let (name, labels) = series
            .split_once('{')
            .map_or((series, ""), |(name, rest)| (name, rest.strip_suffix('}').expect("labels end")));
        let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} outside of its family"));
        let histogram = self.families.get(family).is_some_and(|kind| kind == "histogram");
        assert!(
            suffix.is_empty() || (histogram && matches!(suffix, "_bucket" | "_sum" | "_count")),
            "{line} in {family}"
        );
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
        for label in labels.split("\",").filter(|label| !label.is_empty()) {
            let (own, text) = label.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
            assert!(own.bytes().all(|byte| byte.is_ascii_lowercase()), "{line}");
            assert!(!text.trim_end_matches('"').contains(['"', '\\', '\n']), "{line}");
        }
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        assert!(self.series.insert(series.to_owned(), value).is_none(), "{series} twice");
    }

    #[track_caller]
    fn check_histograms(&self) {
        let mut last: Option<(&str, f64)> = None;
        let buckets: BTreeSet<&str> = self
            .series
            .keys()
            .filter_map(|series| Some(series.split_once("_bucket{")?.1.split_once(",le=")?.0))
            .collect();
        for own in buckets {
            let name = format!("onshelf_http_request_seconds_bucket{{{own},le=\"+Inf\"}}");
            let count = format!("onshelf_http_request_seconds_count{{{own}}}");
            assert_eq!(self.series[&name], self.series[&count], "{own}");
            last = Some((own, self.series[&count]));
        }
        assert!(last.is_none_or(|(_, count)| count > 0.0));
    }

    #[track_caller]
    pub fn value(&self, series: &str) -> f64 {
        *self.series.get(series).unwrap_or_else(|| panic!("{series} in {:#?}", self.series.keys()))
    }

    /// Every value that a label of this name has.
    pub fn values_of(&self, name: &str, label: &str) -> BTreeSet<&str> {
        self.series.keys().filter_map(|series| value_of(series, name, label)).collect()
    }

    /// Every name a query can use.
    pub fn names(&self) -> BTreeSet<String> {
        self.series.keys().map(|series| series.split('{').next().unwrap_or(series).to_owned()).collect()
    }
}

fn value_of<'s>(series: &'s str, name: &str, label: &str) -> Option<&'s str> {
    let labels = series.strip_prefix(name)?.strip_prefix('{')?.strip_suffix("\"}")?;
    labels.split("\",").find_map(|one| one.strip_prefix(label)?.strip_prefix("=\""))
}
