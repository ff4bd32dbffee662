//! Where settings are read from: the file and the environment.

use std::{collections::HashMap, ffi::OsString, path::Path};

use serde_path_to_error::Segment;

use super::{Config, ConfigError};

/// Read where no file was named, if it is there.
const FILE: &str = "onshelf.toml";
const PREFIX: &str = "ONSHELF_";
/// Variables of that prefix that are not settings: what tests, benchmarks and the build hand to each other, and so to the
/// servers that they start. One that ends in `_` stands for all that begin so; the others are whole names, so that whoever
/// writes `ONSHELF_BIND` for `ONSHELF_ADDR` is told.
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
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Config, ConfigError> {
        let file = file.or_else(|| Some(Path::new(FILE)).filter(|file| file.exists()));
        let mut table = file.map(read).transpose()?.unwrap_or_default();
        let variables = overlay(&mut table, environment)?;
        let config: Config =
            serde_path_to_error::deserialize(table).map_err(|error| wrong(&error, file, &variables))?;
        config.check()?;
        Ok(config)
    }
}

/// Puts the variables over what the file says; answers which of them each setting came from.
fn overlay(
    table: &mut toml::Table,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<HashMap<String, String>, ConfigError> {
    let mut variables = HashMap::new();
    for (name, value) in environment {
        let Some((name, value)) = text(name, value)? else { continue };
        // What cargo-leptos tells whom it starts; the settings come before it.
        let told = match name.as_str() {
            "LEPTOS_SITE_ROOT" => Some("site_dir"),
            "LEPTOS_SITE_ADDR" => Some("addr"),
            _ => None,
        };
        let (key, value) = match (told, name.strip_prefix(PREFIX)) {
            (Some(key), _) if !table.contains_key(key) => (key.to_owned(), toml::Value::String(value)),
            (None, Some(key)) if is_setting(&name) => {
                let key = key.to_lowercase();
                let value = typed(&key, value);
                (key, value)
            }
            _ => continue,
        };
        table.insert(key.clone(), value);
        variables.insert(key, name);
    }
    Ok(variables)
}

fn is_setting(name: &str) -> bool {
    let is_meant = |other: &str| if other.ends_with('_') { name.starts_with(other) } else { name == other };
    name.starts_with(PREFIX) && !NOT_SETTINGS.into_iter().any(is_meant)
}

/// A variable as it is read. What others have to say to each other may be written as they like, and is none.
fn text(name: OsString, value: OsString) -> Result<Option<(String, String)>, ConfigError> {
    let shown = name.to_string_lossy().into_owned();
    match (name.into_string(), value.into_string()) {
        (Ok(name), Ok(value)) => Ok(Some((name, value))),
        _ if is_setting(&shown) => Err(ConfigError::Setting(one_line(&format!("{shown}: is not UTF-8")))),
        _ => Ok(None),
    }
}

/// One line that names the setting, and where it came from.
fn wrong(
    error: &serde_path_to_error::Error<toml::de::Error>,
    file: Option<&Path>,
    variables: &HashMap<String, String>,
) -> ConfigError {
    let setting = match error.path().iter().next() {
        Some(Segment::Map { key }) => key.as_str(),
        _ => "",
    };
    let (place, why) = (error.path(), error.inner().message());
    match (variables.get(setting), file) {
        (Some(variable), _) => ConfigError::Setting(one_line(&format!("{place} ({variable}): {why}"))),
        (None, Some(file)) => {
            ConfigError::File { path: file.display().to_string(), why: one_line(&format!("{place}: {why}")) }
        }
        (None, None) => ConfigError::Setting(one_line(&format!("{place}: {why}"))),
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
    use std::{os::unix::ffi::OsStringExt, path::PathBuf};

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
    fn a_setting_of_the_wrong_type_is_named_with_where_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("onshelf.toml");
        let said = |text: &str, variables: &[(&str, &str)]| {
            std::fs::write(&file, text).unwrap();
            let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
            Config::load(Some(&file), variables).unwrap_err().to_string()
        };
        let path = file.display();
        let error = said("shown_cap = \"many\"", &[("ONSHELF_ADDR", "127.0.0.1:4000")]);
        assert!(error.starts_with(&format!("{path}: shown_cap: invalid type")), "{error}");
        let error = said("[[delivery]]\nreach = \"anywhere\"\nfee = \"free\"\ndays = 1", &[]);
        assert!(error.starts_with(&format!("{path}: delivery[0].fee: ")), "{error}");
        let error = said("[[delivery]]\nreach = \"anywhere\"\nfee = 0\ndays = 1\nfree_form = 5", &[]);
        assert!(error.contains("delivery[0]") && error.contains("free_form"), "{error}");
        // What a variable says counts, and so it is the variable that is at fault.
        for (variables, named) in [
            ([("ONSHELF_ADDR", "here"), ("LEPTOS_SITE_ADDR", "there")], "addr (ONSHELF_ADDR): "),
            ([("LEPTOS_SITE_ADDR", "there"), ("ONSHELF_ADDR", "here")], "addr (ONSHELF_ADDR): "),
            ([("LEPTOS_SITE_ADDR", "there"), ("HOME", "/x")], "addr (LEPTOS_SITE_ADDR): "),
        ] {
            let error = said("shown_cap = 3", &variables);
            assert!(error.starts_with(named) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn only_our_own_variables_have_to_be_text() {
        let with = |name: &[u8], value: &[u8]| {
            let variable = [name, value].map(|bytes| OsString::from_vec(bytes.to_vec()));
            Config::load(None, std::iter::once(variable.into())).map_err(|error| error.to_string())
        };
        for (name, value) in
            [(&b"LATIN"[..], &b"caf\xe9"[..]), (b"\xff", b"x"), (b"ONSHELF_REAL_DATA", b"\xe9")]
        {
            assert!(with(name, value).is_ok(), "{name:?}");
        }
        assert_eq!(with(b"ONSHELF_NAME_KO", b"\xec").unwrap_err(), "ONSHELF_NAME_KO: is not UTF-8");
        assert_eq!(with(b"ONSHELF_\xff", b"x").unwrap_err(), "ONSHELF_\u{fffd}: is not UTF-8");
    }

    #[test]
    fn a_variable_that_only_begins_like_one_of_the_tools_is_a_wrong_setting() {
        for name in ["ONSHELF_BENCH_SKUS", "ONSHELF_BIN", "ONSHELF_PRODUCTS", "ONSHELF_REAL_ROWS"] {
            assert!(load(&[(name, "x")]).is_ok(), "{name}");
        }
        for name in [
            "ONSHELF_BIND",
            "ONSHELF_BENCH",
            "ONSHELF_GAZETTEERS",
            "ONSHELF_PRODUCTS_X",
            "ONSHELF_REALM",
            "ONSHELF_TEST_POSTGRES_URL_",
            "ONSHELF_TOOLCHAINS",
        ] {
            let error = load(&[(name, "x")]).unwrap_err();
            assert!(error.contains(&format!("({name}): unknown field")) && !error.contains('\n'), "{error}");
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
