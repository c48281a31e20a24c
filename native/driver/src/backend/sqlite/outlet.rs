//! Sends full batches while a statement runs on a connection's thread.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use super::brake::Brake;
use crate::batch::ColumnBatch;
use crate::deadline::Stop;
use crate::error::Result;
use crate::stream::{Abandoned, Sink};

/// How often a thread that waits for a slow reader checks the brake.
const LOOK: Duration = Duration::from_millis(20);

pub struct Outlet<'a> {
    sink: &'a Sink,
    /// Others wait for the connection or for a lock of the statement, so it must not wait for its reader.
    hurries: bool,
    /// The batches that did not fit into the channel.
    held: VecDeque<ColumnBatch>,
}

impl<'a> Outlet<'a> {
    pub fn new(sink: &'a Sink, hurries: bool) -> Self {
        Self { sink, hurries, held: VecDeque::new() }
    }

    /// Sends a batch, or keeps it for later. Fails if the reader was dropped.
    pub fn give(&mut self, batch: ColumnBatch, brake: &Brake) -> Result<()> {
        if !self.hurries {
            let sent = wait(self.sink.send(batch), brake).unwrap_or(Ok(()));
            return if brake.is_pulled() || sent.is_err() { Err(Stop::Unwanted.into_error()) } else { Ok(()) };
        }
        self.held.push_back(batch);
        while let Some(batch) = self.held.pop_front() {
            match self.sink.offer(batch) {
                Ok(None) => {}
                Ok(Some(batch)) => {
                    self.held.push_front(batch);
                    return Ok(());
                }
                Err(Abandoned) => return Err(Stop::Unwanted.into_error()),
            }
        }
        Ok(())
    }

    /// Returns the kept batches in order.
    pub fn into_rest(self) -> Vec<ColumnBatch> {
        self.held.into()
    }
}

/// Blocks on a future; `None` if the brake was pulled first.
fn wait<F: Future>(future: F, brake: &Brake) -> Option<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        if brake.is_pulled() {
            return None;
        }
        thread::park_timeout(LOOK);
    }
}
