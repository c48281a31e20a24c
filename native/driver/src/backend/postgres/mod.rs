//! One connection to PostgreSQL.

mod cancel;
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
mod wire;
mod write;

use std::time::Duration;

use oxyde_ir::Server;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::error::Result;

/// How long a goodbye may take.
const FAREWELL: Duration = Duration::from_secs(2);

pub struct Connection {
    inner: PgConnection,
    server: Server,
    /// The server's process for this connection, for `pg_cancel_backend`.
    pid: i32,
    /// How to reach the server again, to cancel.
    options: PgConnectOptions,
    statement_timeout: Option<Duration>,
    healthy: bool,
}

impl Connection {
    pub fn server(&self) -> Server {
        self.server
    }

    pub fn is_healthy(&self) -> bool {
        self.healthy
    }

    /// Runs statements of our own without parameters or rows.
    pub async fn command(&mut self, sql: &str) -> Result<()> {
        // Until the answer was read nothing is known about the connection.
        self.healthy = false;
        let end = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.inner).await;
        self.healthy = end.as_ref().err().is_none_or(errors::leaves_healthy);
        end.map(drop).map_err(|error| errors::from_sqlx(&error).in_sql(sql))
    }

    pub async fn ping(&mut self) -> Result<()> {
        self.healthy = false;
        let end = self.inner.ping().await;
        self.healthy = end.is_ok();
        end.map_err(|error| errors::from_sqlx(&error))
    }

    pub async fn close(self) {
        let Self { inner, healthy, .. } = self;
        // The connection is given up either way; a server that does not answer must not hold us.
        let _ = tokio::time::timeout(FAREWELL, async move { if healthy { inner.close().await } else { inner.close_hard().await } }).await;
    }
}
