//! Passes under a key of the tests' own: for whoever feeds their reader with anything.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};

use crate::orders::{self, Pass};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// What is said, with a signature that is believed.
#[must_use]
pub fn sign_pass(said: &str) -> String {
    let signature = key().sign(said.as_bytes());
    format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// What a scanned text says, if it was signed.
#[must_use]
pub fn read_pass(text: &str) -> Option<Pass> {
    orders::read_pass(&[key().verifying_key()], text)
}
