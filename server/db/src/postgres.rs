//! PostgreSQL: each unit of work in its own transaction, in a task that a client's disconnect cannot cancel
//! (a dropped `begin` can hand a connection back inside a transaction, launchbadge/sqlx#4393).

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use tracing::Instrument;

use crate::{
    Error, Failure, Tx,
    engine::{Load, Work},
    migrate,
};

const TRIES: u32 = 8;

/// A pool of connections to one PostgreSQL database.
#[derive(Clone)]
pub struct Server {
    pool: PgPool,
}

impl Server {
    pub async fn connect(url: &str) -> Result<Server, Error> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("onshelf")
            .options([("synchronous_commit", "on"), ("statement_timeout", "15000")]);
        let pool = PgPoolOptions::new()
            .max_connections(24)
            .acquire_timeout(Duration::from_secs(3))
            .connect_with(options)
            .await?;
        migrate::postgres(&pool).await?;
        Ok(Server { pool })
    }

    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) fn load(&self) -> Load {
        Load::of(&self.pool)
    }

    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: for<'c> Fn(Tx<'c>) -> Work<'c, T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Failure,
    {
        let pool = self.pool.clone();
        let unit = Arc::new(unit);
        let work = async move {
            let mut tries = 0;
            loop {
                tries += 1;
                match attempt(&pool, unit.as_ref()).await {
                    Err(error) if tries < TRIES && matches!(error.database(), Some(Error::Contended)) => {
                        // Growing pauses let the transaction that won finish first.
                        tokio::time::sleep(Duration::from_millis(2 << tries)).await;
                    }
                    outcome => return outcome,
                }
            }
        };
        // What the unit logs still belongs to whoever asked for it.
        match tokio::spawn(work.in_current_span()).await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(Error::Unavailable(format!("the write was stopped: {stopped}")).into()),
        }
    }
}

async fn attempt<T, E, F>(pool: &PgPool, unit: &F) -> Result<T, E>
where
    F: for<'c> Fn(Tx<'c>) -> Work<'c, T, E>,
    E: Failure,
{
    let mut transaction = pool.begin().await.map_err(Error::unreachable)?;
    match unit(Tx::Postgres(&mut transaction)).await {
        Ok(value) => {
            transaction.commit().await.map_err(Error::from)?;
            Ok(value)
        }
        Err(error) => {
            // A failed rollback closes the connection; the unit's own error is what matters.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}
