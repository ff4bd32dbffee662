//! What follows from the settings.

use std::path::PathBuf;

use onshelf_domain::notifications::PushServices;
use onshelf_vocabulary::Text;

use super::{Config, ConfigError, SmsGateway, addresses::is_loopback};
use crate::http::Proxy;

impl Config {
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

    /// Whom we believe about others. An error names the first that is neither an address nor a network.
    pub fn trusted_proxies(&self) -> Result<Vec<Proxy>, ConfigError> {
        let named = self.trusted_proxies.split(',').map(str::trim).filter(|text| !text.is_empty());
        named
            .map(|text| {
                text.parse::<Proxy>()
                    .map_err(|error| ConfigError::Setting(format!("trusted_proxies: {text:?} is {error}")))
            })
            .collect()
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

    /// Where the search index lies.
    #[must_use]
    pub fn index_dir(&self) -> PathBuf {
        self.data_dir.join("index")
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
            index_dir: Some(self.index_dir()),
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

#[cfg(test)]
mod tests {
    use crate::config::load;

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
}
