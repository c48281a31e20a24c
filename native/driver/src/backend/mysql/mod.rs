//! One connection to `MySQL` or `MariaDB`.

mod columns;
mod encode;
mod errors;
mod execute;
mod gather;
mod open;
mod read;
#[cfg(test)]
mod tests;
mod wire;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, Row};

use crate::backend::link::{Link, Peer};
use crate::backend::reset::Reset;
use crate::error::{Error, Result};
use crate::request::Request;
use crate::stream::Finished;

pub type Connection = Link<MySqlConnection>;

impl Peer for MySqlConnection {
    const RESET: Reset = open::RESET;

    async fn reach(options: &MySqlConnectOptions) -> sqlx::Result<Self> {
        open::connect(options).await
    }

    async fn say(&mut self, sql: &str) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self).await.map(drop)
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

    /// An error undoes its statement only; a deadlock ends the transaction, which then is no longer open.
    fn is_aborted(_: &sqlx::Error) -> bool {
        false
    }

    fn explain(error: &sqlx::Error) -> Error {
        errors::from_sqlx(error)
    }
}
