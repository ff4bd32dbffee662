//! Transactions, and savepoints within them.

use sqlx_core::{
    error::Error,
    sql_str::SqlStr,
    transaction::{
        TransactionManager, begin_ansi_transaction_sql, commit_ansi_transaction_sql,
        rollback_ansi_transaction_sql,
    },
};

use crate::{Connection, InPlace};

/// Begins and ends them.
#[derive(Debug)]
pub struct Transactions;

impl TransactionManager for Transactions {
    type Database = InPlace;

    async fn begin(connection: &mut Connection, statement: Option<SqlStr>) -> Result<(), Error> {
        let depth = connection.depth;
        let sql = match statement {
            Some(_) if depth > 0 => return Err(Error::InvalidSavePointStatement),
            Some(sql) => sql,
            None => begin_ansi_transaction_sql(depth),
        };
        connection.batch(sql).await?;
        connection.depth += 1;
        Ok(())
    }

    async fn commit(connection: &mut Connection) -> Result<(), Error> {
        if connection.depth > 0 {
            connection.batch(commit_ansi_transaction_sql(connection.depth)).await?;
            connection.depth -= 1;
        }
        Ok(())
    }

    async fn rollback(connection: &mut Connection) -> Result<(), Error> {
        if connection.depth > 0 {
            connection.batch(rollback_ansi_transaction_sql(connection.depth)).await?;
            connection.depth -= 1;
        }
        Ok(())
    }

    fn start_rollback(connection: &mut Connection) {
        if connection.depth > 0 {
            connection.batch_now(&rollback_ansi_transaction_sql(connection.depth));
            connection.depth -= 1;
        }
    }

    fn get_transaction_depth(connection: &Connection) -> usize {
        connection.depth
    }
}
