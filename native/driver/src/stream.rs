//! The channel from a running statement to its reader: batches through a bounded queue, then the
//! summary.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::batch::ColumnBatch;
use crate::error::{Error, Result};

/// The size at which a batch is sent: the first limit that is reached.
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

/// The result of a statement. `last` are the rows not sent before. It has the columns even without
/// rows, and is `None` only for statements that return none.
#[derive(Debug, Default)]
pub struct Finished {
    pub last: Option<ColumnBatch>,
    /// Full batches that did not fit into the channel before the connection was released; they precede
    /// `last`.
    pub rest: Vec<ColumnBatch>,
    /// Rows inserted, updated (matched, not changed) or deleted.
    pub affected: u64,
    /// The generated keys that the protocol reports (`MySQL`, `SQLite`): for each run that generated any,
    /// the key of its first row.
    pub insert_ids: Vec<i64>,
}

/// A message from an operation to its reader.
#[derive(Debug)]
pub enum Message {
    Batch(ColumnBatch),
    /// Always the last message.
    Done(Result<Finished>),
}

/// Called after each message, from any thread; must not block.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// The sending half. The channel holds two batches; dropping the receiver ends the statement.
#[derive(Clone)]
pub struct Sink {
    sender: mpsc::Sender<Message>,
    notify: Notify,
    pub limits: Limits,
    /// A batch was sent, or was about to be.
    started: Arc<AtomicBool>,
}

/// Returns both halves of an operation's channel.
pub fn channel(limits: Limits, notify: Notify) -> (Sink, mpsc::Receiver<Message>) {
    let (sender, receiver) = mpsc::channel(2);
    (Sink { sender, notify, limits, started: Arc::default() }, receiver)
}

/// The receiver was dropped, so the remaining rows are not needed.
#[derive(Debug, PartialEq, Eq)]
pub struct Abandoned;

impl Sink {
    /// Sends a batch; waits while the channel is full.
    pub async fn send(&self, batch: ColumnBatch) -> std::result::Result<(), Abandoned> {
        self.started.store(true, Ordering::Release);
        let sent = self.sender.send(Message::Batch(batch)).await.map_err(|_| Abandoned);
        (self.notify)();
        sent
    }

    /// Sends a batch if the channel has room; otherwise returns the batch.
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

    /// Sends the remaining batches and the end; waits for room.
    pub async fn finish(&self, mut end: std::result::Result<Finished, Error>) {
        for batch in end.as_mut().map(|finished| std::mem::take(&mut finished.rest)).unwrap_or_default() {
            if self.send(batch).await.is_err() {
                return;
            }
        }
        // A dropped receiver needs no end.
        let _ = self.sender.send(Message::Done(end)).await;
        (self.notify)();
    }

    /// Sends the end without waiting: for operations that sent no batch.
    pub fn finish_now(&self, end: std::result::Result<Finished, Error>) {
        let _ = self.sender.try_send(Message::Done(end));
        (self.notify)();
    }

    /// Whether rows were already sent, so that the statement cannot be retried.
    pub fn has_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }
}
