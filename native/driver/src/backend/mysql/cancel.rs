//! Stopping a statement: when, and how the server is told.

use std::future::pending;
use std::time::Duration;

use futures_util::future::join;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::time::{sleep, timeout};

use super::{errors, open};
use crate::cancel::Cancel;
use crate::error::{Error, Kind};

/// How long a cancelled statement may take to end before its connection is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a statement may take to end before it is interrupted again.
const AGAIN: Duration = Duration::from_millis(250);

/// How long rows that nobody wants may flow before the server is told: most results are on their way already.
const GRACE: Duration = Duration::from_millis(100);

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

/// Interrupts work on the connection numbered `id` until it ends; `None` when it does not in time.
/// A word that comes between preparing and executing is lost, so it is said again.
pub async fn interrupt<W: Future + Unpin>(work: &mut W, options: &MySqlConnectOptions, id: u64) -> Option<W::Output> {
    let insist = async {
        loop {
            // The end is awaited with the word, which must not hit the next statement.
            let ((), end) = join(Box::pin(kill(options, id)), timeout(AGAIN, &mut *work)).await;
            if let Ok(end) = end {
                return end;
            }
        }
    };
    timeout(PATIENCE, insist).await.ok()
}

/// Interrupts what the connection numbered `id` is running, over a connection made for it.
/// A failure shows in the statement that goes on.
async fn kill(options: &MySqlConnectOptions, id: u64) {
    let Ok(mut side) = open::connect(options).await else { return };
    let _ = sqlx::raw_sql(AssertSqlSafe(format!("KILL QUERY {id}"))).execute(&mut side).await;
    let _ = side.close().await;
}

/// Meets a `KILL QUERY` that came too late for its statement, so that the next one does not. `false` when the connection is of no more use.
pub async fn settle(connection: &mut MySqlConnection) -> bool {
    for _ in 0..2 {
        match timeout(PATIENCE, sqlx::raw_sql("SELECT 1").fetch_all(&mut *connection)).await {
            Ok(Ok(_)) => return true,
            Ok(Err(error)) if errors::is_interruption(&error) => {}
            Ok(Err(_)) | Err(_) => return false,
        }
    }
    false
}
