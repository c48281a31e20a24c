//! One connection to PostgreSQL.

mod cell;
mod cells;
mod choice;
mod columns;
mod encode;
mod errors;
mod execute;
mod gather;
mod network;
mod numeric;
mod open;
mod read;
#[cfg(test)]
mod tests;
mod unlearnt;
mod unseen;
mod wire;
mod write;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::backend::link::{Link, Peer};
use crate::error::{Error, Result};
use crate::request::Request;
use crate::stream::Finished;

pub type Connection = Link<PgConnection>;

impl Peer for PgConnection {
    async fn reach(options: &PgConnectOptions) -> sqlx::Result<Self> {
        open::connect(options).await
    }

    async fn say(&mut self, sql: &str) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self).await.map(drop)
    }

    async fn execute(link: &mut Connection, request: Request<'_>) -> Result<Finished> {
        link.execute(request).await
    }

    fn leaves_healthy(error: &sqlx::Error) -> bool {
        errors::leaves_healthy(error)
    }

    fn is_interruption(error: &sqlx::Error) -> bool {
        errors::is_interruption(error)
    }

    fn is_aborted(error: &sqlx::Error) -> bool {
        errors::is_aborted_transaction(error)
    }

    fn explain(error: &sqlx::Error) -> Error {
        errors::from_sqlx(error)
    }
}
