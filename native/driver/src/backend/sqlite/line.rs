//! The thread of a connection, and how work gets to it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread;

use sqlx::{Connection as _, SqliteConnection};

use super::brake::Brake;
use super::database::Database;
use super::errors;
use super::ticket::{Reply, Ticket, ticket};
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::stream::Finished;

/// One for each connection. Dropped, the thread closes the database and ends.
pub struct Line {
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
}

struct Shared {
    /// Locked by the thread while it works, and by a caller who reads a row himself. `None` once closed.
    database: Mutex<Option<Database>>,
    brake: Arc<Brake>,
    healthy: AtomicBool,
    /// Never given up for a complaint: the data would go with it.
    is_memory: bool,
}

enum Job {
    Run(Lent, Reply<Finished>),
    Command(String, Reply<()>),
    Close(Reply<Option<Box<SqliteConnection>>>),
}

/// A request whose borrows are kept alive by the ticket for its answer.
struct Lent(Request<'static>);

impl Line {
    /// Starts the thread. The first thing it does is `make` the database.
    pub async fn start<F>(brake: Arc<Brake>, is_memory: bool, make: F) -> Result<Self>
    where
        F: FnOnce() -> Result<Database> + Send + 'static,
    {
        let (jobs, inbox) = mpsc::channel();
        let healthy = AtomicBool::new(true);
        let shared = Arc::new(Shared { database: Mutex::new(None), brake: Arc::clone(&brake), healthy, is_memory });
        let (reply, ready) = ticket(brake);
        let there = Arc::clone(&shared);
        let work = move || match there.caught(make) {
            Ok(database) => {
                *there.database() = Some(database);
                reply.send(Ok(()));
                serve(&there, &inbox);
                // Closed here, on the thread that may wait for the disk.
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

    /// Runs a step on the thread. The request is borrowed until the ticket is answered or dropped; a ticket that is forgotten
    /// (`mem::forget`) would break that, and this crate forgets none.
    pub fn run<'r>(&mut self, request: Request<'r>) -> impl Future<Output = Result<Finished>> + Unpin + use<'r> {
        // SAFETY: the thread uses the request before it answers and never after, and the ticket ends no sooner than the answer
        // comes: dropped before, it blocks until then.
        let lent = Lent(unsafe { std::mem::transmute::<Request<'r>, Request<'static>>(request) });
        self.submit(|reply| Job::Run(lent, reply))
    }

    pub fn command(&mut self, sql: String) -> Ticket<()> {
        self.submit(|reply| Job::Command(sql, reply))
    }

    fn submit<T>(&mut self, job: impl FnOnce(Reply<T>) -> Job) -> Ticket<T> {
        self.shared.brake.release();
        let (reply, ticket) = ticket(Arc::clone(&self.shared.brake));
        // A thread that is gone answers so when the job is dropped.
        let _ = self.jobs.send(job(reply));
        ticket
    }

    /// Runs a read by key on this thread; `None` when it must run on the connection's own, and nothing has happened.
    pub fn run_here(&mut self, request: &Request<'_>) -> Option<Result<Finished>> {
        if !request.point_read {
            return None;
        }
        let mut guard = match self.shared.database.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let database = guard.as_mut()?;
        self.shared.brake.release_for_a_moment();
        self.shared.caught(|| database.execute_here(request).transpose()).transpose()
    }

    #[cfg(test)]
    pub fn with_database<T>(&self, look: impl FnOnce(&Database) -> T) -> T {
        look(self.shared.database().as_ref().unwrap())
    }

    pub async fn close(mut self) {
        let connection = self.submit(Job::Close).await;
        if let Ok(Some(connection)) = connection {
            // The database is closed either way.
            let _ = connection.close().await;
        }
    }
}

impl Shared {
    fn database(&self) -> MutexGuard<'_, Option<Database>> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work that may panic, and notes what its failure says about the connection.
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

/// Works until the other end is gone.
fn serve(shared: &Shared, inbox: &mpsc::Receiver<Job>) {
    for job in inbox {
        let mut guard = shared.database();
        let Some(database) = guard.as_mut() else { return };
        match job {
            Job::Run(Lent(request), reply) => {
                let end = shared.caught(|| database.execute(&request));
                drop(guard);
                reply.send(end);
            }
            Job::Command(sql, reply) => {
                let end = shared.caught(|| database.command(&sql));
                drop(guard);
                reply.send(end);
            }
            Job::Close(reply) => {
                let connection = guard.take().and_then(Database::release);
                drop(guard);
                reply.send(Ok(connection));
                return;
            }
        }
    }
}
