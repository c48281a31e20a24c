//! A connection to an SQLite database: the thread that owns the handle, and the operations on it.

mod brake;
mod cache;
mod columns;
mod database;
mod declared;
mod encode;
mod errors;
mod execute;
mod float;
mod functions;
mod gather;
mod handle;
mod inherited;
mod line;
mod members;
pub mod natural;
mod open;
mod outlet;
mod quick;
mod quotes;
pub mod read;
mod reset;
mod spelling;
mod statement;
mod suspended;
#[cfg(test)]
mod tests;
mod ticket;
mod truth;
mod visit;

pub use statement::{Cell, Class, File};

use oxyde_ir::Server;

use crate::deadline::{Deadline, Stop};
use crate::error::{Error, Kind, Result};
use crate::execution::Execution;
use crate::stream::Finished;
use line::Line;

pub struct Connection {
    line: Line,
    server: Server,
}

impl Connection {
    pub fn server(&self) -> Server {
        self.server
    }

    pub fn is_healthy(&self) -> bool {
        self.line.is_healthy()
    }

    /// Runs the steps of a program: a quick read by key on the caller's thread, everything else on the
    /// connection's thread.
    pub async fn execute(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        deadline.check()?;
        if let Some(end) = execution.point_read(deadline).and_then(|request| self.line.run_here(&request)) {
            return end;
        }
        let execution = execution.clone();
        let mut answer = self.line.run(move |database| database.run(&execution));
        let stop = tokio::select! {
            biased;
            end = &mut answer => return end,
            stop = deadline.wait() => stop,
        };
        self.line.brake().pull();
        answer.await.map_err(|error| match stop {
            Stop::Statement(_) | Stop::Transaction(_) if error.kind == Kind::Cancelled => {
                Error { detail: error.detail, ..stop.into_error() }
            }
            Stop::Cancelled | Stop::Statement(_) | Stop::Transaction(_) | Stop::Unwanted => error,
        })
    }

    /// Whether a transaction is open; `None` while the database is in use.
    pub fn in_transaction(&self) -> Option<bool> {
        self.line.in_transaction()
    }

    /// Runs an internal statement without parameters or rows.
    pub async fn command(&mut self, sql: &str) -> Result<()> {
        let sql = sql.to_owned();
        self.line.run(move |database| database.command(&sql)).await
    }

    /// Resets what SQL of the application may have changed; `false` if the connection must be closed
    /// instead.
    pub async fn reset(&mut self) -> Result<bool> {
        self.line.run(|database| Ok(database.take_back())).await
    }

    /// There is no server; checks that the thread is alive.
    pub async fn ping(&mut self) -> Result<()> {
        self.command("SELECT 1").await
    }

    pub async fn close(self) {
        self.line.close().await;
    }
}
