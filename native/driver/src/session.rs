//! A transaction's state: statements on it run one at a time, in order, on one connection.

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

/// How much of a statement a message shows.
const SHOWN: usize = 80;

/// Cheap to clone. When the last clone goes, an open transaction is rolled back.
#[derive(Clone)]
pub struct Session {
    pool: Pool,
    state: Arc<Mutex<State>>,
    /// A statement failed: nothing but a rollback is accepted.
    broken: Arc<AtomicBool>,
    /// The statement that ended the transaction beneath us.
    ended: Arc<OnceLock<String>>,
}

/// The transaction, if one is open.
#[derive(Default)]
struct State {
    lease: Option<Lease>,
    limit: Option<Limit>,
    /// The time of the last transaction ran out, and it was rolled back.
    expired: Option<Duration>,
}

/// How long the transaction may be open, and who rolls it back then.
struct Limit {
    timeout: Duration,
    until: Instant,
    watch: AbortHandle,
}

/// The session, held by one operation.
pub struct Guard {
    session: Session,
    state: OwnedMutexGuard<State>,
    cancel: Cancel,
    /// The statement has a savepoint of its own: cancelling it breaks nothing.
    apart: bool,
}

impl Session {
    /// A session without a transaction; leases its connection when one begins.
    pub fn new(pool: Pool) -> Self {
        Self { pool, state: Arc::default(), broken: Arc::default(), ended: Arc::default() }
    }

    /// A statement failed: further work is refused until a rollback (to a savepoint).
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// What was done to the transaction beneath us, and by which statement.
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

    /// Waits for its turn, in order. Cancelled before, it leaves the queue.
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

    /// Rolls the transaction back when its time is over (or in the round after that), once the statement under way has ended.
    fn watch(&self, timeout: Duration) -> Limit {
        let until = Instant::now() + timeout;
        let cleanup = self.session.pool.cleanup_after(until);
        let state = Arc::downgrade(&self.session.state);
        let task = tokio::spawn(async move {
            tokio::time::sleep_until(cleanup.into()).await;
            let Some(state) = state.upgrade() else { return };
            let mut state = state.lock().await;
            // A transaction that ended takes its watch along; this one is still open.
            let Some(mut lease) = state.lease.take() else { return };
            (state.limit, state.expired) = (None, Some(timeout));
            // Nobody waits, not for long at least; a connection that cannot roll back is not lent again.
            let nobody = Cancel::default();
            nobody.cancel();
            lease.heed(Deadline::from(&nobody));
            let _ = lease.rollback().await;
        });
        Limit { timeout, until, watch: task.abort_handle() }
    }

    /// The connection, when the transaction takes further work.
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

    /// Any error makes the transaction broken.
    fn note<T>(&self, end: Result<T>) -> Result<T> {
        if end.as_ref().is_err_and(|error| !(self.apart && self.is_given_up(error))) {
            self.session.broken.store(true, Ordering::Release);
        }
        end
    }

    /// Whether it was we who stopped the statement, because nobody wants its rows any more.
    fn is_given_up(&self, error: &Error) -> bool {
        error.kind == Kind::Cancelled && (self.cancel.is_cancelled() || error.detail.sqlstate.is_none())
    }

    /// How many bytes of values the connection takes in one statement.
    pub fn max_bytes(&mut self) -> Result<usize> {
        self.work()?.max_bytes()
    }

    /// Runs a program. The transaction's time limits it, too; a statement that it ends is cancelled on the server.
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

    /// Commits; a broken transaction is not committed but must be rolled back.
    pub async fn commit(&mut self) -> Result<()> {
        let end = self.work()?.commit().await;
        self.leave();
        self.note(end)
    }

    /// Rolls back; nothing to do when nothing is open.
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

    /// The connection goes back to the pool.
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

    /// Sets a statement apart whose reader may go away.
    pub async fn enter_stream(&mut self, depth: u32) -> Result<()> {
        self.savepoint(depth).await?;
        self.apart = true;
        Ok(())
    }

    /// A stream that was given up leaves the transaction as it was; another error broke it.
    pub async fn leave_stream(&mut self, depth: u32, end: &Result<Finished>) -> Result<()> {
        self.apart = false;
        match end {
            Ok(_) => self.release(depth).await,
            Err(error) if self.is_given_up(error) => self.rollback_to(depth).await,
            Err(_) => Ok(()),
        }
    }

    /// Undoes what happened since the savepoint, which is gone afterwards; the transaction is whole again.
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

    /// The same for the steps of one statement. It was the application's statement that failed: the transaction stays broken if it is.
    pub async fn undo(&mut self, depth: u32) -> Result<()> {
        let broken = self.session.is_broken();
        let end = self.rollback_to(depth).await;
        self.session.broken.fetch_or(broken, Ordering::AcqRel);
        end
    }
}

impl State {
    /// The time that the transaction may be open, when that is over.
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
