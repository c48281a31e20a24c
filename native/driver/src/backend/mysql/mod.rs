//! One connection to `MySQL` or `MariaDB`.

mod columns;
mod encode;
mod errors;
mod execute;
mod gather;
mod open;
pub mod read;
#[cfg(test)]
mod tests;
mod wire;

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, Row};

use crate::backend::link::{Interruption, Link, Peer};
use crate::backend::reset::Reset;
use crate::error::{Error, Result};
use crate::request::Request;
use crate::stream::Finished;

pub use wire::{Sent, Wire};

pub type Connection = Link<MySqlConnection>;

impl Peer for MySqlConnection {
    const RESET: Reset = open::RESET;

    async fn reach(options: &MySqlConnectOptions) -> sqlx::Result<Self> {
        open::connect(options).await
    }

    async fn say(&mut self, sql: &str) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self).await.map(drop)
    }

    /// In one session, which a balancer of TCP connections leaves on one server.
    async fn interrupt(&mut self, interruption: &Interruption) -> sqlx::Result<bool> {
        let answer = sqlx::raw_sql(AssertSqlSafe(format!("SELECT {}", open::IDENTITY))).fetch_one(&mut *self).await?;
        if answer.try_get::<String, _>(0)? != interruption.identity {
            return Ok(false);
        }
        self.say(&interruption.word).await.map(|()| true)
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
