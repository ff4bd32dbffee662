//! Whether promises were kept, told from the reservations themselves: nothing is stored that could be told otherwise.

use crate::{Error, Tx, engine::on};

/// The promises of one store in one way that fell due in a time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PromiseRow {
    pub store_id: i64,
    pub way: String,
    pub promised: i64,
    pub kept: i64,
}

/// Promises that fell due after `since` and not after `now`, by the moment that was promised first.
///
/// One counts when it was given to somebody (a hold that was never paid, or an offer that was not taken, is none),
/// and was not taken back by its shopper before it fell due. It is kept when all of it was ready, or given over, by
/// then. So a change of the order, a release by the store or the end of its time saves none that is late already,
/// nor does finding only part of it. What is split off is the same promise, and counts with the rest of it.
pub async fn promises(tx: &mut Tx<'_>, since: i64, now: i64) -> Result<Vec<PromiseRow>, Error> {
    let sql = "
      SELECT r.store_id, r.way, COUNT(*) AS promised,
        CAST(SUM(CASE
          WHEN EXISTS (SELECT 1 FROM reservations part WHERE part.split_from = r.number) THEN 0
          WHEN r.way = 'delivery' THEN CASE WHEN r.status = 'delivered' AND r.ended_at <= r.ready_by THEN 1 ELSE 0 END
          WHEN r.ready_at IS NOT NULL THEN CASE WHEN r.ready_at <= r.ready_by THEN 1 ELSE 0 END
          WHEN r.status = 'collected' AND r.ended_at <= r.ready_by THEN 1
          ELSE 0 END) AS BIGINT) AS kept
      FROM reservations r
      WHERE r.ready_by > $1 AND r.ready_by <= $2
        AND r.confirmed_at IS NOT NULL AND r.split_from IS NULL
        AND NOT (r.status = 'cancelled' AND r.ready_at IS NULL AND r.ended_at <= r.ready_by
                 AND NOT EXISTS (SELECT 1 FROM audit_trail t WHERE t.subject = r.number AND t.deed = 'release'))
      GROUP BY r.store_id, r.way ORDER BY r.store_id, r.way";
    Ok(on!(tx, conn => sqlx::query_as(sql).bind(since).bind(now).fetch_all(conn).await)?)
}
