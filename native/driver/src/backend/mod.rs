//! A connection to any of the servers. Each backend implements the same operations in files of the same
//! names; the network backends share `link.rs`, `watch.rs` and the modules they use.

mod anew;
mod breath;
mod gather;
mod link;
mod misfit;
pub mod mysql;
mod outcome;
pub mod postgres;
mod reset;
mod rows;
mod signals;
pub mod sqlite;
pub mod verb;
mod watch;

use std::borrow::Cow;

use oxyde_ir::{Family, Server};
pub use postgres::{Parting, Way, runs_alone};

use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::execution::Execution;
use crate::settings::Settings;
use crate::stream::Finished;
use crate::target::{Address, Target};

/// An open connection. Never dropped while one of its futures is pending: an operation owns its
/// connection until the answer is read.
pub enum Connection {
    Postgres(Box<postgres::Connection>),
    Mysql(Box<mysql::Connection>),
    Sqlite(Box<sqlite::Connection>),
}

impl Connection {
    /// Connects, sets up the session (UTC, `utf8mb4`, strict modes, pragmas) and detects the server.
    /// Fails at once if the server refuses; the message contains host, port, database and user, but never
    /// the password.
    pub async fn open(target: &Target, settings: &Settings, way: &Way) -> Result<Self> {
        Ok(match target.address() {
            Address::Postgres(options) => Self::Postgres(Box::new(postgres::Connection::open(options, settings, way).await?)),
            Address::Mysql(options) => Self::Mysql(Box::new(mysql::Connection::open(options, settings).await?)),
            Address::Sqlite(options) => Self::Sqlite(Box::new(sqlite::Connection::open(options, settings).await?)),
        })
    }

    pub fn server(&self) -> Server {
        match self {
            Self::Postgres(c) => c.server(),
            Self::Mysql(c) => c.server(),
            Self::Sqlite(c) => c.server(),
        }
    }

    /// Returns the most bytes of values that one statement may carry.
    pub fn max_bytes(&self) -> usize {
        match self {
            Self::Postgres(c) => c.max_bytes,
            Self::Mysql(c) => c.max_bytes,
            Self::Sqlite(_) => usize::MAX,
        }
    }

    /// Runs the steps of a program. If the deadline passes, the current statement is cancelled on the
    /// server and its answer is still read. The error then says why it was stopped; if the statement was
    /// faster, there is no error.
    pub async fn execute(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        match self {
            // Boxed because these futures are large; the caller's future and SQLite's fast path stay small.
            Self::Postgres(c) => Box::pin(c.run(execution, deadline)).await,
            Self::Mysql(c) => Box::pin(c.run(execution, deadline)).await,
            Self::Sqlite(c) => c.execute(execution, deadline).await,
        }
    }

    /// Runs an internal statement without parameters or rows: BEGIN, SAVEPOINT, COMMIT, SET. It is not
    /// cancelled, but if the server does not answer after the deadline, the connection is given up.
    pub async fn command(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<()> {
        match self {
            Self::Postgres(c) => c.command(sql, deadline).await,
            Self::Mysql(c) => c.command(sql, deadline).await,
            Self::Sqlite(c) => c.command(sql).await,
        }
    }

    /// Begins a transaction with these commands.
    pub async fn begin(&mut self, commands: &[String], deadline: Deadline<'_>) -> Result<()> {
        if let Self::Postgres(c) = self
            && c.is_pooled()
        {
            return c.begin_pinned(commands, deadline).await;
        }
        for command in commands {
            self.command(command, deadline).await?;
        }
        Ok(())
    }

    /// Whether the server connection is ours for one transaction only (transaction pooling).
    pub fn is_pooled(&self) -> bool {
        matches!(self, Self::Postgres(c) if c.is_pooled())
    }

    /// Before a transaction ends behind a pooler, resets what the next client must not see. `doubtful`
    /// resets more, because SQL of the application may have changed the session.
    pub async fn part(&mut self, parting: Parting, doubtful: bool, deadline: Deadline<'_>) -> Result<()> {
        match self {
            Self::Postgres(c) if c.is_pooled() => c.part(parting, doubtful, deadline).await,
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => Ok(()),
        }
    }

    /// Returns the statements that roll back. Behind a pooler, `doubtful` also resets what a rollback
    /// keeps.
    pub fn rollback(&self, doubtful: bool) -> Cow<'static, str> {
        match self {
            Self::Postgres(c) if doubtful => c.rollback_all(),
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => "ROLLBACK".into(),
        }
    }

    /// Behind a pooler: runs a statement that cannot run in a transaction (error 25001). Returns the number
    /// of affected rows.
    pub async fn execute_alone(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<u64> {
        match self {
            Self::Postgres(c) => c.execute_alone(sql, deadline).await,
            Self::Mysql(_) | Self::Sqlite(_) => Err(Error::new(Kind::Internal, "there is no pooler")),
        }
    }

    /// Whether a transaction is open, if that is known without a round trip.
    pub fn in_transaction(&self) -> Option<bool> {
        match self {
            Self::Postgres(_) | Self::Mysql(_) => None,
            Self::Sqlite(c) => c.in_transaction(),
        }
    }

    /// Whether the connection may be reused: no protocol error was seen on it.
    pub fn is_healthy(&self) -> bool {
        match self {
            Self::Postgres(c) => c.is_healthy(),
            Self::Mysql(c) => c.is_healthy(),
            Self::Sqlite(c) => c.is_healthy(),
        }
    }

    /// Checks in one round trip that the server answers.
    pub async fn ping(&mut self) -> Result<()> {
        match self {
            Self::Postgres(c) => c.ping().await,
            Self::Mysql(c) => c.ping().await,
            Self::Sqlite(c) => c.ping().await,
        }
    }

    /// Discards cached knowledge about tables and types. SQLite checks its schema itself.
    pub async fn forget(&mut self) -> Result<()> {
        match self {
            Self::Postgres(c) => c.forget().await,
            Self::Mysql(c) => c.forget().await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Restores the settings that our statements depend on after SQL of the application; everything else
    /// stays.
    pub async fn restore(&mut self, deadline: Deadline<'_>) -> Result<()> {
        match self {
            Self::Postgres(c) => c.restore(deadline).await,
            Self::Mysql(c) => c.restore(deadline).await,
            // PRAGMAs that take effect inside a transaction do not alter values in transit.
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Whether SQL of the application outside a transaction has left one open. `MySQL` does not report it.
    pub async fn has_left_open(&mut self) -> Result<bool> {
        match self {
            Self::Mysql(c) if c.server().family == Family::Mariadb => c.is_in_transaction().await,
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => Ok(false),
        }
    }

    /// Resets what SQL of the application may have changed in the session; `false` if the connection must
    /// be closed instead.
    pub async fn reset(&mut self) -> Result<bool> {
        match self {
            Self::Postgres(c) => c.reset().await,
            Self::Mysql(c) => c.reset().await,
            Self::Sqlite(c) => c.reset().await,
        }
    }

    /// Closes the connection gracefully.
    pub async fn close(self) {
        match self {
            Self::Postgres(c) => c.close().await,
            Self::Mysql(c) => c.close().await,
            Self::Sqlite(c) => c.close().await,
        }
    }
}
