//! What the one who runs a statement and the one who watches it tell each other.

use std::time::Duration;

use tokio::time::sleep;

use super::outcome::Done;
use crate::batch::ColumnBatch;
use crate::cancel::Cancel;
use crate::deadline::{Deadline, Stop};
use crate::error::Result;
use crate::stream::Sink;

/// How long rows that nobody wants may flow before the server is told: most results are on their way already.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Signals {
    /// Set by the watcher: rows that still come are not kept.
    pub discard: Cancel,
    /// Set by the runner: the rest of the rows is of no use.
    pub unwanted: Cancel,
}

impl Signals {
    /// Returns when the statement shall be stopped.
    pub async fn stop(&self, deadline: Deadline<'_>) -> Stop {
        let unwanted = async {
            self.unwanted.cancelled().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            stop = deadline.wait() => stop,
            () = unwanted => Stop::Unwanted,
        }
    }

    /// Sends a full batch, unless the statement is stopped while the reader takes its time.
    pub async fn send(&self, sink: &Sink, batch: ColumnBatch, done: &mut Done) -> Result<()> {
        tokio::select! {
            biased;
            sent = sink.send(batch) => sent.map_err(|_| Stop::Unwanted.into_error()),
            () = self.discard.cancelled() => {
                done.lost = true;
                Ok(())
            }
        }
    }
}
