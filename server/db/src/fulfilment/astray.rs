//! What was sent off and did not come.

use super::counter;
use crate::{Error, Tx, engine::on};

/// Says what became of it. What came back is noted to be put back on the shelf of the store that sent it.
pub async fn went_astray(
    tx: &mut Tx<'_>,
    reservation_id: i64,
    astray: &str,
    came_back: bool,
) -> Result<(), Error> {
    let sql = "UPDATE reservations SET astray = $2 WHERE id = $1";
    on!(tx, conn => sqlx::query(sql).bind(reservation_id).bind(astray).execute(conn).await.map(drop))?;
    if came_back {
        counter::goes_back(tx, reservation_id, "out_for_delivery").await?;
    }
    Ok(())
}
