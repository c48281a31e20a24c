//! One connection to a server, whichever server it is. Each backend answers the same questions in a file of the same name;
//! those over the network share `link.rs`, `watch.rs` and what these speak of.

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

/// An open connection. Never dropped while a future of it is pending: operations own their connection until the answer is read.
pub enum Connection {
    Postgres(Box<postgres::Connection>),
    Mysql(Box<mysql::Connection>),
    Sqlite(Box<sqlite::Connection>),
}

impl Connection {
    /// Connects, sets the session up (UTC, `utf8mb4`, strict modes, pragmas) and learns which server it is.
    /// Fails at once when the server refuses; the message names host, port, database and user, never the password.
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

    /// How many bytes of values one statement may carry.
    pub fn max_bytes(&self) -> usize {
        match self {
            Self::Postgres(c) => c.max_bytes,
            Self::Mysql(c) => c.max_bytes,
            Self::Sqlite(_) => usize::MAX,
        }
    }

    /// Runs the steps of a program. When the deadline passes meanwhile, the statement under way is cancelled on the server and
    /// the answer still read; the error then says why it was stopped (there is none when the statement was faster).
    pub async fn execute(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        match self {
            // Large: boxed here, so that what waits for them, and a look-up in SQLite, stay small.
            Self::Postgres(c) => Box::pin(c.run(execution, deadline)).await,
            Self::Mysql(c) => Box::pin(c.run(execution, deadline)).await,
            Self::Sqlite(c) => c.execute(execution, deadline).await,
        }
    }

    /// Runs a statement of our own without parameters or rows: BEGIN, SAVEPOINT, COMMIT, SET. It is not interrupted, but a server
    /// that stays silent after the deadline loses the connection.
    pub async fn command(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<()> {
        match self {
            Self::Postgres(c) => c.command(sql, deadline).await,
            Self::Mysql(c) => c.command(sql, deadline).await,
            Self::Sqlite(c) => c.command(sql).await,
        }
    }

    /// Begins a transaction by the commands.
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

    /// Whether the server's connection is ours for the length of a transaction only.
    pub fn is_pooled(&self) -> bool {
        matches!(self, Self::Postgres(c) if c.is_pooled())
    }

    /// Takes back, before a transaction ends, what a pooler must not pass on to others; more of it where SQL of the application may
    /// have left something.
    pub async fn part(&mut self, parting: Parting, doubtful: bool, deadline: Deadline<'_>) -> Result<()> {
        match self {
            Self::Postgres(c) if c.is_pooled() => c.part(parting, doubtful, deadline).await,
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => Ok(()),
        }
    }

    /// The statements that roll back; more of them behind a pooler where SQL of the application may have left what no rollback takes.
    pub fn rollback(&self, doubtful: bool) -> Cow<'static, str> {
        match self {
            Self::Postgres(c) if doubtful => c.rollback_all(),
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => "ROLLBACK".into(),
        }
    }

    /// Runs a statement, behind a pooler, that the server takes outside of transactions only. Returns how many rows it affected.
    pub async fn execute_alone(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<u64> {
        match self {
            Self::Postgres(c) => c.execute_alone(sql, deadline).await,
            Self::Mysql(_) | Self::Sqlite(_) => Err(Error::new(Kind::Internal, "there is no pooler")),
        }
    }

    /// Whether a transaction is open, where that can be known without asking.
    pub fn in_transaction(&self) -> Option<bool> {
        match self {
            Self::Postgres(_) | Self::Mysql(_) => None,
            Self::Sqlite(c) => c.in_transaction(),
        }
    }

    /// Whether the connection may be lent again: no protocol error was seen on it.
    pub fn is_healthy(&self) -> bool {
        match self {
            Self::Postgres(c) => c.is_healthy(),
            Self::Mysql(c) => c.is_healthy(),
            Self::Sqlite(c) => c.is_healthy(),
        }
    }

    /// One round trip that proves the server is there.
    pub async fn ping(&mut self) -> Result<()> {
        match self {
            Self::Postgres(c) => c.ping().await,
            Self::Mysql(c) => c.ping().await,
            Self::Sqlite(c) => c.ping().await,
        }
    }

    /// Forgets what it knows of tables and types, which have changed. SQLite looks by itself.
    pub async fn forget(&mut self) -> Result<()> {
        match self {
            Self::Postgres(c) => c.forget().await,
            Self::Mysql(c) => c.forget().await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Sets again what our statements rely on, after SQL of the application that may have changed it; all else stays as it is.
    pub async fn restore(&mut self, deadline: Deadline<'_>) -> Result<()> {
        match self {
            Self::Postgres(c) => c.restore(deadline).await,
            Self::Mysql(c) => c.restore(deadline).await,
            // Nothing that a PRAGMA changes inside a transaction changes a value on its way.
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Whether SQL of the application that came without a transaction has left one open. `MySQL` does not tell.
    pub async fn has_left_open(&mut self) -> Result<bool> {
        match self {
            Self::Mysql(c) if c.server().family == Family::Mariadb => c.is_in_transaction().await,
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => Ok(false),
        }
    }

    /// Takes back what SQL of the application may have left on the session; `false` where only closing the connection does.
    pub async fn reset(&mut self) -> Result<bool> {
        match self {
            Self::Postgres(c) => c.reset().await,
            Self::Mysql(c) => c.reset().await,
            Self::Sqlite(c) => c.reset().await,
        }
    }

    /// Says goodbye to the server and closes.
    pub async fn close(self) {
        match self {
            Self::Postgres(c) => c.close().await,
            Self::Mysql(c) => c.close().await,
            Self::Sqlite(c) => c.close().await,
        }
    }
}
