//! Being told in the browser.

use serde::{Deserialize, Serialize};

/// A browser's own address at its push service, and what encrypts for it alone (RFC 8030, RFC 8291).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushSubscription {
    pub endpoint: String,
    /// A public key on P-256, 65 bytes in URL-safe base64 without padding.
    pub p256dh: String,
    /// A secret of 16 bytes, likewise.
    pub auth: String,
}

/// Why a browser is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PushRefusal {
    #[error("not the address of a known push service")]
    UnknownService,
    #[error("the keys cannot be encrypted for")]
    BadKeys,
}
