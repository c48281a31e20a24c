//! A connection over the network: what is the same for every server.

use std::pin::pin;
use std::time::Duration;

use oxyde_ir::{Output, Server};
use sqlx::database::HasStatementCache;
use tokio::time::timeout;

use super::gather::{ColumnOf, Reader, RowOf};
use super::outcome::Done;
use super::reset::Reset;
use super::rows::ResultOf;
use crate::batch::Column;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::execution::{Execution, Progress};
use crate::request::Request;
use crate::stream::Finished;

/// How long a goodbye may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long a command of ours may still take after its deadline.
const PATIENCE: Duration = Duration::from_secs(1);

/// What sqlx and the errors of one kind of server know.
pub trait Peer: sqlx::Connection<Database: HasStatementCache> + Sized {
    const RESET: Reset;

    /// What tells the type of a column from others.
    type TypeId: PartialEq + Send;

    /// A bare connection to the server.
    fn reach(options: &Self::Options) -> impl Future<Output = sqlx::Result<Self>> + Send;

    /// Runs statements without parameters; rows that they return are dropped.
    fn say(&mut self, sql: &str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Interrupts what another connection does, where this one has reached the same server; `false` where it has not.
    fn interrupt(&mut self, interruption: &Interruption) -> impl Future<Output = sqlx::Result<bool>> + Send;

    /// Runs statements without parameters; the first column of the last row, which is a text.
    fn ask(&mut self, sql: &str) -> impl Future<Output = sqlx::Result<String>> + Send;

    /// Runs a step.
    fn execute(link: &mut Link<Self>, request: Request<'_>) -> impl Future<Output = Result<Finished>> + Send;

    fn type_id(column: &ColumnOf<Self>) -> Self::TypeId;

    /// A reader for a column that the server describes, and that shall become what the output says.
    fn reader(column: &ColumnOf<Self>, output: Option<&Output>) -> Result<Reader>;

    /// A column that nothing is read from; `None` where the server has none of the type.
    fn without_rows(output: &Output) -> Option<Column>;

    /// What came for a column of a row; `None` for NULL.
    fn raw(row: &RowOf<Self>, index: usize) -> sqlx::Result<Option<&[u8]>>;

    /// Adds up what the server says at the end of a result.
    fn count(result: &ResultOf<Self>, done: &mut Done);

    /// Whether the connection can be used after the error: the server answered in order and still listens.
    fn leaves_healthy(error: &sqlx::Error) -> bool;

    /// The statement was interrupted: by us, or by a time limit of the server's.
    fn is_interruption(error: &sqlx::Error) -> bool;

    /// The open transaction met an error before, and takes nothing but a rollback.
    fn is_aborted(error: &sqlx::Error) -> bool;

    /// An error met on an open connection, as one of ours.
    fn explain(error: &sqlx::Error) -> Error;
}

/// How another connection interrupts what runs on one.
pub struct Interruption {
    /// What tells the server from others at its address: elsewhere the number in the word is a stranger's.
    pub identity: String,
    pub word: String,
    /// How long saying it once may take.
    pub patience: Duration,
}

/// What a connection to PostgreSQL knows about the pooler before the server.
#[derive(Default)]
pub struct Pooler {
    /// What each transaction says first: no setting outlasts one.
    pub head: String,
    /// How many statements of others have names like ours on the server connection of the transaction.
    pub strangers: usize,
    /// When the transaction was about to begin, by the server's clock: seconds.
    pub since: String,
}

pub struct Link<P: Peer> {
    pub inner: P,
    pub server: Server,
    /// `None` where nothing can run: behind a pooler, outside of transactions.
    pub interruption: Option<Interruption>,
    /// How to reach the server again, to interrupt.
    pub options: P::Options,
    pub healthy: bool,
    /// An interruption may still come: no statement may meet it.
    pub doomed: bool,
    /// The server connection is ours for the length of a transaction only.
    pub pooler: Option<Pooler>,
    /// Prepared statements are forgotten at once.
    pub forgetful: bool,
    /// How many bytes of values the server takes in one statement.
    pub max_bytes: usize,
    /// Sets what our statements rely on whoever else changes the session, and asks for the scope.
    pub facts: String,
    /// Where the server looks names up, as far as that was asked: statements that are prepared mean what the names meant there.
    pub scope: Option<String>,
}

impl<P: Peer> Link<P> {
    pub fn server(&self) -> Server {
        self.server
    }

    pub fn is_healthy(&self) -> bool {
        self.healthy && !self.doomed
    }

    /// Runs the steps of a program. Each waits for the answer to the one before it, which may keep keys for it.
    pub async fn run(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        let end = self.steps(execution, deadline).await;
        if self.forgetful && self.is_healthy() {
            self.forget().await?;
        }
        end
    }

    async fn steps(&mut self, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
        let mut progress = Progress::new(execution);
        while let Some(request) = progress.next(deadline) {
            deadline.check()?;
            let finished = P::execute(self, request).await?;
            progress.add(finished)?;
        }
        Ok(progress.finish())
    }

    /// Runs statements of our own without parameters or rows. They are not interrupted; where the server is silent and nobody
    /// waits any more, the connection is given up.
    pub async fn command(&mut self, sql: &str, deadline: impl Into<Deadline<'_>>) -> Result<()> {
        self.converse(sql, deadline.into(), async |peer: &mut P| peer.say(sql).await).await
    }

    /// The same of a conversation about them.
    pub async fn converse<T>(&mut self, sql: &str, deadline: Deadline<'_>, work: impl AsyncFnOnce(&mut P) -> sqlx::Result<T>) -> Result<T> {
        // Until the answer was read nothing is known about the connection.
        self.healthy = false;
        let end = {
            let mut work = pin!(work(&mut self.inner));
            tokio::select! {
                biased;
                end = &mut work => Some(end),
                _ = deadline.wait() => timeout(PATIENCE, work).await.ok(),
            }
        };
        let Some(end) = end else {
            return Err(Error::new(Kind::ConnectionFailed, "the server did not answer; the connection was given up").in_sql(sql));
        };
        self.healthy = end.as_ref().err().is_none_or(P::leaves_healthy);
        end.map_err(|error| P::explain(&error).in_sql(sql))
    }

    pub async fn ping(&mut self) -> Result<()> {
        self.healthy = false;
        let end = self.inner.ping().await;
        self.healthy = end.is_ok();
        end.map_err(|error| P::explain(&error))
    }

    /// Forgets the statements that were prepared: what they refer to may have changed.
    pub async fn forget(&mut self) -> Result<()> {
        self.healthy = false;
        let end = self.inner.clear_cached_statements().await;
        self.healthy = end.is_ok();
        end.map_err(|error| P::explain(&error))
    }

    pub fn is_pooled(&self) -> bool {
        self.pooler.is_some()
    }

    /// Forgets the statements that were prepared in the transaction that ends now: their names would meet others' statements.
    pub(super) async fn unname(&mut self, deadline: Deadline<'_>) -> Result<()> {
        self.converse("DEALLOCATE", deadline, async |peer: &mut P| peer.clear_cached_statements().await).await
    }

    pub async fn close(self) {
        let Self { inner, healthy, .. } = self;
        // The connection is given up either way; a server that does not answer must not hold us.
        let _ = timeout(FAREWELL, async move { if healthy { inner.close().await } else { inner.close_hard().await } }).await;
    }
}
