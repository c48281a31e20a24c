//! Signals between the future that runs a statement and the one that watches it.

use std::time::Duration;

use tokio::time::sleep;

use super::outcome::Done;
use crate::batch::ColumnBatch;
use crate::cancel::Cancel;
use crate::deadline::{Deadline, Stop};
use crate::error::Result;
use crate::stream::Sink;

/// How long rows that nobody wants may flow before the statement is cancelled on the server: most results are already on their way.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Signals {
    /// Set by the watcher: rows that still come are not kept beyond a batch, in case that was all.
    pub discard: Cancel,
    /// Set by the runner: the rest of the rows is of no use.
    pub unwanted: Cancel,
}

impl Signals {
    /// Returns when the statement must stop, and why.
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
