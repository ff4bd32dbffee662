//! Webhooks signed as Stripe signs them: `t=UNIX_SECONDS,v1=HEX`, where the second is the HMAC-SHA256 of
//! `UNIX_SECONDS.BODY` under a shared secret. The test provider signs the same way.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use onshelf_shop::BadWebhook;
use sha2::Sha256;

/// Seconds a signature may be away from our clock, either way.
const TOLERANCE: i64 = 300;

/// The header's value for a body signed at a moment.
#[must_use]
pub fn sign(secret: &str, body: &[u8], at: Timestamp) -> String {
    let moment = at.as_second().to_string();
    let code = mac(secret, &moment, body).map(|mac| hex::encode(mac.finalize().into_bytes()));
    format!("t={moment},v1={}", code.unwrap_or_default())
}

/// Proves a body by its header, in constant time. Of several signatures, as there are while a secret is replaced,
/// one has to be right.
pub fn verify(secret: &str, header: Option<&str>, body: &[u8], now: Timestamp) -> Result<(), BadWebhook> {
    let header = header.filter(|_| !secret.is_empty()).ok_or(BadWebhook::Unsigned)?;
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let moment =
        fields().find(|(name, _)| *name == "t").map(|(_, value)| value).ok_or(BadWebhook::Unsigned)?;
    let is_right = fields().filter(|(name, _)| *name == "v1").any(|(_, code)| {
        let code = hex::decode(code).unwrap_or_default();
        mac(secret, moment, body).is_some_and(|mac| mac.verify_slice(&code).is_ok())
    });
    if !is_right {
        return Err(BadWebhook::Unsigned);
    }
    let moment: i64 = moment.parse().map_err(|_| BadWebhook::Unsigned)?;
    if now.as_second().abs_diff(moment) > TOLERANCE.unsigned_abs() {
        return Err(BadWebhook::Old);
    }
    Ok(())
}

fn mac(secret: &str, moment: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(moment.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_signature_is_the_code_of_time_and_body() {
        // As `openssl dgst -sha256 -hmac whsec_secret` has it for `1700000000.{"id":"evt_1"}`.
        let code = "7aa0c32b7f782241f188714c83ab73a6f2c5c6dd2c76b9cd53935f6d779e0ef8";
        let signed = sign("whsec_secret", BODY, at(1_700_000_000));
        assert_eq!(signed, format!("t=1700000000,v1={code}"));
    }

    #[test]
    fn what_is_altered_old_or_unsigned_is_not_believed() {
        let signed = sign("whsec_secret", BODY, at(1_700_000_000));
        let two = format!("{signed},v1=00ff,v0=x");
        for (secret, header, body, now, outcome) in [
            ("whsec_secret", Some(&*signed), BODY, 1_700_000_300, Ok(())),
            ("whsec_secret", Some(&*two), BODY, 1_700_000_000, Ok(())),
            ("whsec_secret", Some(&*signed), BODY, 1_700_000_301, Err(BadWebhook::Old)),
            ("whsec_secret", Some(&*signed), BODY, 1_699_999_699, Err(BadWebhook::Old)),
            ("whsec_secret", Some(&*signed), br#"{"id":"evt_2"}"#, 1_700_000_000, Err(BadWebhook::Unsigned)),
            ("whsec_other", Some(&*signed), BODY, 1_700_000_000, Err(BadWebhook::Unsigned)),
            ("", Some(&*sign("", BODY, at(1_700_000_000))), BODY, 1_700_000_000, Err(BadWebhook::Unsigned)),
            ("whsec_secret", Some("t=1700000000"), BODY, 1_700_000_000, Err(BadWebhook::Unsigned)),
            ("whsec_secret", Some("t=1700000000,v1="), BODY, 1_700_000_000, Err(BadWebhook::Unsigned)),
            ("whsec_secret", Some("nonsense"), BODY, 1_700_000_000, Err(BadWebhook::Unsigned)),
            ("whsec_secret", None, BODY, 1_700_000_000, Err(BadWebhook::Unsigned)),
        ] {
            assert_eq!(verify(secret, header, body, at(now)), outcome, "{secret} {header:?} {now}");
        }
    }
}
