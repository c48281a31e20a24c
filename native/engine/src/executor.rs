//! Where a program runs: on its own leased connection, or in an open transaction.

use oxyde_driver::{Begin, Deadline, Error, Execution, Finished, Guard, Kind, Lease, Pool, Result};
use oxyde_ir::Program;

/// The savepoint of a program inside a transaction; the application's savepoints start at 1.
const SAVEPOINT: u32 = 0;

pub enum Executor {
    Lease { lease: Lease, pool: Pool },
    Session(Guard),
}

impl Executor {
    /// Refuses a program that cannot run here, before anything is sent.
    pub fn admit(&self, program: &Program) -> Result<()> {
        match self {
            Self::Session(_) if !program.may_nest() => {
                let message = "the statement cannot run inside a transaction; run it outside the atomic block";
                Err(Error::new(Kind::Unsupported, message))
            }
            Self::Session(_) | Self::Lease { .. } => Ok(()),
        }
    }

    /// Returns the most bytes of values that the connection accepts in one statement.
    pub fn max_bytes(&mut self) -> Result<usize> {
        match self {
            Self::Lease { lease, .. } => lease.max_bytes(),
            Self::Session(guard) => guard.max_bytes(),
        }
    }

    pub async fn execute(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        match self {
            Self::Lease { lease, .. } => lease.execute(execution, deadline).await,
            Self::Session(guard) => guard.execute(execution, deadline).await,
        }
    }

    /// Starts an atomic unit: a transaction, or a savepoint in the open one.
    /// SQLite takes the write lock at once, because upgrading a read lock later can fail with `SQLITE_BUSY`
    /// without waiting.
    pub async fn open(&mut self, deadline: Deadline<'_>) -> Result<()> {
        let begin = Begin { immediate: true, ..Begin::default() };
        match self {
            Self::Lease { lease, pool } => {
                lease.heed(deadline);
                match lease.begin(begin.clone()).await {
                    Err(error) if lease.was_stale(&error) => {
                        pool.replace(lease, deadline).await?;
                        lease.begin(begin).await
                    }
                    end => end,
                }
            }
            Self::Session(guard) => guard.savepoint(SAVEPOINT).await,
        }
    }

    /// Keeps the changes since `open`.
    pub async fn keep(&mut self) -> Result<()> {
        match self {
            Self::Lease { lease, .. } => lease.commit().await,
            Self::Session(guard) => guard.release(SAVEPOINT).await,
        }
    }

    /// Undoes the changes since `open`.
    pub async fn undo(&mut self) -> Result<()> {
        match self {
            Self::Lease { lease, .. } => lease.rollback().await,
            Self::Session(guard) => guard.undo(SAVEPOINT).await,
        }
    }

    /// Discards the connection, whose state is unknown.
    pub fn give_up(&mut self) {
        if let Self::Lease { lease, .. } = self {
            lease.discard();
        }
    }

    /// Sets a savepoint for a stream inside a transaction of the application.
    pub async fn enter_stream(&mut self) -> Result<()> {
        match self {
            Self::Lease { .. } => Ok(()),
            Self::Session(guard) => guard.enter_stream(SAVEPOINT).await,
        }
    }

    /// Ends a stream: an abandoned one leaves the transaction as it was, another error breaks it.
    pub async fn leave_stream(&mut self, end: &Result<Finished>) -> Result<()> {
        match self {
            Self::Lease { .. } => Ok(()),
            Self::Session(guard) => guard.leave_stream(SAVEPOINT, end).await,
        }
    }

    /// Switches to a new connection if the error means that this one was dead before it was used; otherwise
    /// returns `false`.
    pub async fn renew(&mut self, error: &Error, deadline: Deadline<'_>) -> Result<bool> {
        match self {
            Self::Lease { lease, pool } if lease.was_stale(error) => pool.replace(lease, deadline).await.map(|()| true),
            Self::Lease { .. } | Self::Session(_) => Ok(false),
        }
    }
}
