//! Why a statement is stopped before its end.

use std::future::pending;
use std::time::Duration;

use tokio::time::sleep;

use crate::cancel::Cancel;
use crate::error::{Error, Kind};

/// Why a statement is stopped.
pub enum Stop {
    Cancelled,
    TimedOut(Duration),
    /// A value could not be read, or the reader went away.
    Unwanted,
}

impl Stop {
    /// Returns when the one who asked no longer wants the statement, or it ran for longer than it may.
    pub async fn wished(cancel: &Cancel, limit: Option<Duration>) -> Self {
        let expired = async {
            match limit {
                Some(limit) => {
                    sleep(limit).await;
                    limit
                }
                None => pending().await,
            }
        };
        tokio::select! {
            () = cancel.cancelled() => Self::Cancelled,
            limit = expired => Self::TimedOut(limit),
        }
    }

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
