//! A guard that makes every operation end exactly once, even if its task panics.

use oxyde_driver::{Error, Finished, Kind, Result, Sink, runtime};

/// Owns the sink until the end is sent. Dropping it earlier, as a panic does, sends an error.
pub struct Ending(Option<Sink>);

impl Ending {
    pub fn new(sink: Sink) -> Self {
        Self(Some(sink))
    }

    /// Returns the sink for rows before the end.
    pub fn sink(&self) -> Option<&Sink> {
        self.0.as_ref()
    }

    pub async fn finish(mut self, end: Result<Finished>) {
        if let Some(sink) = self.0.take() {
            sink.finish(end).await;
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Some(sink) = self.0.take() else { return };
        let end = Err(Error::new(Kind::Internal, "a fault in Oxyde's core ended the statement"));
        match runtime::handle() {
            // Two batches may be queued, so the end has to wait for room.
            Ok(handle) => drop(handle.spawn(async move { sink.finish(end).await })),
            Err(_) => sink.finish_now(end),
        }
    }
}
