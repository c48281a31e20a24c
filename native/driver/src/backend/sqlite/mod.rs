//! One connection to an SQLite database: a thread that owns the handle, and what is asked of it.

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
mod line;
mod open;
mod outlet;
mod quick;
mod read;
mod statement;
#[cfg(test)]
mod tests;
mod ticket;

use std::time::Duration;

use oxyde_ir::Server;

use crate::backend::stop::Stop;
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::stream::Finished;
use line::Line;

pub struct Connection {
    line: Line,
    server: Server,
    statement_timeout: Option<Duration>,
}

impl Connection {
    pub fn server(&self) -> Server {
        self.server
    }

    pub fn is_healthy(&self) -> bool {
        self.line.is_healthy()
    }

    /// Runs a step: a read by key on the calling thread where that is quick, all else on the connection's own.
    pub async fn execute(&mut self, request: Request<'_>) -> Result<Finished> {
        if request.cancel.is_cancelled() {
            return Err(Error::new(Kind::Cancelled, "cancelled before the statement was sent"));
        }
        if let Some(end) = self.line.run_here(&request) {
            return end;
        }
        let mut answer = self.line.run(request);
        let stop = tokio::select! {
            biased;
            end = &mut answer => return end,
            stop = Stop::wished(request.cancel, self.statement_timeout) => stop,
        };
        self.line.brake().pull();
        answer.await.map_err(|error| match stop {
            Stop::TimedOut(_) if error.kind == Kind::Cancelled => Error { detail: error.detail, ..stop.into_error() },
            Stop::Cancelled | Stop::TimedOut(_) | Stop::Unwanted => error,
        })
    }

    /// Runs a statement of our own without parameters or rows.
    pub async fn command(&mut self, sql: &str) -> Result<()> {
        self.line.command(sql.to_owned()).await
    }

    /// There is no server to lose; the thread must be there.
    pub async fn ping(&mut self) -> Result<()> {
        self.line.command("SELECT 1".to_owned()).await
    }

    pub async fn close(self) {
        self.line.close().await;
    }
}
