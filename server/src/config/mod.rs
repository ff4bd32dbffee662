//! Settings: defaults, then `onshelf.toml`, then `ONSHELF_*`. One that is wrong or unknown stops the start with one
//! line that names it.

mod addresses;
mod answers;
mod checks;
mod reading;
mod secret;
mod terms;

use std::{net::SocketAddr, path::PathBuf};

use onshelf_vocabulary::Currency;
use serde::Deserialize;

pub use secret::Secret;

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
    /// Who sells by law, printed on receipts and at the foot of every page: registered name, registration number,
    /// representative, address.
    pub seller: String,
    /// The operator's terms of use; a link at the foot of every page.
    pub terms_url: Option<String>,
    /// What becomes of one's data, likewise.
    pub privacy_url: Option<String>,
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
    /// Addresses and networks of proxies whose `X-Forwarded-For` is believed, separated by commas.
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
            terms_url: None,
            privacy_url: None,
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

/// Settings of these variables alone, or what is wrong with them.
#[cfg(test)]
fn load(variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
    Config::load(None, variables).map_err(|error| error.to_string())
}
