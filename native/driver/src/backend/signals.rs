//! Signals between the future that runs a statement and the future that watches it.

use std::time::Duration;

use tokio::time::sleep;

use super::outcome::Done;
use crate::batch::ColumnBatch;
use crate::cancel::Cancel;
use crate::deadline::{Deadline, Stop};
use crate::error::Result;
use crate::stream::Sink;

/// How long unwanted rows are discarded before the statement is cancelled on the server: most results
/// are nearly complete by then.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Signals {
    /// Set by the watcher: discard rows beyond the current batch, in case the result ends soon.
    pub discard: Cancel,
    /// Set by the runner: the remaining rows are not needed.
    pub unwanted: Cancel,
}

impl Signals {
    /// Waits until the statement must stop, and returns why.
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

    /// Sends a full batch, unless the statement is stopped while the channel is full.
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
