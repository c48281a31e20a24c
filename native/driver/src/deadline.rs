//! When work must stop early and why: it is cancelled, or it exceeds a time limit.
//!
//! The limit for acquiring a connection is not here: only the pool knows whether it is exhausted or the
//! server did not answer.

use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};

/// Why work stops early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Cancelled,
    /// The statement exceeded its time limit.
    Statement(Duration),
    /// The transaction exceeded its time limit.
    Transaction(Duration),
    /// A value could not be decoded, or the reader was dropped.
    Unwanted,
}

impl Stop {
    pub fn into_error(self) -> Error {
        match self {
            Self::Cancelled => Error::new(Kind::Cancelled, "the statement was cancelled"),
            Self::Statement(limit) => {
                Error::new(Kind::Timeout, format!("the statement ran longer than {} s and was cancelled", limit.as_secs_f64()))
            }
            Self::Transaction(limit) => {
                let message = format!("the transaction was open longer than {} s and was rolled back", limit.as_secs_f64());
                Error::new(Kind::TransactionTimeout, message)
            }
            Self::Unwanted => Error::new(Kind::Cancelled, "the statement was cancelled: nobody reads its rows"),
        }
    }
}

/// A cancellation token and the earliest time limit. The code that does the work polls it and reports
/// why it stopped.
#[derive(Clone, Copy, Debug)]
pub struct Deadline<'a> {
    pub(crate) cancel: &'a Cancel,
    pub(crate) limit: Option<Limit>,
}

/// An instant, and the reason to stop then.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    at: Instant,
    stop: Stop,
}

impl<'a> From<&'a Cancel> for Deadline<'a> {
    fn from(cancel: &'a Cancel) -> Self {
        Self { cancel, limit: None }
    }
}

impl Deadline<'_> {
    /// Returns this deadline with a time limit for a statement that starts now.
    #[must_use]
    pub fn statement(self, limit: Option<Duration>) -> Self {
        // A limit beyond the range of `Instant` is no limit.
        let at = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        at.map_or(self, |(at, limit)| self.until(at, Stop::Statement(limit)))
    }

    /// Returns this deadline with another limit, if that one is earlier.
    #[must_use]
    pub fn until(self, at: Instant, stop: Stop) -> Self {
        let earlier = self.limit.filter(|limit| limit.at <= at);
        Self { limit: earlier.or(Some(Limit { at, stop })), ..self }
    }

    /// Returns why the work must stop, if it must stop now.
    pub fn passed(self) -> Option<Stop> {
        if self.cancel.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        self.limit.filter(|limit| limit.at <= Instant::now()).map(|limit| limit.stop)
    }

    /// Returns an error if there is no time left to send a statement.
    pub fn check(self) -> Result<()> {
        match self.passed() {
            None => Ok(()),
            Some(Stop::Cancelled) => Err(Error::new(Kind::Cancelled, "cancelled before the statement was sent")),
            Some(stop) => Err(stop.into_error()),
        }
    }

    /// Waits until the work must stop, and returns why.
    pub async fn wait(self) -> Stop {
        let Some(Limit { at, stop }) = self.limit else {
            self.cancel.cancelled().await;
            return Stop::Cancelled;
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Stop::Cancelled,
            () = sleep_until(at.into()) => stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_to_pass_tells_why() {
        let cancel = Cancel::default();
        let (now, short, long) = (Instant::now(), Duration::from_millis(20), Duration::from_mins(1));
        let free = Deadline::from(&cancel);
        assert_eq!((free.passed(), free.statement(None).passed(), free.statement(Some(Duration::MAX)).passed()), (None, None, None));
        let (statement, transaction) = (Stop::Statement(short), Stop::Transaction(short));
        assert_eq!(free.statement(Some(short)).until(now + long, Stop::Transaction(long)).wait().await, statement);
        assert_eq!(free.statement(Some(long)).until(now + short, transaction).wait().await, transaction);
        assert_eq!(free.until(now, transaction).check().unwrap_err().kind, Kind::TransactionTimeout);
        assert_eq!(free.statement(Some(Duration::ZERO)).check().unwrap_err().kind, Kind::Timeout);
        cancel.cancel();
        assert_eq!((free.until(now, transaction).passed(), free.wait().await), (Some(Stop::Cancelled), Stop::Cancelled));
        assert_eq!(free.check().unwrap_err().kind, Kind::Cancelled);
    }
}
