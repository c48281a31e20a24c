//! The outcome of a run: its result, or why it failed.

use super::link::Peer;
use crate::deadline::Stop;
use crate::error::{Error, Kind};

pub type Outcome<T = Done> = Result<T, Failure>;

/// The result of a successful run.
#[derive(Default)]
pub struct Done {
    pub affected: u64,
    /// The last generated key; zero if there is none or the server does not report it.
    pub insert_id: u64,
    pub returned: u64,
    /// Rows were discarded at the watcher's request.
    pub lost: bool,
}

/// Why a run failed: our own error, the server's, or both.
pub struct Failure {
    pub ours: Option<Error>,
    pub server: Option<sqlx::Error>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { ours: Some(error), server: None }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { ours: None, server: Some(error) }
    }
}

impl Failure {
    /// Our own error takes precedence, then the reason for stopping the statement if that caused the
    /// failure, then the server's error.
    pub fn into_error<P: Peer>(self, stop: Option<Stop>) -> Error {
        match (self.ours, self.server, stop) {
            (Some(error), _, _) => error,
            (None, Some(error), Some(stop)) if P::is_interruption(&error) || !P::leaves_healthy(&error) => stop.into_error(),
            (None, Some(error), _) => P::explain(&error),
            (None, None, _) => Error::new(Kind::Internal, "the statement failed without a reason"),
        }
    }
}
