//! Tills, ERPs and warehouses: who they are by their token, and what that lets them do.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use onshelf_vocabulary::StoreCode;

use crate::{Book, Error, Result, Shop, StockRefusal, secrets::fingerprint};

/// A partner that showed a valid token.
#[derive(Clone, Debug)]
pub struct Partner {
    id: i64,
    scope: String,
    store: Option<String>,
}

impl Partner {
    /// As written in the ledger and the trail.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("token:{}", self.id)
    }

    /// A token opens what it was made for, and nothing beside it.
    pub(crate) fn may(&self, scope: &str) -> Result<()> {
        if self.scope == scope { Ok(()) } else { Err(StockRefusal::NotYours.into()) }
    }

    /// Whether it is this store's, or bound to none.
    pub(crate) fn is_of(&self, store: &StoreCode) -> bool {
        self.store.as_ref().is_none_or(|own| own == store.as_str())
    }

    /// The store it is bound to, if it is.
    pub(crate) fn store_id(&self, book: &Book) -> Option<i64> {
        self.store.as_ref().map(|own| book.stores.by_code(own).map_or(0, |store| store.id))
    }

    pub(crate) fn may_for(&self, store: &StoreCode, scope: &str) -> Result<()> {
        self.may(scope)?;
        if self.is_of(store) { Ok(()) } else { Err(StockRefusal::NotYours.into()) }
    }
}

impl Shop {
    /// Makes a token for `stock` or `pos`, of all stores where none is named; it is shown once and kept only as a hash.
    /// A token for `catalogue` is valid and opens nothing.
    pub async fn create_token(&self, scope: &str, store: Option<&StoreCode>) -> Result<String> {
        if let Some(code) = store {
            self.book().stores.by_code(code.as_str()).ok_or(StockRefusal::UnknownStore { line: 0 })?;
        }
        let token = format!("osk_{}", URL_SAFE_NO_PAD.encode(self.random::<32>()));
        let (hash, scope, now) = (fingerprint(&token), scope.to_owned(), self.now_ms());
        let store = store.map(ToString::to_string);
        self.db()
            .write(move |mut tx| {
                let (hash, scope, store) = (hash.clone(), scope.clone(), store.clone());
                Box::pin(async move {
                    onshelf_db::partners::add_token(&mut tx, &hash, &scope, store.as_deref(), now).await?;
                    onshelf_db::staff::trail(&mut tx, "operator", "token.create", &scope, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(token)
    }

    /// Who a token belongs to, if it is valid.
    pub async fn partner(&self, token: &str) -> Result<Option<Partner>> {
        let mut reader = self.db().reader().await?;
        let row = onshelf_db::partners::token(&mut reader.tx(), &fingerprint(token)).await?;
        Ok(row.map(|row| Partner { id: row.id, scope: row.scope, store: row.store }))
    }

    /// Registers where events go; answers the secret they are signed with (Standard Webhooks, `whsec_…`).
    pub async fn add_webhook(&self, url: &str, events: &[String]) -> Result<String> {
        let secret = base64::engine::general_purpose::STANDARD.encode(self.random::<32>());
        let secret = format!("whsec_{secret}");
        let events = serde_json::to_string(events)?;
        let (url, kept, now) = (url.to_owned(), secret.clone(), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let (url, secret, events) = (url.clone(), kept.clone(), events.clone());
                Box::pin(async move {
                    onshelf_db::partners::add_endpoint(&mut tx, &url, &secret, &events, now).await?;
                    // The address itself may hold a key.
                    let host = url.split('/').nth(2).unwrap_or_default();
                    onshelf_db::staff::trail(&mut tx, "operator", "webhook.add", host, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(secret)
    }
}
