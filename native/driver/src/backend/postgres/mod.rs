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
mod pooler;
mod read;
#[cfg(test)]
mod tests;
mod unlearnt;
mod unseen;
mod way;
mod wire;
mod write;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Row};

use crate::backend::link::{Interruption, Link, Peer};
use crate::backend::reset::Reset;
use crate::error::{Error, Result};
use crate::request::Request;
use crate::stream::Finished;

pub use errors::runs_alone;
pub use pooler::Parting;
pub use way::Way;

pub type Connection = Link<PgConnection>;

impl Peer for PgConnection {
    const RESET: Reset = open::RESET;

    async fn reach(options: &PgConnectOptions) -> sqlx::Result<Self> {
        open::connect(options).await
    }

    async fn say(&mut self, sql: &str) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self).await.map(drop)
    }

    /// In one statement, because a pooler may answer the next one by another server.
    async fn interrupt(&mut self, interruption: &Interruption) -> sqlx::Result<bool> {
        let Interruption { identity, word, .. } = interruption;
        let sql = format!("SELECT {word} WHERE {} = '{identity}'", way::IDENTITY);
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(self).await?;
        Ok(!rows.is_empty())
    }

    async fn ask(&mut self, sql: &str) -> sqlx::Result<String> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(self).await?;
        rows.last().ok_or(sqlx::Error::RowNotFound)?.try_get(0)
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
