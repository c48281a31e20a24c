//! Stopping a statement: when, and how the server is told.

use std::future::pending;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::time::{sleep, timeout};

use super::{errors, open};
use crate::cancel::Cancel;
use crate::error::{Error, Kind};

/// How long a cancelled statement may take to end before its connection is given up.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long rows that nobody wants may flow before the server is told: most results are on their way already.
const GRACE: Duration = Duration::from_millis(100);

/// How long a statement has to end before it is cancelled once more.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Why a statement is stopped.
pub enum Stop {
    Cancelled,
    TimedOut(Duration),
    /// A value could not be read, or the reader went away.
    Unwanted,
}

impl Stop {
    pub fn into_error(self) -> Error {
        match self {
            Self::Cancelled => Error::new(Kind::Cancelled, "the statement was cancelled"),
            Self::TimedOut(limit) => {
                Error::new(Kind::Timeout, format!("the statement ran longer than {} s and was cancelled", limit.as_secs_f64()))
            }
            Self::Unwanted => Error::new(Kind::Cancelled, "the statement was cancelled: nobody reads its rows"),
        }
    }
}

/// What the one who runs a statement and the one who watches it tell each other.
#[derive(Default)]
pub struct Signals {
    /// Set by the watcher: rows that still come are not kept.
    pub discard: Cancel,
    /// Set by the runner: the rest of the rows is of no use.
    pub unwanted: Cancel,
    /// Set by the runner: the answer was read to its end.
    pub ended: Cancel,
}

/// Returns when the statement shall be stopped.
pub async fn stop(cancel: &Cancel, limit: Option<Duration>, unwanted: &Cancel) -> Stop {
    let expired = async {
        match limit {
            Some(limit) => {
                sleep(limit).await;
                limit
            }
            None => pending().await,
        }
    };
    let unwanted = async {
        unwanted.cancelled().await;
        sleep(GRACE).await;
    };
    tokio::select! {
        () = cancel.cancelled() => Stop::Cancelled,
        limit = expired => Stop::TimedOut(limit),
        () = unwanted => Stop::Unwanted,
    }
}

/// Interrupts what the server's process `pid` is running, over a connection made for it, until it has ended:
/// a process that is between two messages, or busy compiling, forgets what it was told.
/// A failure shows in the statement that goes on.
pub async fn kill(options: &PgConnectOptions, pid: i32, ended: &Cancel) {
    let Ok(mut side) = open::connect(options).await else { return };
    let mut pause = FIRST_PAUSE;
    while !ended.is_cancelled() {
        let told = sqlx::raw_sql(AssertSqlSafe(format!("SELECT pg_cancel_backend({pid})"))).fetch_all(&mut side).await;
        if told.is_err() {
            return;
        }
        // At the end of the pause it is told again.
        let _ = timeout(pause, ended.cancelled()).await;
        pause *= 2;
    }
    let _ = side.close().await;
}

/// Meets a cancellation that came too late for its statement, so that the next one does not. `false` when the connection is of no more use.
pub async fn settle(connection: &mut PgConnection) -> bool {
    for _ in 0..2 {
        match timeout(PATIENCE, sqlx::raw_sql("SELECT 1").fetch_all(&mut *connection)).await {
            Ok(Ok(_)) => return true,
            Ok(Err(error)) if errors::is_interruption(&error) => {}
            // A transaction that met an error answers with one, too.
            Ok(Err(error)) => return errors::leaves_healthy(&error),
            Err(_) => return false,
        }
    }
    false
}
