//! A connection to `MySQL` or `MariaDB`.

mod columns;
mod encode;
mod errors;
mod execute;
mod open;
pub mod read;
#[cfg(test)]
mod tests;
mod wire;

use oxyde_ir::Output;
use sqlx::mysql::{MySql, MySqlColumn, MySqlConnectOptions, MySqlConnection, MySqlQueryResult, MySqlRow, MySqlTypeInfo};
use sqlx::{AssertSqlSafe, Column as _, Decode, Row};

use crate::backend::gather::Reader;
use crate::backend::link::{Interruption, Link, Peer};
use crate::backend::outcome::Done;
use crate::backend::reset::Reset;
use crate::batch::Column;
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

    /// In one session, which a TCP load balancer keeps on one server.
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

    type TypeId = MySqlTypeInfo;

    fn type_id(column: &MySqlColumn) -> MySqlTypeInfo {
        column.type_info().clone()
    }

    fn reader(column: &MySqlColumn, output: Option<&Output>) -> Result<Reader> {
        columns::reader(column, output)
    }

    fn without_rows(output: &Output) -> Option<Column> {
        columns::without_rows(output)
    }

    #[inline]
    fn raw(row: &MySqlRow, index: usize) -> sqlx::Result<Option<&[u8]>> {
        let value = row.try_get_raw(index)?;
        // The only error is NULL. `is_null` would also be true for zero dates.
        Ok(<&[u8] as Decode<MySql>>::decode(value).ok())
    }

    fn count(result: &MySqlQueryResult, done: &mut Done) {
        done.affected += result.rows_affected();
        if result.last_insert_id() != 0 {
            done.insert_id = result.last_insert_id();
        }
    }

    fn leaves_healthy(error: &sqlx::Error) -> bool {
        errors::leaves_healthy(error)
    }

    fn is_interruption(error: &sqlx::Error) -> bool {
        errors::is_interruption(error)
    }

    /// An error undoes only its statement. A deadlock ends the transaction, which is then no longer open.
    fn is_aborted(_: &sqlx::Error) -> bool {
        false
    }

    fn explain(error: &sqlx::Error) -> Error {
        errors::from_sqlx(error)
    }
}
