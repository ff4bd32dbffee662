//! The pass: what a QR carries. Signed with Ed25519 (RFC 8032), so that a store's device that knows the public key
//! can check it without a network; whether it was used or taken back only the shop knows.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use onshelf_db::{Tx, fulfilment, fulfilment::ReservationRow, orders};
use onshelf_vocabulary::orders::PassRefusal;

use crate::{Error, Result, Shop, secrets::Secrets, stores::Store};

/// How a pass begins: the shop's own, first version.
pub(crate) const PREFIX: &str = "OS1";

/// A pass's own name: the group's number and which of its passes it is; the owner's is 0.
pub(super) fn serial(number: &str, which: &str) -> String {
    let which = if which.is_empty() { "0" } else { which };
    format!("{number}_{which}")
}

/// What a pass says, once its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    pub serial: String,
    /// Code of the store it opens.
    pub store: String,
    pub expires_at: Timestamp,
}

fn signing_key(secrets: &Secrets) -> SigningKey {
    let token = secrets.token("pass", "ed25519");
    let mut seed = [0u8; 32];
    for (place, byte) in URL_SAFE_NO_PAD.decode(token).unwrap_or_default().into_iter().take(32).enumerate() {
        seed[place] = byte;
    }
    SigningKey::from_bytes(&seed)
}

/// Reads a pass and checks its signature, as a device without a network does. `OS1.serial.store.expires.signature`,
/// `expires` in Unix seconds.
pub fn read(key: &VerifyingKey, text: &str) -> Option<Pass> {
    let (said, signature) = text.trim().rsplit_once('.')?;
    let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
    key.verify_strict(said.as_bytes(), &Signature::from_bytes(&signature)).ok()?;
    let mut parts = said.splitn(3, '.');
    let (prefix, serial, rest) = (parts.next()?, parts.next()?, parts.next()?);
    // A store's code may hold dots; the last part is the time.
    let (store, expires) = rest.rsplit_once('.')?;
    let expires_at = Timestamp::from_second(expires.parse().ok()?).ok()?;
    (prefix == PREFIX).then(|| Pass { serial: serial.to_owned(), store: store.to_owned(), expires_at })
}

impl Shop {
    /// The key that checks passes, 32 bytes in URL-safe base64.
    #[must_use]
    pub fn pass_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(signing_key(self.secrets()).verifying_key().as_bytes())
    }

    pub(super) fn sign_pass(&self, serial: &str, store: &Store, expires_at: i64) -> String {
        let said = format!("{PREFIX}.{serial}.{}.{}", store.code, expires_at.div_euclid(1_000));
        let signature = signing_key(self.secrets()).sign(said.as_bytes());
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The group a pass opens at this store, or why it opens nothing.
    pub(crate) async fn open_pass(
        &self,
        tx: &mut Tx<'_>,
        store: &Store,
        text: &str,
    ) -> Result<ReservationRow> {
        let refuse = |why: PassRefusal| Error::Order(onshelf_vocabulary::orders::OrderRefusal::Pass(why));
        let pass = read(&signing_key(self.secrets()).verifying_key(), text)
            .ok_or_else(|| refuse(PassRefusal::Forged))?;
        let row = orders::pass(tx, &pass.serial).await?.ok_or_else(|| refuse(PassRefusal::Forged))?;
        if pass.store != store.code.as_str() {
            return Err(refuse(PassRefusal::OtherStore));
        }
        if row.used_at.is_some() {
            return Err(refuse(PassRefusal::Used));
        }
        if row.revoked_at.is_some() {
            return Err(refuse(PassRefusal::Revoked));
        }
        let (number, _) = pass.serial.rsplit_once('_').ok_or_else(|| refuse(PassRefusal::Forged))?;
        let group = fulfilment::at_store(tx, number, store.id).await?.ok_or(Error::NotFound)?;
        if group.expires_at <= self.now_ms() {
            return Err(refuse(PassRefusal::Expired));
        }
        Ok(group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn signed(said: &str) -> String {
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(key().sign(said.as_bytes()).to_bytes()))
    }

    #[test]
    fn a_pass_is_read_as_it_was_signed() {
        let pass = read(&key().verifying_key(), &signed("OS1.R-7K3M-9QXD_0.seoul.1.1795402800")).unwrap();
        assert_eq!((pass.serial.as_str(), pass.store.as_str()), ("R-7K3M-9QXD_0", "seoul.1"));
        assert_eq!(pass.expires_at.as_second(), 1_795_402_800);
    }

    #[test]
    fn what_was_altered_opens_nothing() {
        let good = signed("OS1.R-7K3M-9QXD_0.seoul.1795402800");
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert!(read(&other, &good).is_none());
        for place in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[place] ^= 1;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(read(&key().verifying_key(), &text).is_none(), "{text}");
            }
        }
        for odd in ["", ".", "OS1", "OS1....", "OS1.a.b.c.d", &"x".repeat(10_000)] {
            assert!(read(&key().verifying_key(), odd).is_none());
        }
        assert!(read(&key().verifying_key(), &signed("OS2.a.b.1")).is_none());
    }
}
