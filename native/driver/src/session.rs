//! The state of a transaction: its statements run one at a time, in order, on one connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use oxyde_ir::program::Text;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::AbortHandle;

use crate::cancel::Cancel;
use crate::deadline::{Deadline, Stop};
use crate::error::{Error, Kind, Result};
use crate::execution::Execution;
use crate::lease::Lease;
use crate::own_settings::refuse_own;
use crate::pool::Pool;
use crate::raw::{refuse_end, refuse_foreign, written};
use crate::stream::Finished;

pub use crate::transaction::{Begin, Isolation};

/// The number of characters of a statement that a message quotes.
const SHOWN: usize = 80;

/// Cheap to clone. Dropping the last clone rolls back an open transaction.
#[derive(Clone)]
pub struct Session {
    pool: Pool,
    state: Arc<Mutex<State>>,
    /// A statement failed: only a rollback is accepted.
    broken: Arc<AtomicBool>,
    /// The statement of the application that ended the transaction.
    ended: Arc<OnceLock<String>>,
}

/// The transaction, if one is open.
#[derive(Default)]
struct State {
    lease: Option<Lease>,
    limit: Option<Limit>,
    /// The last transaction exceeded this time limit and was rolled back.
    expired: Option<Duration>,
}

/// The time limit of the transaction, and the task that enforces it.
struct Limit {
    timeout: Duration,
    until: Instant,
    watch: AbortHandle,
}

/// Exclusive access to the session for one operation.
pub struct Guard {
    session: Session,
    state: OwnedMutexGuard<State>,
    cancel: Cancel,
    /// The statement has its own savepoint, so cancelling it does not break the transaction.
    apart: bool,
}

impl Session {
    /// Returns a session without a transaction; `begin` leases its connection.
    pub fn new(pool: Pool) -> Self {
        Self { pool, state: Arc::default(), broken: Arc::default(), ended: Arc::default() }
    }

    /// Whether a statement failed: further statements are refused until a rollback, at least to a
    /// savepoint.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Returns the message about the statement that ended the transaction from within, if one did.
    pub fn ended(&self) -> Option<String> {
        self.ended.get().map(|text| {
            let start: String = text.trim().chars().take(SHOWN).collect();
            let dots = if start.len() < text.trim().len() { "..." } else { "" };
            format!(
                "{start}{dots} ended the atomic block beneath it: what the block did before is committed or undone already, and it takes \
                 nothing more; run such a statement outside of atomic blocks"
            )
        })
    }

    /// Waits for exclusive access, in FIFO order. A cancelled waiter leaves the queue.
    pub async fn lock(&self, cancel: &Cancel) -> Result<Guard> {
        self.pool.check_process()?;
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::new(Kind::Cancelled, "cancelled while waiting for the transaction's other statements")),
            state = Arc::clone(&self.state).lock_owned() => Ok(Guard { session: self.clone(), state, cancel: cancel.clone(), apart: false }),
        }
    }
}

impl Guard {
    /// Leases a connection and begins a transaction on it.
    pub async fn begin(&mut self, mut begin: Begin) -> Result<()> {
        if self.state.lease.is_some() {
            return Err(Error::new(Kind::Internal, "the transaction was begun already"));
        }
        begin.timeout = begin.timeout.or(self.session.pool.settings().transaction_timeout);
        let mut lease = self.session.pool.lease(&self.cancel).await?;
        if let Err(error) = lease.begin(begin.clone()).await {
            if !lease.was_stale(&error) {
                return Err(error);
            }
            self.session.pool.replace(&mut lease, &self.cancel).await?;
            lease.begin(begin.clone()).await?;
        }
        self.session.broken.store(false, Ordering::Release);
        *self.state = State { lease: Some(lease), limit: begin.timeout.map(|timeout| self.watch(timeout)), expired: None };
        Ok(())
    }

    /// Starts the task that rolls the transaction back when its time is over (or at the next periodic
    /// cleanup), after the running statement has ended.
    fn watch(&self, timeout: Duration) -> Limit {
        let until = Instant::now() + timeout;
        let cleanup = self.session.pool.cleanup_after(until);
        let state = Arc::downgrade(&self.session.state);
        let task = tokio::spawn(async move {
            tokio::time::sleep_until(cleanup.into()).await;
            let Some(state) = state.upgrade() else { return };
            let mut state = state.lock().await;
            // Ending a transaction aborts this task, so the transaction is still open here.
            let Some(mut lease) = state.lease.take() else { return };
            (state.limit, state.expired) = (None, Some(timeout));
            // Needs no deadline: nobody waits long, and a connection that cannot roll back is not reused.
            let nobody = Cancel::default();
            nobody.cancel();
            lease.heed(Deadline::from(&nobody));
            let _ = lease.rollback().await;
        });
        Limit { timeout, until, watch: task.abort_handle() }
    }

    /// Returns the connection, if the transaction accepts further statements.
    fn work(&mut self) -> Result<&mut Lease> {
        if let Some(timeout) = self.state.overdue() {
            return Err(expired(timeout));
        }
        if let Some(message) = self.session.ended() {
            return Err(Error::new(Kind::BrokenTransaction, message));
        }
        if self.session.is_broken() {
            let message = "the transaction met an error before: it takes no further statements until its block, or the savepoint, ends";
            return Err(Error::new(Kind::BrokenTransaction, message));
        }
        let lease = self.state.lease.as_mut();
        let lease = lease.ok_or_else(|| Error::new(Kind::BrokenTransaction, "the transaction has ended: begin another"))?;
        lease.heed(Deadline::from(&self.cancel));
        Ok(lease)
    }

    /// Marks the transaction as broken on any error.
    fn note<T>(&self, end: Result<T>) -> Result<T> {
        if end.as_ref().is_err_and(|error| !(self.apart && self.is_given_up(error))) {
            self.session.broken.store(true, Ordering::Release);
        }
        end
    }

    /// Whether we cancelled the statement because its reader was dropped.
    fn is_given_up(&self, error: &Error) -> bool {
        error.kind == Kind::Cancelled && (self.cancel.is_cancelled() || error.detail.sqlstate.is_none())
    }

    /// Returns the most bytes of values that the connection accepts in one statement.
    pub fn max_bytes(&mut self) -> Result<usize> {
        self.work()?.max_bytes()
    }

    /// Runs a program. The transaction's time limit applies as well: at its end the statement is cancelled
    /// on the server.
    pub async fn execute(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        let limit = self.state.limit.as_ref().map(|limit| (limit.until, Stop::Transaction(limit.timeout)));
        let lease = self.work()?;
        let family = lease.server()?.family;
        for step in execution.steps() {
            if let Text::Fixed(fragment) = &step.text {
                refuse_end(&fragment.text, family)?;
            }
            if let Some(text) = written(step) {
                refuse_own(text, family)?;
                refuse_foreign(text, family)?;
                lease.refuse_lasting(text)?;
            }
        }
        let deadline = limit.map_or(deadline, |(at, stop)| deadline.until(at, stop));
        if let Err(error) = deadline.check() {
            return self.note(Err(error));
        }
        let (end, ended) = lease.execute_within(execution, deadline).await;
        let Some(text) = ended else { return self.note(end) };
        let _ = self.session.ended.set(text);
        let message = self.session.ended().unwrap_or_default();
        self.note(match end {
            Ok(_) => Err(Error::new(Kind::BrokenTransaction, message)),
            Err(error) => Err(error.with_hint(message)),
        })
    }

    /// Commits. A broken transaction is refused and must be rolled back.
    pub async fn commit(&mut self) -> Result<()> {
        let end = self.work()?.commit().await;
        self.leave();
        self.note(end)
    }

    /// Rolls back. Does nothing without an open transaction.
    pub async fn rollback(&mut self) -> Result<()> {
        let end = match self.state.lease.as_mut() {
            Some(lease) => {
                lease.heed(Deadline::from(&self.cancel));
                lease.rollback().await
            }
            None => Ok(()),
        };
        self.leave();
        self.session.broken.store(false, Ordering::Release);
        end
    }

    /// Returns the connection to the pool.
    fn leave(&mut self) {
        if let Some(limit) = self.state.limit.take() {
            limit.watch.abort();
        }
        self.state.lease = None;
    }

    pub async fn savepoint(&mut self, depth: u32) -> Result<()> {
        let end = self.work()?.savepoint(depth).await;
        self.note(end)
    }

    pub async fn release(&mut self, depth: u32) -> Result<()> {
        let end = self.work()?.release(depth).await;
        self.note(end)
    }

    /// Sets a savepoint for a statement whose reader may be dropped early.
    pub async fn enter_stream(&mut self, depth: u32) -> Result<()> {
        self.savepoint(depth).await?;
        self.apart = true;
        Ok(())
    }

    /// Ends a stream: an abandoned one leaves the transaction as it was, another error breaks it.
    pub async fn leave_stream(&mut self, depth: u32, end: &Result<Finished>) -> Result<()> {
        self.apart = false;
        match end {
            Ok(_) => self.release(depth).await,
            Err(error) if self.is_given_up(error) => self.rollback_to(depth).await,
            Err(_) => Ok(()),
        }
    }

    /// Rolls back to the savepoint and releases it; the transaction is no longer broken.
    pub async fn rollback_to(&mut self, depth: u32) -> Result<()> {
        if let Some(timeout) = self.state.expired {
            return Err(expired(timeout));
        }
        if let Some(message) = self.session.ended() {
            return Err(Error::new(Kind::BrokenTransaction, message));
        }
        let Some(lease) = self.state.lease.as_mut() else {
            return Err(Error::new(Kind::BrokenTransaction, "the transaction has ended: its savepoints are gone"));
        };
        lease.heed(Deadline::from(&self.cancel));
        let end = lease.rollback_to(depth).await;
        self.session.broken.store(end.is_err(), Ordering::Release);
        end
    }

    /// Rolls back the steps of one statement. The transaction stays broken if it is, because the
    /// application's statement failed.
    pub async fn undo(&mut self, depth: u32) -> Result<()> {
        let broken = self.session.is_broken();
        let end = self.rollback_to(depth).await;
        self.session.broken.fetch_or(broken, Ordering::AcqRel);
        end
    }
}

impl State {
    /// Returns the time limit of the transaction if it is exceeded.
    fn overdue(&self) -> Option<Duration> {
        let limit = self.limit.as_ref().filter(|limit| limit.until <= Instant::now());
        self.expired.or(limit.map(|limit| limit.timeout))
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(limit) = self.limit.take() {
            limit.watch.abort();
        }
    }
}

fn expired(timeout: Duration) -> Error {
    Stop::Transaction(timeout).into_error()
}
