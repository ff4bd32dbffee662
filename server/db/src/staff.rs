//! Staff, their sessions, and the trail of what they did.

use crate::{Error, Tx, engine::on};

/// A member of staff. The password is an Argon2 hash in PHC form.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StaffRow {
    pub id: i64,
    pub login: String,
    pub name: String,
    pub password_hash: String,
    pub role: String,
    /// Codes of the stores they work for, as JSON.
    pub stores: String,
    pub disabled_at: Option<i64>,
}

const COLUMNS: &str = "id, login, name, password_hash, role, stores, disabled_at";

/// Whoever may sign in under this name; none where they are disabled.
pub async fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<StaffRow>, Error> {
    let sql =
        sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM staff WHERE login = $1 AND disabled_at IS NULL"));
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(login).fetch_optional(conn).await)?)
}

/// Adds a member of staff, or gives one a new name, password, role and stores; their sessions end.
pub async fn upsert(tx: &mut Tx<'_>, row: &StaffRow, now: i64) -> Result<(), Error> {
    let sql = "INSERT INTO staff (login, name, password_hash, role, stores, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (login) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash,
                 role = excluded.role, stores = excluded.stores, disabled_at = NULL RETURNING id";
    let id: i64 = on!(tx, conn => {
        sqlx::query_scalar(sql)
            .bind(&row.login)
            .bind(&row.name)
            .bind(&row.password_hash)
            .bind(&row.role)
            .bind(&row.stores)
            .bind(now)
            .fetch_one(conn)
            .await
    })?;
    let sql = "DELETE FROM staff_sessions WHERE staff_id = $1";
    on!(tx, conn => sqlx::query(sql).bind(id).execute(conn).await.map(drop))?;
    Ok(())
}

/// Keeps the hash of a session's token until `expires_at`.
pub async fn open_session(
    tx: &mut Tx<'_>,
    staff_id: i64,
    token_hash: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), Error> {
    let sql =
        "INSERT INTO staff_sessions (token_hash, staff_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    on!(tx, conn => {
        sqlx::query(sql).bind(token_hash).bind(staff_id).bind(now).bind(expires_at).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Whose session it is; none where it has ended or they are disabled.
pub async fn by_session(tx: &mut Tx<'_>, token_hash: &str, now: i64) -> Result<Option<StaffRow>, Error> {
    let sql = "SELECT staff.id, login, name, password_hash, role, stores, disabled_at
               FROM staff_sessions JOIN staff ON staff.id = staff_sessions.staff_id
               WHERE token_hash = $1 AND expires_at > $2 AND disabled_at IS NULL";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(token_hash).bind(now).fetch_optional(conn).await)?)
}

/// Signs out; nothing where there is no such session.
pub async fn close_session(tx: &mut Tx<'_>, token_hash: &str) -> Result<(), Error> {
    let sql = "DELETE FROM staff_sessions WHERE token_hash = $1";
    on!(tx, conn => sqlx::query(sql).bind(token_hash).execute(conn).await.map(drop))?;
    Ok(())
}

/// Forgets up to `limit` sessions that have ended; answers how many.
pub async fn forget_sessions(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<u64, Error> {
    // Looked for without an index: there are as many as staff signed in lately, and nobody waits for their order.
    let sql = "DELETE FROM staff_sessions WHERE token_hash IN (
                 SELECT token_hash FROM staff_sessions WHERE expires_at <= $1 LIMIT $2)";
    Ok(on!(tx, conn => {
        sqlx::query(sql).bind(now).bind(limit).execute(conn).await.map(|done| done.rows_affected())
    })?)
}

/// One line in the append-only trail: who did what to which thing.
pub async fn trail(tx: &mut Tx<'_>, actor: &str, deed: &str, subject: &str, at: i64) -> Result<(), Error> {
    let sql = "INSERT INTO audit_trail (at, actor, deed, subject) VALUES ($1, $2, $3, $4)";
    on!(tx, conn => {
        sqlx::query(sql).bind(at).bind(actor).bind(deed).bind(subject).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Whether the trail has this deed at just this moment.
pub async fn was_done(tx: &mut Tx<'_>, deed: &str, subject: &str, at: i64) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM audit_trail WHERE subject = $1 AND deed = $2 AND at = $3";
    let lines: i64 = on!(tx, conn => {
        sqlx::query_scalar(sql).bind(subject).bind(deed).bind(at).fetch_one(conn).await
    })?;
    Ok(lines > 0)
}

/// A line of the trail, with the name its doer signs in by where it is one of the staff.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TrailRow {
    pub id: i64,
    pub at: i64,
    pub actor: String,
    pub login: Option<String>,
    pub deed: String,
    pub subject: String,
}

/// Lines after a line's id that were written at or after a moment, oldest first.
pub async fn trail_after(tx: &mut Tx<'_>, id: i64, since: i64, limit: i64) -> Result<Vec<TrailRow>, Error> {
    let sql = "SELECT t.id, t.at, t.actor, staff.login, t.deed, t.subject FROM audit_trail t
               LEFT JOIN staff ON t.actor = 'staff:' || CAST(staff.id AS TEXT)
               WHERE t.id > $1 AND t.at >= $2 ORDER BY t.id LIMIT $3";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(id).bind(since).bind(limit).fetch_all(conn).await)?)
}
