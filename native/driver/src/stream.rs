//! How rows leave a running statement: batches through a bounded channel, the last one with the summary.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::batch::ColumnBatch;
use crate::error::{Error, Result};

/// How large a batch may grow before it is sent: whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub rows: usize,
    pub bytes: usize,
}

impl Limits {
    /// For models: small batches keep the interpreter responsive.
    pub const MODELS: Self = Self { rows: 4_096, bytes: 16 << 20 };
    /// For Arrow.
    pub const ARROW: Self = Self { rows: 65_536, bytes: 16 << 20 };
}

/// How a statement ended. `last` are the rows not sent before; it carries the columns even when there are no rows,
/// and is `None` only for statements that return none.
#[derive(Debug, Default)]
pub struct Finished {
    pub last: Option<ColumnBatch>,
    /// Full batches that the reader had no room for while the connection was needed; they come before `last`.
    pub rest: Vec<ColumnBatch>,
    /// Rows inserted, updated (matched, not changed) or deleted.
    pub affected: u64,
    /// The keys that the server generated, where the protocol reports them (`MySQL`, `SQLite`): one for each run that generated any, that of its first row.
    pub insert_ids: Vec<i64>,
}

/// What an operation sends to the one who waits for it.
#[derive(Debug)]
pub enum Message {
    Batch(ColumnBatch),
    /// Always the last message.
    Done(Result<Finished>),
}

/// Called after each message, from any thread; must not block.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// The sending end. Two batches may be in flight; a receiver that went away ends the statement.
#[derive(Clone)]
pub struct Sink {
    sender: mpsc::Sender<Message>,
    notify: Notify,
    pub limits: Limits,
    /// A batch left, or was about to.
    started: Arc<AtomicBool>,
}

/// Both ends of an operation's channel.
pub fn channel(limits: Limits, notify: Notify) -> (Sink, mpsc::Receiver<Message>) {
    let (sender, receiver) = mpsc::channel(2);
    (Sink { sender, notify, limits, started: Arc::default() }, receiver)
}

/// The receiver is gone: the rest is of no use.
#[derive(Debug, PartialEq, Eq)]
pub struct Abandoned;

impl Sink {
    /// Sends a batch, waiting while two are in flight.
    pub async fn send(&self, batch: ColumnBatch) -> std::result::Result<(), Abandoned> {
        self.started.store(true, Ordering::Release);
        let sent = self.sender.send(Message::Batch(batch)).await.map_err(|_| Abandoned);
        (self.notify)();
        sent
    }

    /// Sends a batch if there is room for it now; returns it if there is none.
    pub fn offer(&self, batch: ColumnBatch) -> std::result::Result<Option<ColumnBatch>, Abandoned> {
        match self.sender.try_reserve() {
            Ok(place) => {
                place.send(Message::Batch(batch));
                (self.notify)();
                Ok(None)
            }
            Err(TrySendError::Full(())) => Ok(Some(batch)),
            Err(TrySendError::Closed(())) => Err(Abandoned),
        }
    }

    /// Sends what the connection did not wait for, then the end. Waits for room.
    pub async fn finish(&self, mut end: std::result::Result<Finished, Error>) {
        for batch in end.as_mut().map(|finished| std::mem::take(&mut finished.rest)).unwrap_or_default() {
            if self.send(batch).await.is_err() {
                return;
            }
        }
        // A receiver that is gone needs no end.
        let _ = self.sender.send(Message::Done(end)).await;
        (self.notify)();
    }

    /// Sends the end without waiting: for operations that ran without sending a batch.
    pub fn finish_now(&self, end: std::result::Result<Finished, Error>) {
        let _ = self.sender.try_send(Message::Done(end));
        (self.notify)();
    }

    /// Rows were sent already: the statement cannot be begun anew.
    pub fn has_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }
}
