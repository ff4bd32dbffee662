//! Tokens: made from a secret and what they are for, so that an answer can be given again without keeping it;
//! in the database stands only their hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use onshelf_db::{Db, meta};
use sha2::{Digest, Sha256};

use crate::{Chance, Error, Result, Settings};

const SECRET: &str = "secret";

/// The key that all derived tokens hang on.
pub struct Secrets {
    key: Vec<u8>,
    /// What it was before the operator changed it.
    before: Option<Vec<u8>>,
}

impl Secrets {
    /// The operator's secret, or one made at the first start and kept in the database, so that all processes of
    /// one database share it.
    pub(crate) async fn load(db: &Db, chance: &dyn Chance, settings: &Settings) -> Result<Secrets> {
        let before = settings.previous_secret.as_ref().map(|secret| secret.as_bytes().to_vec());
        if let Some(given) = &settings.secret {
            return Ok(Secrets { key: given.as_bytes().to_vec(), before });
        }
        let mut fresh = [0u8; 32];
        chance.fill(&mut fresh);
        let fresh = URL_SAFE_NO_PAD.encode(fresh);
        let kept = db
            .write(move |mut tx| {
                let fresh = fresh.clone();
                Box::pin(async move {
                    if let Some(kept) = meta::get(&mut tx, SECRET).await? {
                        return Ok::<_, Error>(kept);
                    }
                    Ok(meta::keep(&mut tx, SECRET, &fresh).await?)
                })
            })
            .await?;
        Ok(Secrets { key: kept.into_bytes(), before })
    }

    /// The token of `subject` for one purpose: 43 URL-safe characters.
    pub(crate) fn token(&self, purpose: &str, subject: &str) -> String {
        token(&self.key, purpose, subject)
    }

    /// The token of `subject` that is kept as this hash: of this secret, or of the one before it.
    pub(crate) fn token_kept_as(&self, hash: &str, purpose: &str, subject: &str) -> String {
        let own = self.token(purpose, subject);
        if fingerprint(&own) == hash {
            return own;
        }
        let before = self.token_before(purpose, subject).filter(|token| fingerprint(token) == hash);
        before.unwrap_or(own)
    }

    /// The same token under the secret before this one, if there was one.
    pub(crate) fn token_before(&self, purpose: &str, subject: &str) -> Option<String> {
        self.before.as_ref().map(|key| token(key, purpose, subject))
    }
}

fn token(key: &[u8], purpose: &str, subject: &str) -> String {
    // HMAC takes keys of any length, so this cannot fail; an empty answer would match no hash.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(subject.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// What is kept of a token, a key or a body: SHA-256 in URL-safe base64.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_one_subject_and_one_purpose() {
        let secrets = Secrets { key: b"a key of the shop's own".to_vec(), before: None };
        let token = secrets.token("order", "O-1");
        assert_eq!(token, secrets.token("order", "O-1"), "it can be given again");
        assert_eq!(token.len(), 43);
        for (purpose, subject) in
            [("reservation", "O-1"), ("order", "O-2"), ("orde", "rO-1"), ("", "orderO-1")]
        {
            assert_ne!(token, secrets.token(purpose, subject), "{purpose} {subject}");
        }
        assert_ne!(token, Secrets { key: b"another".to_vec(), before: None }.token("order", "O-1"));
        assert!(!fingerprint(&token).contains(&token[..8]), "what is kept does not tell it");
    }
}
