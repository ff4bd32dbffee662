//! The text form: families with their help and kind, each with its samples.

use std::fmt::{Display, Write};

/// Before every name.
const PREFIX: &str = "onshelf";

/// A page in the making. Writing to a string cannot fail, so its outcome is not looked at.
pub(super) struct Page(String);

impl Page {
    pub(super) fn new() -> Page {
        Page(String::with_capacity(32 * 1024))
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// A family; its samples follow.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {PREFIX}_{name} {help}\n# TYPE {PREFIX}_{name} {kind}");
    }

    /// One sample. Labels are our own words: patterns of routes, codes, states; none needs escaping.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.0, "{PREFIX}_{name}");
        for (place, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"{text}\"", if place == 0 { "{" } else { "," });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }
}

/// Seconds as Prometheus wants them.
pub(super) fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_written_as_prometheus_reads_them() {
        let mut page = Page::new();
        page.gauge("live_streams", "Open live streams.", 3);
        page.sample("x_total", &[("a", "1"), ("b", "/p/{slug}")], seconds(9_001_500));
        assert_eq!(
            page.finish(),
            "# HELP onshelf_live_streams Open live streams.\n# TYPE onshelf_live_streams gauge\n\
             onshelf_live_streams 3\nonshelf_x_total{a=\"1\",b=\"/p/{slug}\"} 9.0015\n"
        );
        assert_eq!(
            (seconds(250), seconds(0), seconds(5_000_000)),
            ("0.00025".into(), "0".into(), "5".into())
        );
    }
}
