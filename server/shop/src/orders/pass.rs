//! The pass: what a QR carries. Signed with Ed25519 (RFC 8032), so that a store's device that knows the public key
//! can check it without a network; whether it was used or taken back only the shop knows.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use onshelf_db::{
    Tx,
    fulfilment::{self, ReservationRow},
    passes::{self, PassRow, ended},
};
use onshelf_domain::fulfilment::pass_code;
use onshelf_vocabulary::orders::{OrderRefusal, PassRefusal};

use crate::{
    Error, Result, Shop,
    secrets::{Secrets, fingerprint},
    stores::Store,
};

/// How a pass begins: the shop's own, first version.
pub(crate) const PREFIX: &str = "OS1";
/// Letters of what the passes of a group have in common.
const REFERENCE: usize = 14;

/// What the passes of a group have in common: by it a device that is away knows that a group was handed over. It says
/// nothing of the group's number, which opens it at the counter as well: whoever had a pass that was taken back could
/// else still say that.
pub(crate) fn reference(row: &ReservationRow) -> String {
    fingerprint(&format!("pass {}", row.token_hash)).chars().take(REFERENCE).collect()
}

/// The owner's pass of a group.
pub(super) fn own(row: &ReservationRow, id: i64) -> PassRow {
    PassRow { reservation_id: id, serial: format!("{}_0", reference(row)), ..PassRow::default() }
}

/// The pass of somebody who is sent. `which` tells it from those before it, and is the same for all groups that one
/// link opens.
pub(super) fn of_sent(row: &ReservationRow, id: i64, which: &str, holder: &str, link_hash: &str) -> PassRow {
    // The hash of a token under the shop's secret: nobody outside can work the code out of anything they see.
    let bytes = URL_SAFE_NO_PAD.decode(fingerprint(&format!("code {which} {}", row.token_hash)));
    let mut random = [0u8; 5];
    for (place, byte) in random.iter_mut().zip(bytes.unwrap_or_default()) {
        *place = byte;
    }
    PassRow {
        reservation_id: id,
        serial: format!("{}_{which}", reference(row)),
        holder: holder.to_owned(),
        code: Some(pass_code(random)),
        link_hash: Some(link_hash.to_owned()),
        ..PassRow::default()
    }
}

/// Which of an order's passes it is: see [`of_sent`].
pub(super) fn which(serial: &str) -> &str {
    serial.rsplit_once('_').map_or("", |(_, which)| which)
}

/// What a pass says, once its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    pub serial: String,
    /// Code of the store it opens.
    pub store: String,
    pub expires_at: Timestamp,
}

/// A pass that opens something, and what.
pub(crate) struct Opened {
    pub(crate) row: ReservationRow,
    pub(crate) pass: PassRow,
}

fn key_of(token: &str) -> SigningKey {
    let mut seed = [0u8; 32];
    for (place, byte) in seed.iter_mut().zip(URL_SAFE_NO_PAD.decode(token).unwrap_or_default()) {
        *place = byte;
    }
    SigningKey::from_bytes(&seed)
}

fn signing_key(secrets: &Secrets) -> SigningKey {
    key_of(&secrets.token("pass", "ed25519"))
}

/// The key passes are signed with, and the one before it, whose passes still open.
fn checking_keys(secrets: &Secrets) -> Vec<VerifyingKey> {
    let before = secrets.token_before("pass", "ed25519");
    let before = before.map(|token| key_of(&token).verifying_key());
    std::iter::once(signing_key(secrets).verifying_key()).chain(before).collect()
}

/// Reads a pass and checks its signature, as a device without a network does. `OS1.serial.store.expires.signature`,
/// `expires` in Unix seconds.
pub fn read(keys: &[VerifyingKey], text: &str) -> Option<Pass> {
    let (said, signature) = text.trim().rsplit_once('.')?;
    let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
    let signature = Signature::from_bytes(&signature);
    if !keys.iter().any(|key| key.verify_strict(said.as_bytes(), &signature).is_ok()) {
        return None;
    }
    let mut parts = said.splitn(3, '.');
    let (prefix, serial, rest) = (parts.next()?, parts.next()?, parts.next()?);
    // A store's code may hold dots; the last part is the time.
    let (store, expires) = rest.rsplit_once('.')?;
    let expires_at = Timestamp::from_second(expires.parse().ok()?).ok()?;
    (prefix == PREFIX).then(|| Pass { serial: serial.to_owned(), store: store.to_owned(), expires_at })
}

pub(crate) fn refuse(why: PassRefusal) -> Error {
    OrderRefusal::Pass(why).into()
}

/// Why a pass that has ended opens nothing; none where it has not.
fn has_ended(pass: &PassRow) -> Option<PassRefusal> {
    match (pass.used_at, pass.revoked_at, pass.revoked_by.as_str()) {
        (Some(_), ..) | (_, Some(_), ended::COLLECTED) => Some(PassRefusal::Used),
        (_, Some(_), ended::EXPIRED) => Some(PassRefusal::Expired),
        (_, Some(_), _) => Some(PassRefusal::Revoked),
        (None, None, _) => None,
    }
}

/// What a pass opens at a store, or why it opens nothing there.
pub(crate) async fn opens(tx: &mut Tx<'_>, store: &Store, pass: PassRow, now: i64) -> Result<Opened> {
    let row = fulfilment::of_pass(tx, pass.reservation_id).await?.ok_or(Error::NotFound)?;
    if row.store_id != store.id {
        return Err(refuse(PassRefusal::OtherStore));
    }
    if let Some(why) = has_ended(&pass) {
        return Err(refuse(why));
    }
    if row.expires_at <= now {
        return Err(refuse(PassRefusal::Expired));
    }
    Ok(Opened { row, pass })
}

impl Shop {
    /// The keys that check passes, 32 bytes each in URL-safe base64: the one they are signed with, then the one
    /// before it, if the secret was changed.
    #[must_use]
    pub fn pass_keys(&self) -> Vec<String> {
        let keys = checking_keys(self.secrets());
        keys.iter().map(|key| URL_SAFE_NO_PAD.encode(key.as_bytes())).collect()
    }

    pub(super) fn sign_pass(&self, serial: &str, store: &Store, expires_at: i64) -> String {
        let said = format!("{PREFIX}.{serial}.{}.{}", store.code, expires_at.div_euclid(1_000));
        let signature = signing_key(self.secrets()).sign(said.as_bytes());
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The pass of a text that was scanned at a store; refused where it was not signed here, or for another store.
    pub(crate) async fn signed_pass(&self, tx: &mut Tx<'_>, store: &Store, text: &str) -> Result<PassRow> {
        let forged = || refuse(PassRefusal::Forged);
        let said = read(&checking_keys(self.secrets()), text).ok_or_else(forged)?;
        let pass = passes::by_serial(tx, &said.serial).await?.ok_or_else(forged)?;
        if said.store != store.code.as_str() {
            return Err(refuse(PassRefusal::OtherStore));
        }
        Ok(pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn keys() -> [VerifyingKey; 2] {
        [SigningKey::from_bytes(&[8; 32]).verifying_key(), key().verifying_key()]
    }

    fn signed(said: &str) -> String {
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(key().sign(said.as_bytes()).to_bytes()))
    }

    #[test]
    fn a_pass_is_read_as_it_was_signed_also_by_the_key_before() {
        let pass = read(&keys(), &signed("OS1.R-7K3M-9QXD_0.seoul.1.1795402800")).unwrap();
        assert_eq!((pass.serial.as_str(), pass.store.as_str()), ("R-7K3M-9QXD_0", "seoul.1"));
        assert_eq!(pass.expires_at.as_second(), 1_795_402_800);
    }

    #[test]
    fn what_was_altered_opens_nothing() {
        let good = signed("OS1.R-7K3M-9QXD_0.seoul.1795402800");
        assert!(read(&keys()[..1], &good).is_none());
        for place in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[place] ^= 1;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(read(&keys(), &text).is_none(), "{text}");
            }
        }
        for odd in ["", ".", "OS1", "OS1....", "OS1.a.b.c.d", &"x".repeat(10_000)] {
            assert!(read(&keys(), odd).is_none());
        }
        assert!(read(&keys(), &signed("OS2.a.b.1")).is_none());
    }

    #[test]
    fn passes_of_a_group_share_what_they_begin_with_and_nothing_of_its_number() {
        let row = |hash: &str| ReservationRow {
            number: "R-7K3M-9QXD".to_owned(),
            token_hash: hash.to_owned(),
            ..ReservationRow::default()
        };
        let (own, sent) = (own(&row("a"), 1), of_sent(&row("a"), 1, "3", "이모", "hash"));
        assert_eq!(own.serial.rsplit_once('_').map(|(first, _)| first), Some(&*reference(&row("a"))));
        assert_eq!(sent.serial.rsplit_once('_'), Some((&*reference(&row("a")), "3")));
        assert_eq!((which(&sent.serial), which(&own.serial)), ("3", "0"));
        assert!(!own.serial.contains("7K3M") && reference(&row("a")) != reference(&row("b")));
        let again = of_sent(&row("a"), 1, "4", "이모", "hash");
        assert!(sent.code.as_ref().is_some_and(|code| code.len() == 7) && sent.code != again.code);
    }
}
