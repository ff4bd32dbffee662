//! What the settings must be before anything starts.

use onshelf_domain::notifications::PushServices;

use super::{
    Config, ConfigError, Secret,
    addresses::{is_loopback, is_safe, is_web},
    terms,
};

/// A seller is told in a few lines of a receipt; in characters.
const SELLER_MOST: usize = 300;
/// A day: where one reservation took longer, nothing could be promised for the next.
const PICK_MOST: i64 = 24 * 60;
/// As many as a store's own row may say.
const CAPACITY_MOST: i64 = 10_000;
/// A year, in hours.
const TRANSFER_MOST: i64 = 365 * 24;

impl Config {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError::Setting(text.to_owned()));
        for (name, url) in [
            ("public_url", &self.public_url),
            ("otlp_endpoint", &self.otlp_endpoint),
            ("terms_url", &self.terms_url),
            ("privacy_url", &self.privacy_url),
        ] {
            if url.as_ref().is_some_and(|url| !is_web(url)) {
                return wrong(&format!("{name}: must begin with http:// or https://"));
            }
        }
        self.check_numbers()?;
        self.check_terms()?;
        if !self.database_url.starts_with("sqlite:") && !self.database_url.starts_with("postgres") {
            return wrong("database_url: must begin with sqlite:// or postgres://");
        }
        if self.secret.as_ref().is_some_and(|secret| secret.len() < 32) {
            return wrong("secret: must have at least 32 characters");
        }
        if self.seller.chars().count() > SELLER_MOST || self.seller.chars().any(char::is_control) {
            return wrong("seller: must be one line of at most 300 characters");
        }
        self.trusted_proxies()?;
        self.check_tiles()?;
        if self.previous_secret.is_some() && self.secret.is_none() {
            return wrong("previous_secret: is of use only beside the secret that came after it");
        }
        self.check_messages()?;
        self.check_payments()
    }

    fn check_numbers(&self) -> Result<(), ConfigError> {
        let wrong = |text: String| Err(ConfigError::Setting(text));
        for (name, number, least, most) in [
            ("shown_cap", self.shown_cap, 0, i64::MAX),
            ("live_reservations", i64::from(self.live_reservations), 1, i64::MAX),
            ("minutes_a_pick", i64::from(self.minutes_a_pick), 0, PICK_MOST),
            ("window_capacity", self.window_capacity, 1, CAPACITY_MOST),
            ("transfer_hours", i64::from(self.transfer_hours), 0, TRANSFER_MOST),
        ] {
            if number < least {
                return wrong(format!("{name}: must be at least {least}"));
            }
            if number > most {
                return wrong(format!("{name}: must be at most {most}"));
            }
        }
        Ok(())
    }

    fn check_terms(&self) -> Result<(), ConfigError> {
        let fault = self.delivery.as_ref().and_then(terms::delivery_fault);
        let fault = fault.or_else(|| self.taxes.as_ref().and_then(terms::tax_fault));
        fault.map_or(Ok(()), |fault| Err(ConfigError::Setting(fault)))
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
}

#[cfg(test)]
mod tests {
    use crate::config::load;

    #[test]
    fn a_wrong_or_unknown_setting_is_named_in_one_line() {
        for (name, value, named) in [
            ("ONSHELF_ADDR", "nowhere", "addr (ONSHELF_ADDR): invalid socket address"),
            ("ONSHELF_COLOUR", "red", "colour (ONSHELF_COLOUR): unknown field"),
            ("ONSHELF_PUBLIC_URL", "shop", "public_url"),
            ("ONSHELF_OTLP_ENDPOINT", "collector:4317", "otlp_endpoint"),
            ("ONSHELF_LIVE_RESERVATIONS", "0", "live_reservations"),
            ("ONSHELF_LIVE_RESERVATIONS", "many", "live_reservations (ONSHELF_LIVE_RESERVATIONS): "),
            ("ONSHELF_SHOWN_CAP", "-1", "shown_cap: must be at least 0"),
            ("ONSHELF_MINUTES_A_PICK", "-1", "minutes_a_pick (ONSHELF_MINUTES_A_PICK): "),
            ("ONSHELF_MINUTES_A_PICK", "1441", "minutes_a_pick: must be at most 1440"),
            ("ONSHELF_WINDOW_CAPACITY", "0", "window_capacity: must be at least 1"),
            ("ONSHELF_WINDOW_CAPACITY", "10001", "window_capacity: must be at most 10000"),
            ("ONSHELF_TRANSFER_HOURS", "-4", "transfer_hours (ONSHELF_TRANSFER_HOURS): "),
            ("ONSHELF_TRANSFER_HOURS", "8761", "transfer_hours: must be at most 8760"),
            ("ONSHELF_DATABASE_URL", "mysql://x", "database_url"),
            ("ONSHELF_TILES", "http://elsewhere.example/a.pmtiles", "tiles"),
            ("ONSHELF_TILES", "map.mbtiles", "tiles"),
            ("ONSHELF_TILES_GLYPHS", "fonts", "tiles"),
            ("ONSHELF_TEST_PAYMENTS", "perhaps", "test_payments (ONSHELF_TEST_PAYMENTS): "),
            ("ONSHELF_STRIPE_SECRET_KEY", "sk_test_1", "stripe_webhook_secret"),
            ("ONSHELF_STRIPE_WEBHOOK_SECRET", "whsec_1", "stripe_secret_key"),
            ("ONSHELF_SELLER", "a\nb", "seller"),
            ("ONSHELF_TERMS_URL", "terms", "terms_url"),
            ("ONSHELF_PRIVACY_URL", "javascript:alert(1)", "privacy_url"),
            ("ONSHELF_TOSS_SECRET_KEY", "a key", "toss_secret_key"),
            ("ONSHELF_TOSS_SECRET_KEY", "", "toss_secret_key"),
            ("ONSHELF_TOSS_URL", "http://elsewhere.example", "toss_url"),
            ("ONSHELF_SMS_GATEWAY", "pigeon", "sms_gateway (ONSHELF_SMS_GATEWAY): "),
            ("ONSHELF_SMS_KEY", "key", "sms_key"),
            ("ONSHELF_SMS_KEY", "key:secret", "sms_from"),
            ("ONSHELF_PUSH_SERVICES", "https://fcm.googleapis.com", "push_services"),
            ("ONSHELF_TRUSTED_PROXIES", "10.0.0", "trusted_proxies: \"10.0.0\" is no IP address"),
            ("ONSHELF_TRUSTED_PROXIES", "127.0.0.1 10.0.0.7", "trusted_proxies"),
            ("ONSHELF_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/33", "trusted_proxies: \"10.0.0.0/33\""),
        ] {
            let error = load(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(named) && !error.contains('\n'), "{name}: {error}");
        }
    }

    #[test]
    fn proxies_are_addresses_and_networks_or_nobody() {
        for (text, count) in
            [("", 0), (" ", 0), ("127.0.0.1", 1), ("127.0.0.1, 10.0.0.0/8,::1", 3), ("::1,", 1)]
        {
            let config = load(&[("ONSHELF_TRUSTED_PROXIES", text)]).unwrap();
            assert_eq!(config.trusted_proxies().unwrap().len(), count, "{text:?}");
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
}
