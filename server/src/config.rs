//! Settings: defaults, then `onshelf.toml`, then `ONSHELF_*`. One that is wrong or unknown stops the start with one
//! line that names it.

use std::{net::SocketAddr, path::PathBuf};

use onshelf_domain::notifications::PushServices;
use onshelf_vocabulary::{Currency, Text};
use serde::Deserialize;

const PREFIX: &str = "ONSHELF_";
/// Variables of that prefix that are not settings: what tests and the build hand to each other.
const NOT_SETTINGS: [&str; 3] = ["ONSHELF_TEST_POSTGRES", "ONSHELF_BIN", "ONSHELF_TOOLCHAIN"];

/// A seller is told in a few lines of a receipt; in characters.
const SELLER_MOST: usize = 300;

/// Everything an operator can set. The names are those of `onshelf.toml`; in the environment they are written in
/// capitals after `ONSHELF_`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub addr: SocketAddr,
    /// Prometheus metrics; none where it is not set.
    pub metrics_addr: Option<SocketAddr>,
    pub database_url: String,
    /// As the shop is known outside: links in mails begin with it.
    pub public_url: Option<String>,
    /// Media, mails in development, the search index.
    pub data_dir: PathBuf,
    /// The built client and styles.
    pub site_dir: PathBuf,
    pub name_ko: String,
    pub name_en: String,
    /// Who sells by law, printed on receipts: registered name, registration number, representative, address.
    pub seller: String,
    pub currency: Currency,
    /// Numbers above it are shown as "9+"; 0 shows them as they are.
    pub shown_cap: i64,
    pub live_reservations: u32,
    pub minutes_a_pick: u32,
    /// Orders a store takes for one quarter of an hour.
    pub window_capacity: i64,
    /// From leaving one store to being at another.
    pub transfer_hours: u32,
    /// Zones of deliveries, the first that fits counts; none: those of a Korean city.
    pub delivery: Option<onshelf_domain::orders::Delivery>,
    /// Sales taxes by country and postcode; none: Korea's value-added tax.
    pub taxes: Option<onshelf_domain::orders::TaxTable>,
    /// Signs tokens; made and kept in the database where it is not set.
    pub secret: Option<String>,
    /// What `secret` was before it was changed: passes that shoppers have on their phones still open.
    pub previous_secret: Option<String>,
    /// GeoJSON or TopoJSON for the drawn map.
    pub basemap: Option<PathBuf>,
    /// Tiles of the live map: a `.pmtiles` file, or the `https` address of one or of a style.
    pub tiles: Option<String>,
    /// A folder of typefaces (`FACE/0-255.pbf`) for it.
    pub tiles_glyphs: Option<PathBuf>,
    /// A folder of icons (`light.json`, `dark.json` and their pictures) for it.
    pub tiles_sprites: Option<PathBuf>,
    /// Whom the tiles are owed to, where they do not say it themselves.
    pub tiles_attribution: String,
    /// `smtp://USER:PASSWORD@HOST:587` or `smtps://…`; without it mails are written to `data_dir/mail`.
    pub smtp_url: Option<String>,
    pub mail_from: String,
    /// Who takes short messages to telephones.
    pub sms_gateway: SmsGateway,
    /// Its address; none: the gateway's own.
    pub sms_url: Option<String>,
    /// `KEY:SECRET`, at Twilio `ACCOUNT:TOKEN`; without it texts are written to `data_dir/mail`.
    pub sms_key: Option<Secret>,
    /// The number that texts come from, as it is registered with the gateway.
    pub sms_from: String,
    /// Hosts of the push services that may be called, separated by commas; none: nobody is told in a browser.
    pub push_services: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed, separated by commas.
    pub trusted_proxies: String,
    /// Whether the built-in test provider may be paid with, which moves no money; where it is not set, only at an
    /// address of this machine.
    pub test_payments: Option<bool>,
    /// `sk_…`; with it orders are paid through Stripe.
    pub stripe_secret_key: Option<Secret>,
    /// `whsec_…` of the endpoint at `/webhooks/stripe`.
    pub stripe_webhook_secret: Option<Secret>,
    pub stripe_url: String,
    /// `live_sk_…` or `test_sk_…`; with it orders are paid through Toss Payments.
    pub toss_secret_key: Option<Secret>,
    pub toss_url: String,
    /// Address of an OpenTelemetry collector that takes traces (OTLP over HTTP), such as `http://127.0.0.1:4318`; none:
    /// nothing is traced.
    pub otlp_endpoint: Option<String>,
    /// `info`, `debug`, or `tracing` directives.
    pub log: String,
    /// `text` or `json`.
    pub log_format: LogFormat,
}

/// A key of the operator's. It is shown to nobody: not in a log, not when the settings are printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The key itself, for whoever sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// A gateway whose calls are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsGateway {
    #[default]
    Solapi,
    Twilio,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            addr: SocketAddr::from(([127, 0, 0, 1], 3000)),
            metrics_addr: None,
            database_url: "sqlite://data/onshelf.db".to_owned(),
            public_url: None,
            data_dir: PathBuf::from("data"),
            site_dir: PathBuf::from("target/site"),
            name_ko: "온셸프".to_owned(),
            name_en: "Onshelf".to_owned(),
            seller: String::new(),
            currency: Currency::Krw,
            shown_cap: 9,
            live_reservations: 5,
            minutes_a_pick: 3,
            window_capacity: 6,
            transfer_hours: 20,
            delivery: None,
            taxes: None,
            secret: None,
            previous_secret: None,
            basemap: None,
            tiles: None,
            tiles_glyphs: None,
            tiles_sprites: None,
            tiles_attribution: String::new(),
            smtp_url: None,
            mail_from: "Onshelf <no-reply@localhost>".to_owned(),
            sms_gateway: SmsGateway::Solapi,
            sms_url: None,
            sms_key: None,
            sms_from: String::new(),
            push_services: None,
            trusted_proxies: String::new(),
            test_payments: None,
            stripe_secret_key: None,
            stripe_webhook_secret: None,
            stripe_url: "https://api.stripe.com".to_owned(),
            toss_secret_key: None,
            toss_url: "https://api.tosspayments.com".to_owned(),
            otlp_endpoint: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: {why}")]
    File { path: String, why: String },
    #[error("{0}")]
    Setting(String),
}

impl Config {
    /// From the file (which must exist if it was named) and the environment.
    pub fn load(
        file: Option<&std::path::Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut table = match file {
            Some(path) => read(path)?,
            None if std::path::Path::new("onshelf.toml").exists() => read("onshelf.toml".as_ref())?,
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
            if !NOT_SETTINGS.iter().any(|other| name.starts_with(other)) {
                table.insert(key.to_lowercase(), typed(&key.to_lowercase(), value));
            }
        }
        let config: Config = table
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::Setting(one_line(error.message())))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError::Setting(text.to_owned()));
        if let Some(url) = &self.public_url {
            let web = url.starts_with("http://") || url.starts_with("https://");
            if !web || url::Url::parse(url).is_err() {
                return wrong("public_url: must begin with http:// or https://");
            }
        }
        if let Some(url) = &self.otlp_endpoint {
            let web = url.starts_with("http://") || url.starts_with("https://");
            if !web || url::Url::parse(url).is_err() {
                return wrong("otlp_endpoint: must begin with http:// or https://");
            }
        }
        if self.live_reservations == 0 {
            return wrong("live_reservations: must be at least 1");
        }
        if self.window_capacity < 1 {
            return wrong("window_capacity: must be at least 1");
        }
        if !self.database_url.starts_with("sqlite:") && !self.database_url.starts_with("postgres") {
            return wrong("database_url: must begin with sqlite:// or postgres://");
        }
        if self.secret.as_ref().is_some_and(|secret| secret.len() < 32) {
            return wrong("secret: must have at least 32 characters");
        }
        if self.seller.chars().count() > SELLER_MOST || self.seller.chars().any(char::is_control) {
            return wrong("seller: must be one line of at most 300 characters");
        }
        self.check_tiles()?;
        if self.previous_secret.is_some() && self.secret.is_none() {
            return wrong("previous_secret: is of use only beside the secret that came after it");
        }
        self.check_messages()?;
        self.check_payments()
    }

    fn check_tiles(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError::Setting(text.to_owned()));
        let beside = [
            ("tiles_glyphs", self.tiles_glyphs.is_some()),
            ("tiles_sprites", self.tiles_sprites.is_some()),
            ("tiles_attribution", !self.tiles_attribution.is_empty()),
        ];
        let Some(tiles) = &self.tiles else {
            return match beside.into_iter().find(|(_, is_set)| *is_set) {
                Some((name, _)) => wrong(&format!("tiles: is needed beside {name}")),
                None => Ok(()),
            };
        };
        match url::Url::parse(tiles).ok().filter(url::Url::has_host) {
            Some(url) if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) => Ok(()),
            None if tiles.ends_with(".pmtiles") => Ok(()),
            _ => wrong("tiles: must be a .pmtiles file or begin with https://"),
        }
    }

    fn check_messages(&self) -> Result<(), ConfigError> {
        let wrong = |text: String| Err(ConfigError::Setting(text));
        match (&self.push_services, PushServices::parse(self.push_services.as_deref().unwrap_or_default())) {
            (Some(_), Err(error)) => return wrong(format!("push_services: {error}")),
            (Some(_), Ok(services)) if services.has_loopback() && !self.is_local() => {
                return wrong(
                    "push_services: a stand-in on this machine is for a shop on this machine".to_owned(),
                );
            }
            _ => {}
        }
        let Some(key) = &self.sms_key else { return Ok(()) };
        let plain = key.reveal().bytes().all(|byte| byte.is_ascii_graphic());
        let pair =
            key.reveal().split_once(':').is_some_and(|(key, secret)| !key.is_empty() && !secret.is_empty());
        if !plain || !pair {
            return wrong("sms_key: must be KEY:SECRET".to_owned());
        }
        if !self.sms_from.bytes().any(|byte| byte.is_ascii_digit()) {
            return wrong("sms_from: the number that texts come from is needed beside sms_key".to_owned());
        }
        if !is_safe(&self.sms_url()) {
            return wrong("sms_url: must begin with https://".to_owned());
        }
        Ok(())
    }

    fn check_payments(&self) -> Result<(), ConfigError> {
        let wrong = |text: String| Err(ConfigError::Setting(text));
        match (&self.stripe_secret_key, &self.stripe_webhook_secret) {
            (Some(_), None) => {
                return wrong("stripe_webhook_secret: is needed beside stripe_secret_key".to_owned());
            }
            (None, Some(_)) => {
                return wrong("stripe_secret_key: is needed beside stripe_webhook_secret".to_owned());
            }
            _ => {}
        }
        let keys = [
            ("stripe_secret_key", &self.stripe_secret_key),
            ("stripe_webhook_secret", &self.stripe_webhook_secret),
            ("toss_secret_key", &self.toss_secret_key),
        ];
        for (name, key) in keys {
            let is_plain = |key: &Secret| key.reveal().bytes().all(|byte| byte.is_ascii_graphic());
            if key.as_ref().is_some_and(|key| key.reveal().is_empty() || !is_plain(key)) {
                return wrong(format!("{name}: must be printable characters without spaces"));
            }
        }
        for (name, url) in [("stripe_url", &self.stripe_url), ("toss_url", &self.toss_url)] {
            if !is_safe(url) {
                return wrong(format!("{name}: must begin with https://"));
            }
        }
        Ok(())
    }

    /// Whether the shop is reached on this machine only.
    #[must_use]
    pub fn is_local(&self) -> bool {
        url::Url::parse(&self.public_url()).is_ok_and(|url| is_loopback(&url))
    }

    /// Whether what was written to the folder in place of being sent may be looked at: on a machine that serves and
    /// is reached by nobody else, and only where it is not sent.
    #[must_use]
    pub fn shows_messages(&self, demo: bool) -> bool {
        self.is_local() && self.addr.ip().is_loopback() && (demo || self.smtp_url.is_none())
    }

    /// The gateway's address without a slash at the end.
    #[must_use]
    pub fn sms_url(&self) -> String {
        let own = match self.sms_gateway {
            SmsGateway::Solapi => "https://api.solapi.com",
            SmsGateway::Twilio => "https://api.twilio.com",
        };
        self.sms_url.as_deref().unwrap_or(own).trim_end_matches('/').to_owned()
    }

    /// Whom a push service may turn to: the shop itself, or whoever its mails come from.
    #[must_use]
    pub fn push_contact(&self) -> String {
        let shop = self.public_url();
        if shop.starts_with("https://") {
            return shop;
        }
        let from = self.mail_from.rsplit('<').next().unwrap_or_default().trim_end_matches('>');
        format!("mailto:{}", from.trim())
    }

    /// Whether the test provider is offered.
    #[must_use]
    pub fn takes_test_payments(&self) -> bool {
        self.test_payments.unwrap_or_else(|| self.is_local())
    }

    /// The public address without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.addr));
        url.trim_end_matches('/').to_owned()
    }

    #[must_use]
    pub fn name(&self) -> Text {
        Text::new(self.name_ko.clone(), self.name_en.clone())
    }

    #[must_use]
    pub fn shop_settings(&self) -> onshelf_shop::Settings {
        onshelf_shop::Settings {
            currency: self.currency,
            shown_cap: (self.shown_cap > 0).then_some(self.shown_cap),
            live_reservations: self.live_reservations,
            minutes_a_pick: self.minutes_a_pick,
            index_dir: Some(self.data_dir.join("index")),
            public_url: self.public_url(),
            secret: self.secret.clone(),
            previous_secret: self.previous_secret.clone(),
            push_services: match &self.push_services {
                // What cannot be read was refused at the start.
                Some(text) => PushServices::parse(text).unwrap_or_default(),
                None => PushServices::default(),
            },
            window_capacity: self.window_capacity,
            transfer_hours: self.transfer_hours,
            delivery: self.delivery.clone().unwrap_or_default(),
            taxes: self.taxes.clone().unwrap_or_default(),
        }
    }
}

fn read(path: &std::path::Path) -> Result<toml::Table, ConfigError> {
    let wrong = |why: String| ConfigError::File { path: path.display().to_string(), why };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    text.parse().map_err(|error: toml::de::Error| wrong(one_line(&error.to_string())))
}

/// A key travels with every call: in the clear only as far as this machine.
fn is_safe(url: &str) -> bool {
    url::Url::parse(url)
        .is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
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
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, variables).map_err(|error| error.to_string())
    }

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

    #[test]
    fn a_wrong_or_unknown_setting_is_named_in_one_line() {
        for (name, value, named) in [
            ("ONSHELF_ADDR", "nowhere", "socket address"),
            ("ONSHELF_COLOUR", "red", "colour"),
            ("ONSHELF_PUBLIC_URL", "shop", "public_url"),
            ("ONSHELF_OTLP_ENDPOINT", "collector:4317", "otlp_endpoint"),
            ("ONSHELF_LIVE_RESERVATIONS", "0", "live_reservations"),
            ("ONSHELF_DATABASE_URL", "mysql://x", "database_url"),
            ("ONSHELF_TILES", "http://elsewhere.example/a.pmtiles", "tiles"),
            ("ONSHELF_TILES", "map.mbtiles", "tiles"),
            ("ONSHELF_TILES_GLYPHS", "fonts", "tiles"),
            ("ONSHELF_TEST_PAYMENTS", "perhaps", "bool"),
            ("ONSHELF_STRIPE_SECRET_KEY", "sk_test_1", "stripe_webhook_secret"),
            ("ONSHELF_STRIPE_WEBHOOK_SECRET", "whsec_1", "stripe_secret_key"),
            ("ONSHELF_SELLER", "a\nb", "seller"),
            ("ONSHELF_TOSS_SECRET_KEY", "a key", "toss_secret_key"),
            ("ONSHELF_TOSS_SECRET_KEY", "", "toss_secret_key"),
            ("ONSHELF_TOSS_URL", "http://elsewhere.example", "toss_url"),
            ("ONSHELF_SMS_GATEWAY", "pigeon", "pigeon"),
            ("ONSHELF_SMS_KEY", "key", "sms_key"),
            ("ONSHELF_SMS_KEY", "key:secret", "sms_from"),
            ("ONSHELF_PUSH_SERVICES", "https://fcm.googleapis.com", "push_services"),
        ] {
            let error = load(&[(name, value)]).unwrap_err();
            assert!(error.contains(named) && !error.contains('\n'), "{name}: {error}");
        }
    }

    #[test]
    fn test_payments_are_taken_at_home_or_where_they_were_switched_on() {
        for (url, switch, taken) in [
            ("http://127.0.0.1:3000", None, true),
            ("http://localhost:3000", None, true),
            ("http://shop.localhost", None, true),
            ("http://[::1]:3000", None, true),
            ("https://shop.example", None, false),
            ("http://0.0.0.0:3000", None, false),
            ("http://localhost.example", None, false),
            ("https://shop.example", Some("true"), true),
            ("http://127.0.0.1:3000", Some("false"), false),
        ] {
            let mut variables = vec![("ONSHELF_PUBLIC_URL", url)];
            variables.extend(switch.map(|truth| ("ONSHELF_TEST_PAYMENTS", truth)));
            assert_eq!(load(&variables).unwrap().takes_test_payments(), taken, "{url} {switch:?}");
        }
    }

    #[test]
    fn messages_are_looked_at_on_this_machine_alone() {
        let relay = ("ONSHELF_SMTP_URL", "smtp://mail.example");
        for (variables, demo, shown) in [
            (vec![], false, true),
            (vec![], true, true),
            (vec![relay], false, false),
            (vec![relay], true, true),
            (vec![("ONSHELF_PUBLIC_URL", "https://shop.example")], true, false),
            (
                vec![("ONSHELF_ADDR", "0.0.0.0:3000"), ("ONSHELF_PUBLIC_URL", "http://localhost:3000")],
                true,
                false,
            ),
        ] {
            assert_eq!(load(&variables).unwrap().shows_messages(demo), shown, "{variables:?} {demo}");
        }
    }

    #[test]
    fn a_push_service_on_this_machine_serves_a_shop_on_this_machine() {
        let here = ("ONSHELF_PUSH_SERVICES", "127.0.0.1");
        assert!(load(&[here]).unwrap().shop_settings().push_services.has_loopback());
        let error = load(&[here, ("ONSHELF_PUBLIC_URL", "https://shop.example")]).unwrap_err();
        assert!(error.contains("push_services"), "{error}");
        assert!(load(&[("ONSHELF_PUSH_SERVICES", "")]).unwrap().shop_settings().push_services.is_empty());
        assert_eq!(load(&[]).unwrap().push_contact(), "mailto:no-reply@localhost");
    }

    #[test]
    fn a_gateway_is_called_where_it_stands_unless_told_otherwise() {
        let set = [("ONSHELF_SMS_KEY", "key:secret"), ("ONSHELF_SMS_FROM", "02-000-0000")];
        assert_eq!(load(&set).unwrap().sms_url(), "https://api.solapi.com");
        let error = load(&[set[0], set[1], ("ONSHELF_SMS_URL", "http://elsewhere.example")]).unwrap_err();
        assert!(error.contains("sms_url"), "{error}");
    }

    #[test]
    fn keys_are_never_shown() {
        let config = load(&[("ONSHELF_TOSS_SECRET_KEY", "live_sk_hidden")]).unwrap();
        assert_eq!(config.toss_secret_key.as_ref().map(Secret::reveal), Some("live_sk_hidden"));
        assert!(!format!("{config:?}").contains("hidden"));
        let error = load(&[("ONSHELF_TOSS_SECRET_KEY", "live sk hidden")]).unwrap_err();
        assert!(!error.contains("hidden"), "{error}");
    }
}
