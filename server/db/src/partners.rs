//! Tills, ERPs and warehouses: their tokens, and where they want to be told what happened.

use crate::{Error, Tx, engine::on};

/// What a token opens.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TokenRow {
    pub id: i64,
    /// `stock`, `pos`, or `catalogue`, which opens nothing.
    pub scope: String,
    /// Code of the one store it is for; none for all.
    pub store: Option<String>,
}

/// Where a partner is told what happened.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EndpointRow {
    pub id: i64,
    pub url: String,
    /// `whsec_…`, as Standard Webhooks writes it.
    pub secret: String,
    /// Event types as JSON, a trailing `*` matches all below: `["reservation.*"]`.
    pub events: String,
}

/// Keeps the hash of a token; the token itself is nowhere.
pub async fn add_token(
    tx: &mut Tx<'_>,
    token_hash: &str,
    scope: &str,
    store: Option<&str>,
    now: i64,
) -> Result<(), Error> {
    let sql = "INSERT INTO api_tokens (token_hash, scope, store, created_at) VALUES ($1, $2, $3, $4)";
    on!(tx, conn => {
        sqlx::query(sql).bind(token_hash).bind(scope).bind(store).bind(now).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// By the hash of what was shown; none where it is unknown or revoked.
pub async fn token(tx: &mut Tx<'_>, token_hash: &str) -> Result<Option<TokenRow>, Error> {
    let sql = "SELECT id, scope, store FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(token_hash).fetch_optional(conn).await)?)
}

/// Adds an address to be told, or gives one that is there a new secret and new wishes (`events`, a JSON array).
pub async fn add_endpoint(
    tx: &mut Tx<'_>,
    url: &str,
    secret: &str,
    events: &str,
    now: i64,
) -> Result<(), Error> {
    let sql = "INSERT INTO webhook_endpoints (url, secret, events, created_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (url) DO UPDATE SET secret = excluded.secret, events = excluded.events";
    on!(tx, conn => {
        sqlx::query(sql).bind(url).bind(secret).bind(events).bind(now).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Lets an endpoint want nothing, which is how one that is disabled stands in the book: adding it again enables it.
/// Answers its address; none where it was disabled before or is not there.
pub async fn disable_endpoint(tx: &mut Tx<'_>, id: i64) -> Result<Option<String>, Error> {
    let sql = "UPDATE webhook_endpoints SET events = '[]' WHERE id = $1 AND events <> '[]' RETURNING url";
    Ok(on!(tx, conn => sqlx::query_scalar(sql).bind(id).fetch_optional(conn).await)?)
}

/// Those that want something.
pub async fn endpoints(tx: &mut Tx<'_>) -> Result<Vec<EndpointRow>, Error> {
    let sql = "SELECT id, url, secret, events FROM webhook_endpoints WHERE events <> '[]' ORDER BY id";
    Ok(on!(tx, conn => sqlx::query_as(sql).fetch_all(conn).await)?)
}
