//! Doing a deed once: the key a caller chose, bound to who they are, the route and the body.

use onshelf_db::{
    Tx,
    idempotency::{self, KeyOf, NewOutcome},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Error, Result, secrets::fingerprint};

/// A request that must have its effect once, however often it arrives.
#[derive(Clone, Debug)]
pub struct Once {
    of: KeyOf,
    body_hash: String,
}

/// What is kept of an answer that opens something: whose it is. Its token follows from that and is not kept with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Numbered {
    pub(crate) number: String,
}

impl Once {
    /// `actor` is whose key it is (a token's fingerprint, a session, an address), `body` the request as it came.
    #[must_use]
    pub fn new(actor: &str, route: &str, key: &str, body: &str) -> Once {
        let of = KeyOf { actor: actor.to_owned(), route: route.to_owned(), key: fingerprint(key) };
        Once { of, body_hash: fingerprint(body) }
    }

    /// The same key for one of several deeds that are asked for together.
    pub(crate) fn part(&self, name: &str) -> Once {
        let of = KeyOf { route: format!("{}/{name}", self.of.route), ..self.of.clone() };
        Once { of, body_hash: self.body_hash.clone() }
    }

    /// What an earlier call under this key was answered, if there was one with the same body.
    pub(crate) async fn before<T: DeserializeOwned>(&self, tx: &mut Tx<'_>) -> Result<Option<T>> {
        match idempotency::find(tx, &self.of).await? {
            None => Ok(None),
            Some(row) if row.body_hash != self.body_hash => Err(Error::KeyReused),
            Some(row) => Ok(Some(serde_json::from_str(&row.answer)?)),
        }
    }

    /// Keeps the answer before the deed is done, and answers what an earlier call was told. Whoever comes with the same
    /// key meanwhile waits here, and holds nothing yet that others wait for.
    pub(crate) async fn claim<T: Serialize + DeserializeOwned>(
        &self,
        tx: &mut Tx<'_>,
        answer: &T,
        now: i64,
    ) -> Result<Option<T>> {
        if Once::keep_all(tx, &[(self, answer)], now).await? {
            return Ok(None);
        }
        // None: it was forgotten at this moment, and counts as new when it is tried again.
        self.before(tx).await?.map(Some).ok_or_else(|| onshelf_db::Error::Contended.into())
    }

    /// Whether a deed that answers nothing was asked for under this key before; what has no key is asked for anew. It
    /// claims the key: where the answer is told only by the deed, it is `before` and `keep`.
    pub(crate) async fn was_asked(tx: &mut Tx<'_>, once: Option<&Once>, now: i64) -> Result<bool> {
        let Some(once) = once else { return Ok(false) };
        Ok(once.claim(tx, &(), now).await?.is_some())
    }

    /// Whose key it is, and for which route.
    pub(crate) const fn key(&self) -> &KeyOf {
        &self.of
    }

    /// Keeps answers of many requests, in the transaction of their deed. False: one of them came before.
    pub(crate) async fn keep_all<T: Serialize>(
        tx: &mut Tx<'_>,
        answers: &[(&Once, T)],
        now: i64,
    ) -> Result<bool> {
        let told = answers.iter().map(|(_, answer)| serde_json::to_string(answer));
        let told = told.collect::<Result<Vec<String>, _>>()?;
        let outcomes: Vec<NewOutcome<'_>> = answers
            .iter()
            .zip(&told)
            .map(|((once, _), answer)| NewOutcome { of: &once.of, body_hash: &once.body_hash, answer })
            .collect();
        Ok(idempotency::keep_all(tx, &outcomes, now).await?)
    }

    /// Keeps the answer, in the transaction of the deed.
    pub(crate) async fn keep<T: Serialize>(&self, tx: &mut Tx<'_>, answer: &T, now: i64) -> Result<()> {
        let answer = serde_json::to_string(answer)?;
        idempotency::keep(tx, &self.of, &self.body_hash, 200, &answer, now).await?;
        Ok(())
    }
}
