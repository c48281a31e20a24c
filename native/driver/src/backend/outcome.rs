//! How a run ended: what it did, or why it failed.

use super::link::Peer;
use crate::deadline::Stop;
use crate::error::{Error, Kind};

pub type Outcome<T = Done> = Result<T, Failure>;

/// How a run ended well.
#[derive(Default)]
pub struct Done {
    pub affected: u64,
    /// The last generated key; zero when there is none, or the server does not report it.
    pub insert_id: u64,
    pub returned: u64,
    /// Rows were discarded because the watcher asked for it.
    pub lost: bool,
}

/// How a run failed: by our complaint, or the server's, or both.
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
    /// Our own complaint first; then why the statement was stopped, when that made it fail; then the server's.
    pub fn into_error<P: Peer>(self, stop: Option<Stop>) -> Error {
        match (self.ours, self.server, stop) {
            (Some(error), _, _) => error,
            (None, Some(error), Some(stop)) if P::is_interruption(&error) || !P::leaves_healthy(&error) => stop.into_error(),
            (None, Some(error), _) => P::explain(&error),
            (None, None, _) => Error::new(Kind::Internal, "the statement failed without a reason"),
        }
    }
}
