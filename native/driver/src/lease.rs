//! A connection leased from the pool, and the transaction that may be open on it.

use std::time::Duration;

use deadpool::managed::Object;
use oxyde_ir::program::Text;
use oxyde_ir::{Family, Server};

use crate::backend::{Connection, Parting};
use crate::cancel::Cancel;
use crate::deadline::{Deadline, Limit};
use crate::doubt::Doubt;
use crate::error::{Error, Kind, Result};
use crate::execution::Execution;
use crate::lasting::refuse_lasting;
use crate::member::{Member, Opener};
use crate::pooled;
use crate::raw::{is_begin, may_end, redefines, refuse_foreign, written};
use crate::runtime::{self, UnderWay};
use crate::stream::Finished;
use crate::transaction::{Begin, MARK, commit, savepoint};

/// The time limit for rolling back an abandoned transaction.
const PATIENCE: Duration = Duration::from_secs(5);

/// The savepoint around, or after, a statement that might end the transaction.
const CHECK: &str = "oxyde_check";

/// Returns to the pool when dropped: at once if clean; after a rollback if a transaction is open, and a
/// reset if SQL of the application may have changed its session; never if an answer is still pending or
/// the connection is unhealthy.
pub struct Lease {
    object: Option<Object<Opener>>,
    /// Must not be reused: an answer is pending, or a setting could not be reset.
    unfit: bool,
    /// The open transaction.
    open: Option<Begin>,
    /// What SQL of the application may have changed in the session during this lease.
    doubt: Doubt,
    /// The cancellation token of the current operation.
    cancel: Cancel,
    limit: Option<Limit>,
}

impl Lease {
    pub(crate) fn new(object: Object<Opener>, deadline: Deadline<'_>) -> Self {
        Self { object: Some(object), unfit: false, open: None, doubt: Doubt::None, cancel: deadline.cancel.clone(), limit: deadline.limit }
    }

    /// Sets the deadline of the following operations.
    pub fn heed(&mut self, deadline: Deadline<'_>) {
        (self.cancel, self.limit) = (deadline.cancel.clone(), deadline.limit);
    }

    fn member(&self) -> Result<&Member> {
        self.object.as_deref().ok_or_else(returned)
    }

    pub fn server(&self) -> Result<Server> {
        self.member()?.server().ok_or_else(returned)
    }

    /// Returns the most bytes of values that the connection accepts in one statement.
    pub fn max_bytes(&self) -> Result<usize> {
        self.member()?.max_bytes().ok_or_else(returned)
    }

    /// Whether the connection can be used.
    pub fn is_healthy(&self) -> bool {
        !self.unfit && self.member().is_ok_and(Member::is_healthy)
    }

    /// Whether the error means that the server had closed an idle connection. If this was the first request
    /// on it, nothing was executed.
    pub fn was_stale(&self, error: &Error) -> bool {
        error.kind == Kind::ConnectionFailed && self.object.as_ref().is_some_and(|object| Object::metrics(object).recycle_count > 0)
    }

    /// Returns the connection for one request and marks it unfit; the caller clears `unfit` after the
    /// answer.
    fn occupy(&mut self) -> Result<&mut Connection> {
        if self.unfit {
            return Err(Error::new(Kind::ConnectionFailed, "a statement on this connection was given up before its end"));
        }
        let object = self.object.as_mut().ok_or_else(returned)?;
        object.touch();
        let connection = object.connection()?;
        self.unfit = true;
        Ok(connection)
    }

    /// Runs a program, or a part of one.
    pub async fn execute(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        let family = self.server()?.family;
        if self.is_pooled() && self.open.is_none() {
            return Box::pin(pooled::execute(self, execution, deadline)).await;
        }
        for text in execution.steps().iter().filter_map(written) {
            refuse_foreign(text, family)?;
            self.refuse_lasting(text)?;
            if is_begin(text, family) {
                // Rolled back when the connection is returned, unless it is already one of ours.
                self.open.get_or_insert_default();
            }
        }
        // Set before sending: a cancelled statement may have run.
        self.doubt = self.doubt.max(Doubt::after(execution, family));
        let under_way = UnderWay::new(deadline.cancel);
        let mut end = self.occupy()?.execute(execution, deadline).await;
        self.unfit = false;
        drop(under_way);
        if end.is_ok()
            && self.open.is_none()
            && let Some(text) = execution.steps().iter().filter_map(written).find(|text| may_end(text, family))
            && self.occupy()?.has_left_open().await?
        {
            end = Err(Self::left_open().in_sql(text));
        }
        self.unfit = false;
        let reach = execution.steps().iter().filter_map(|step| match &step.text {
            Text::Fixed(fragment) => redefines(&fragment.text, family),
            Text::Rows { .. } | Text::Copy { .. } => None,
        });
        if let Some(reach) = reach.max().filter(|_| end.is_ok()) {
            self.object.as_mut().ok_or_else(returned)?.redefine(reach).await?;
        }
        end
    }

    fn left_open() -> Error {
        let message = "the statement began a transaction and left it open: it is rolled back, because its connection goes back to the pool";
        Error::new(Kind::BrokenTransaction, message).with_hint("run it inside an atomic block, or let it commit")
    }

    /// Runs a program in the open transaction, and returns the statement that ended the transaction, if one
    /// did.
    pub async fn execute_within(&mut self, execution: &Execution, deadline: Deadline<'_>) -> (Result<Finished>, Option<String>) {
        let Ok(Server { family, .. }) = self.server() else { return (Err(returned()), None) };
        let suspect = execution.steps().iter().filter_map(written).find(|text| may_end(text, family));
        if let Some(text) = suspect
            && family != Family::Postgres
            && let Err(error) = self.command(&format!("SAVEPOINT {CHECK}")).await
        {
            return (Err(error.in_sql(text)), None);
        }
        let mut end = self.execute(execution, deadline).await;
        let is_open = match suspect {
            None => end.is_err() || self.member().ok().and_then(Member::in_transaction).unwrap_or(true),
            Some(_) if !self.is_healthy() => true,
            // On PostgreSQL an error aborts the transaction (25P02) but does not end it.
            Some(_) if family == Family::Postgres => {
                end.is_err() || self.command(&format!("SAVEPOINT {CHECK}; RELEASE SAVEPOINT {CHECK}")).await.is_ok()
            }
            Some(_) => self.command(&format!("RELEASE SAVEPOINT {CHECK}")).await.is_ok(),
        };
        if is_open
            && end.is_ok()
            && let Err(error) = self.settle().await
        {
            end = Err(error);
        }
        // Once the transaction is over, a pooler may hand us any server connection.
        self.unfit |= !is_open && self.is_pooled();
        let ended = (!is_open).then(|| suspect.or_else(|| execution.steps().iter().find_map(written)).unwrap_or_default().to_owned());
        (end, ended)
    }

    async fn command(&mut self, sql: &str) -> Result<()> {
        let (cancel, limit) = (self.cancel.clone(), self.limit);
        let end = self.occupy()?.command(sql, Deadline { cancel: &cancel, limit }).await;
        self.unfit = false;
        end
    }

    /// After SQL that may have changed the session: restores the settings that our statements depend on.
    /// Everything else stays until the lease ends.
    async fn settle(&mut self) -> Result<()> {
        if self.doubt != Doubt::Fresh {
            return Ok(());
        }
        let (cancel, limit) = (self.cancel.clone(), self.limit);
        let end = self.occupy()?.restore(Deadline { cancel: &cancel, limit }).await;
        self.unfit = false;
        self.doubt = Doubt::Settled;
        end
    }

    /// Cleans up for the next lease: rolls back, then resets the session, or closes it if that fails.
    async fn clear(&mut self) {
        let mut kept = self.open.is_none() || self.rollback().await.is_ok();
        if kept && self.doubt != Doubt::None {
            kept = match self.occupy() {
                Ok(connection) => connection.reset().await.unwrap_or(false),
                Err(_) => false,
            };
            self.unfit = false;
        }
        if kept {
            self.doubt = Doubt::None;
        } else {
            self.discard();
        }
    }

    /// Begins a transaction.
    pub async fn begin(&mut self, begin: Begin) -> Result<()> {
        if self.open.is_some() {
            return Err(Error::new(Kind::Internal, "a transaction is open on this connection already"));
        }
        let commands = begin.commands(self.server()?.family)?;
        self.open = Some(begin);
        let (cancel, limit) = (self.cancel.clone(), self.limit);
        let end = self.occupy()?.begin(&commands, Deadline { cancel: &cancel, limit }).await;
        self.unfit = false;
        if end.is_err() {
            // The first error explains the failure.
            let _ = self.rollback().await;
        }
        end
    }

    /// Commits. The transaction is over in any case; `CommitOutcomeUnknown` if no answer arrived.
    pub async fn commit(&mut self) -> Result<()> {
        let family = self.server()?.family;
        if let Err(error) = self.part(Parting::Commit).await {
            // The first error explains the failure.
            let _ = self.rollback().await;
            return Err(error);
        }
        match self.command(commit(family)).await {
            Ok(()) => self.end().await,
            // Also if the answer could not be parsed.
            Err(error) if error.kind == Kind::ConnectionFailed || (family != Family::Sqlite && !self.is_healthy()) => {
                self.open = None;
                let message = format!("COMMIT was sent, but its answer never came ({error}): the transaction may be committed or not");
                Err(Error { kind: Kind::CommitOutcomeUnknown, message, detail: error.detail })
            }
            Err(error) => {
                // The first error explains the failure.
                let _ = self.rollback().await;
                Err(Self::of_commit(error))
            }
        }
    }

    /// Returns the error for a COMMIT that had nothing to commit.
    fn of_commit(error: Error) -> Error {
        let reason = match error.detail.sqlstate.as_deref() {
            Some("25P02") => "the server had aborted the transaction, and has rolled it back: nothing of it is committed",
            Some("25P01") => "the transaction had ended before its COMMIT: the server says that none was open",
            Some("42000") if error.message.contains(MARK) => {
                "the transaction had ended before its COMMIT: the server does not know its savepoint any more"
            }
            Some(_) | None => return error,
        };
        Error { kind: Kind::BrokenTransaction, message: format!("{reason} ({error})"), detail: error.detail }
    }

    /// Rolls back. A lost connection was rolled back by the server.
    pub async fn rollback(&mut self) -> Result<()> {
        if !self.is_healthy() {
            self.open = None;
            return Ok(());
        }
        let _ = self.part(Parting::Rollback).await;
        let text = self.member()?.rollback(self.doubt != Doubt::None);
        match self.command(&text).await {
            // SQLite returns an error if the transaction had already ended.
            Err(error) if self.is_healthy() && error.kind != Kind::Database => Err(error),
            Ok(()) | Err(_) => self.end().await,
        }
    }

    async fn end(&mut self) -> Result<()> {
        let Some(begin) = self.open.take() else { return Ok(()) };
        if self.is_pooled() {
            // Whatever was changed was rolled back with the transaction.
            self.doubt = Doubt::None;
        }
        match begin.afterwards(self.server()?.family) {
            Some(command) if self.is_healthy() => {
                let end = self.command(command).await;
                self.unfit |= end.is_err();
                end
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the server connection is ours for one transaction only (transaction pooling).
    pub fn is_pooled(&self) -> bool {
        self.member().is_ok_and(Member::is_pooled)
    }

    /// Behind a pooler: refuses a statement that would leave state on the server connection.
    pub fn refuse_lasting(&self, text: &str) -> Result<()> {
        if self.is_pooled() { refuse_lasting(text) } else { Ok(()) }
    }

    /// Behind a pooler: resets what the ending transaction would leave to other clients. A connection that
    /// a late cancel request may still reach is closed with its transaction, because the cancel would hit
    /// the next client.
    async fn part(&mut self, parting: Parting) -> Result<()> {
        if !self.is_pooled() {
            return Ok(());
        }
        if !self.is_healthy() {
            return Err(Error::new(Kind::ConnectionFailed, "the connection was given up, and its transaction is rolled back"));
        }
        let (cancel, limit) = (self.cancel.clone(), self.limit);
        let doubtful = self.doubt != Doubt::None;
        let end = self.occupy()?.part(parting, doubtful, Deadline { cancel: &cancel, limit }).await;
        self.unfit = false;
        end
    }

    /// Behind a pooler: runs a statement that cannot run in a transaction (error 25001).
    pub async fn execute_alone(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<u64> {
        let end = self.occupy()?.execute_alone(sql, deadline).await;
        self.unfit = false;
        end
    }

    /// Removes the connection from the pool and closes it.
    pub fn discard(&mut self) {
        if let Some(object) = self.object.take() {
            drop(Object::take(object));
        }
    }

    pub async fn savepoint(&mut self, depth: u32) -> Result<()> {
        self.command(&format!("SAVEPOINT {}", savepoint(depth))).await
    }

    pub async fn release(&mut self, depth: u32) -> Result<()> {
        self.command(&format!("RELEASE SAVEPOINT {}", savepoint(depth))).await
    }

    /// Rolls back to the savepoint and releases it.
    pub async fn rollback_to(&mut self, depth: u32) -> Result<()> {
        self.command(&format!("ROLLBACK TO SAVEPOINT {}", savepoint(depth))).await?;
        self.release(depth).await?;
        // ROLLBACK TO restores some settings and leaves others.
        if self.doubt == Doubt::Settled {
            self.doubt = Doubt::Fresh;
        }
        self.settle().await
    }
}

fn returned() -> Error {
    Error::new(Kind::Internal, "the connection was returned already")
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.object.is_none() {
            return;
        }
        if !self.is_healthy() {
            self.discard();
        } else if self.open.is_some() || self.doubt != Doubt::None {
            let mut lease = Self {
                object: self.object.take(),
                unfit: false,
                open: self.open.take(),
                doubt: self.doubt,
                cancel: Cancel::default(),
                limit: None,
            };
            match runtime::handle() {
                Ok(handle) => drop(handle.spawn(async move {
                    if tokio::time::timeout(PATIENCE, lease.clear()).await.is_err() {
                        lease.discard();
                    }
                })),
                Err(_) => lease.discard(),
            }
        }
    }
}
