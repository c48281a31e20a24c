//! The thread of a connection, and the queue of jobs for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread;

use super::brake::Brake;
use super::database::Database;
use super::errors;
use super::inherited::{self, Turn};
use super::ticket::{Ticket, ticket};
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::stream::Finished;

/// One per connection. Dropping it closes the database and ends the thread.
pub struct Line {
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
}

struct Shared {
    /// Locked by the thread while it works, and by a caller that runs a read by key itself. `None` once
    /// closed.
    database: Mutex<Option<Database>>,
    brake: Arc<Brake>,
    healthy: AtomicBool,
    /// Never closed after an error, because the data would be lost.
    is_memory: bool,
    turn: Turn,
}

/// Work for the thread. It owns its data and sends its own reply; dropping it unexecuted replies that
/// the thread is gone.
type Job = Box<dyn FnOnce(&Shared) + Send>;

impl Line {
    /// Starts the thread, which first calls `make` to open the database.
    pub async fn start<F>(brake: Arc<Brake>, is_memory: bool, make: F) -> Result<Self>
    where
        F: FnOnce() -> Result<Database> + Send + 'static,
    {
        inherited::check()?;
        let (jobs, inbox) = mpsc::channel::<Job>();
        let healthy = AtomicBool::new(true);
        let shared = Arc::new(Shared { database: Mutex::new(None), brake: Arc::clone(&brake), healthy, is_memory, turn: Turn::default() });
        let (reply, ready) = ticket(brake);
        let there = Arc::clone(&shared);
        let begin = move |there: &Shared| {
            there.turn.begins();
            let end = there.caught(make);
            there.turn.ends();
            end
        };
        let work = move || match begin(&there) {
            Ok(database) => {
                *there.database() = Some(database);
                reply.send(Ok(()));
                for job in inbox {
                    job(&there);
                }
                // Closed here, on the thread that may block on the disk.
                drop(there.database().take());
            }
            Err(error) => reply.send(Err(error)),
        };
        thread::Builder::new()
            .name("oxyde-sqlite".to_owned())
            .spawn(work)
            .map_err(|error| Error::new(Kind::Internal, format!("cannot start a thread for the SQLite connection: {error}")))?;
        ready.await?;
        Ok(Self { jobs, shared })
    }

    pub fn brake(&self) -> &Brake {
        &self.shared.brake
    }

    pub fn is_healthy(&self) -> bool {
        self.shared.healthy.load(Ordering::Acquire)
    }

    /// Runs work on the thread.
    pub fn run<T: Send + 'static>(&mut self, work: impl FnOnce(&mut Database) -> Result<T> + Send + 'static) -> Ticket<T> {
        self.shared.brake.release();
        let (reply, ticket) = ticket(Arc::clone(&self.shared.brake));
        let job: Job = Box::new(move |shared| {
            let end = shared.with(work);
            // The database is unlocked before the reply is seen.
            reply.send(end);
        });
        // If the thread is gone, dropping the job replies so.
        let _ = self.jobs.send(job);
        ticket
    }

    /// Runs a read by key on the caller's thread; `None` if it must run on the connection's thread. Nothing
    /// has happened in that case.
    pub fn run_here(&mut self, request: &Request<'_>) -> Option<Result<Finished>> {
        let mut guard = match self.shared.database.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let database = guard.as_mut()?;
        self.shared.brake.release_for_a_moment();
        self.shared.caught(|| database.execute_here(request).transpose()).transpose()
    }

    /// Whether a transaction is open; `None` while the database is in use.
    pub fn in_transaction(&self) -> Option<bool> {
        let database = self.shared.database.try_lock().ok()?;
        database.as_ref().map(|database| !database.handle.is_autocommit())
    }

    #[cfg(test)]
    pub fn with_database<T>(&self, look: impl FnOnce(&Database) -> T) -> T {
        look(self.shared.database().as_ref().unwrap())
    }

    /// Closes the database and waits for that.
    pub async fn close(self) {
        let Self { jobs, shared } = self;
        let (reply, closed) = ticket(Arc::clone(&shared.brake));
        let job: Job = Box::new(move |shared| {
            drop(shared.database().take());
            reply.send(Ok(()));
        });
        let _ = jobs.send(job);
        // The database is closed in any case.
        let _ = closed.await;
    }
}

impl Shared {
    fn database(&self) -> MutexGuard<'_, Option<Database>> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs work on the database.
    fn with<T>(&self, work: impl FnOnce(&mut Database) -> Result<T>) -> Result<T> {
        let mut guard = self.database();
        let database = guard.as_mut().ok_or_else(|| Error::new(Kind::Internal, "the SQLite connection was closed"))?;
        self.turn.begins();
        let end = self.caught(|| work(database));
        if database.handle.is_autocommit() {
            database.suspended.clear();
            self.turn.ends();
        }
        end
    }

    /// Runs work that may panic, and records what its failure means for the connection.
    fn caught<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let Ok(end) = catch_unwind(AssertUnwindSafe(work)) else {
            self.healthy.store(false, Ordering::Release);
            return Err(Error::new(Kind::Internal, "a fault in Oxyde's SQLite driver ended the statement"));
        };
        if let Err(error) = &end
            && !self.is_memory
            && error.detail.sqlstate.as_deref().is_some_and(errors::is_loss)
        {
            self.healthy.store(false, Ordering::Release);
        }
        end
    }
}
