//! Keys that nobody is shown.

use serde::Deserialize;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    #[test]
    fn keys_are_never_shown() {
        let config = load(&[("ONSHELF_TOSS_SECRET_KEY", "live_sk_hidden")]).unwrap();
        assert_eq!(config.toss_secret_key.as_ref().map(Secret::reveal), Some("live_sk_hidden"));
        assert!(!format!("{config:?}").contains("hidden"));
        let error = load(&[("ONSHELF_TOSS_SECRET_KEY", "live sk hidden")]).unwrap_err();
        assert!(!error.contains("hidden"), "{error}");
    }
}
