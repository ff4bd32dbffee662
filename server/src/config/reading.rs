//! Where settings are read from: the file and the environment.

use std::path::Path;

use super::{Config, ConfigError};

const PREFIX: &str = "ONSHELF_";
/// How variables of that prefix begin that are not settings: what tests, benchmarks and the build hand to each other,
/// and so to the servers that they start.
const NOT_SETTINGS: [&str; 8] = [
    "ONSHELF_BENCH_",
    "ONSHELF_BIN",
    "ONSHELF_GAZETTEER",
    "ONSHELF_PRODUCTS",
    "ONSHELF_REAL_",
    "ONSHELF_TEST_LOCALSTRIPE",
    "ONSHELF_TEST_POSTGRES_URL",
    "ONSHELF_TOOLCHAIN",
];

impl Config {
    /// From the file (which must exist if it was named) and the environment.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut table = match file {
            Some(path) => read(path)?,
            None if Path::new("onshelf.toml").exists() => read("onshelf.toml".as_ref())?,
            None => toml::Table::new(),
        };
        for (name, value) in environment {
            // What cargo-leptos tells whom it starts; the settings come before it.
            let told = match name.as_str() {
                "LEPTOS_SITE_ROOT" => Some("site_dir"),
                "LEPTOS_SITE_ADDR" => Some("addr"),
                _ => None,
            };
            if let Some(key) = told {
                table.entry(key).or_insert(toml::Value::String(value));
                continue;
            }
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            if !NOT_SETTINGS.iter().any(|beginning| name.starts_with(beginning)) {
                table.insert(key.to_lowercase(), typed(&key.to_lowercase(), value));
            }
        }
        let config: Config = table
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::Setting(one_line(error.message())))?;
        config.check()?;
        Ok(config)
    }
}

fn read(path: &Path) -> Result<toml::Table, ConfigError> {
    let wrong = |why: String| ConfigError::File { path: path.display().to_string(), why };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    text.parse().map_err(|error: toml::de::Error| wrong(one_line(&error.to_string())))
}

/// Variables are text; these settings are numbers or truths.
fn typed(key: &str, value: String) -> toml::Value {
    if let ("test_payments", Ok(truth)) = (key, value.parse()) {
        return toml::Value::Boolean(truth);
    }
    match (key, value.parse::<i64>()) {
        (
            "shown_cap" | "live_reservations" | "minutes_a_pick" | "window_capacity" | "transfer_hours",
            Ok(number),
        ) => toml::Value::Integer(number),
        _ => toml::Value::String(value),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::load;

    #[test]
    fn the_environment_overrides_the_defaults() {
        let config =
            load(&[("ONSHELF_ADDR", "127.0.0.1:4000"), ("ONSHELF_SHOWN_CAP", "0"), ("HOME", "/x")]).unwrap();
        assert_eq!((config.addr.port(), config.shown_cap), (4000, 0));
        assert_eq!(config.public_url(), "http://127.0.0.1:4000");
    }

    #[test]
    fn cargo_leptos_says_where_its_site_is_and_the_settings_come_first() {
        for order in [[0, 1, 2], [2, 1, 0]] {
            let told = [
                ("LEPTOS_SITE_ROOT", "elsewhere/site"),
                ("LEPTOS_SITE_ADDR", "127.0.0.1:4100"),
                ("ONSHELF_ADDR", "127.0.0.1:4200"),
            ];
            let config = load(&order.map(|place: usize| told[place])).unwrap();
            assert_eq!(config.site_dir, PathBuf::from("elsewhere/site"));
            assert_eq!(config.addr.port(), 4200);
        }
    }

    #[test]
    fn zones_and_taxes_are_read_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("onshelf.toml");
        std::fs::write(
            &file,
            r#"
            transfer_hours = 4
            [[delivery]]
            reach = { within = 3000 }
            fee = 2500
            same_day_until = "14:00:00"
            days = 1
            [[delivery]]
            reach = { postcodes = ["63", "40200"] }
            fee = 6000
            free_from = 100000
            days = 3
            [[taxes]]
            country = "US"
            postcode = "100"
            rate = 88750
            included = false
            "#,
        )
        .unwrap();
        let settings = Config::load(Some(&file), std::iter::empty()).unwrap().shop_settings();
        assert_eq!((settings.transfer_hours, settings.delivery.0.len()), (4, 2));
        assert_eq!(settings.taxes.at("US", "10013").rate, 88_750);
    }
}
