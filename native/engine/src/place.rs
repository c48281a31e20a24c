//! Where a program runs: on a connection of its own, or in a transaction that is open already.

use oxyde_driver::{Begin, Cancel, Error, Finished, Guard, Lease, Pool, Request, Result};

/// The savepoint of a program inside a transaction; the application's begin at 1.
const SAVEPOINT: u32 = 0;

pub enum Place {
    Lease { lease: Lease, pool: Pool },
    Session(Guard),
}

impl Place {
    pub async fn execute(&mut self, request: Request<'_>) -> Result<Finished> {
        match self {
            Self::Lease { lease, .. } => lease.execute(request).await,
            Self::Session(guard) => guard.execute(request).await,
        }
    }

    /// From here on all happens or nothing: a transaction, or a savepoint in the one that is open.
    /// The write lock of SQLite is taken at once, because a reader that wants it later may be refused without waiting.
    pub async fn open(&mut self, cancel: &Cancel) -> Result<()> {
        let begin = Begin { immediate: true, ..Begin::default() };
        match self {
            Self::Lease { lease, pool } => match lease.begin(begin).await {
                Err(error) if lease.was_stale(&error) => {
                    pool.replace(lease, cancel).await?;
                    lease.begin(begin).await
                }
                end => end,
            },
            Self::Session(guard) => guard.savepoint(SAVEPOINT).await,
        }
    }

    /// What happened since `open` stays.
    pub async fn keep(&mut self) -> Result<()> {
        match self {
            Self::Lease { lease, .. } => lease.commit().await,
            Self::Session(guard) => guard.release(SAVEPOINT).await,
        }
    }

    /// What happened since `open` is undone.
    pub async fn undo(&mut self) -> Result<()> {
        match self {
            Self::Lease { lease, .. } => lease.rollback().await,
            Self::Session(guard) => guard.undo(SAVEPOINT).await,
        }
    }

    /// Inside a transaction of the application's a stream is set apart by a savepoint.
    pub async fn enter_stream(&mut self) -> Result<()> {
        match self {
            Self::Lease { .. } => Ok(()),
            Self::Session(guard) => guard.enter_stream(SAVEPOINT).await,
        }
    }

    /// A stream that was given up leaves the transaction as it was; another error breaks it.
    pub async fn leave_stream(&mut self, end: &Result<Finished>) -> Result<()> {
        match self {
            Self::Lease { .. } => Ok(()),
            Self::Session(guard) => guard.leave_stream(SAVEPOINT, end).await,
        }
    }

    /// Moves to another connection when the error says that this one was gone before anything was asked of it; `false` when it does not.
    pub async fn renew(&mut self, error: &Error, cancel: &Cancel) -> Result<bool> {
        match self {
            Self::Lease { lease, pool } if lease.was_stale(error) => pool.replace(lease, cancel).await.map(|()| true),
            Self::Lease { .. } | Self::Session(_) => Ok(false),
        }
    }
}
