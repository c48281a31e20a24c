//! A connection to PostgreSQL.

mod cell;
mod choice;
mod columns;
mod encode;
mod errors;
mod execute;
pub mod network;
pub mod numeric;
mod open;
mod pooler;
pub mod read;
#[cfg(test)]
mod tests;
mod unlearnt;
mod unseen;
mod way;
mod wire;
mod write;

use oxyde_ir::Output;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgColumn, PgConnectOptions, PgConnection, PgQueryResult, PgRow};
use sqlx::{AssertSqlSafe, Column as _, Row, ValueRef};

use crate::backend::gather::Reader;
use crate::backend::link::{Interruption, Link, Peer};
use crate::backend::outcome::Done;
use crate::backend::reset::Reset;
use crate::batch::Column;
use crate::error::{Error, Result};
use crate::json;
use crate::request::Request;
use crate::stream::Finished;

pub use choice::{Number, void};
pub use errors::runs_alone;
pub use pooler::Parting;
pub use way::Way;
pub use wire::Wire;

pub type Connection = Link<PgConnection>;

impl Peer for PgConnection {
    const RESET: Reset = open::RESET;

    async fn reach(options: &PgConnectOptions) -> sqlx::Result<Self> {
        open::connect(options).await
    }

    async fn say(&mut self, sql: &str) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self).await.map(drop)
    }

    /// In one statement, because a pooler may send the next one to another server.
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

    type TypeId = Option<Oid>;

    fn type_id(column: &PgColumn) -> Option<Oid> {
        column.type_info().oid()
    }

    fn reader(column: &PgColumn, output: Option<&Output>) -> Result<Reader> {
        columns::reader(column, output)
    }

    fn without_rows(output: &Output) -> Option<Column> {
        Some(Column { name: output.name.clone(), ..json::items(&output.ty) })
    }

    #[inline]
    fn raw(row: &PgRow, index: usize) -> sqlx::Result<Option<&[u8]>> {
        let value = row.try_get_raw(index)?;
        Ok(if value.is_null() { None } else { value.as_bytes().ok() })
    }

    fn count(result: &PgQueryResult, done: &mut Done) {
        done.affected += result.rows_affected();
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
