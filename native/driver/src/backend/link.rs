//! A network connection: the parts that all servers share.

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

/// The time limit for closing a connection gracefully.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long an internal command may continue after its deadline.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a kind of server provides, on top of sqlx.
pub trait Peer: sqlx::Connection<Database: HasStatementCache> + Sized {
    const RESET: Reset;

    /// Identifies the type of a column.
    type TypeId: PartialEq + Send;

    /// Opens a connection without setting up the session.
    fn reach(options: &Self::Options) -> impl Future<Output = sqlx::Result<Self>> + Send;

    /// Runs statements without parameters and discards their rows.
    fn say(&mut self, sql: &str) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Cancels the statement of another connection. Returns `false` if this connection has reached a
    /// different server.
    fn interrupt(&mut self, interruption: &Interruption) -> impl Future<Output = sqlx::Result<bool>> + Send;

    /// Runs statements without parameters and returns the first column of the last row, as text.
    fn ask(&mut self, sql: &str) -> impl Future<Output = sqlx::Result<String>> + Send;

    /// Runs a step.
    fn execute(link: &mut Link<Self>, request: Request<'_>) -> impl Future<Output = Result<Finished>> + Send;

    fn type_id(column: &ColumnOf<Self>) -> Self::TypeId;

    /// Returns a reader from the column that the server describes to the type of the output.
    fn reader(column: &ColumnOf<Self>, output: Option<&Output>) -> Result<Reader>;

    /// Returns an empty column for an output; `None` if the server has no such type.
    fn without_rows(output: &Output) -> Option<Column>;

    /// Returns the raw value of a column; `None` for NULL.
    fn raw(row: &RowOf<Self>, index: usize) -> sqlx::Result<Option<&[u8]>>;

    /// Adds the counts that the server reports at the end of a result.
    fn count(result: &ResultOf<Self>, done: &mut Done);

    /// Whether the connection is still usable: the server answered in order and waits for the next request.
    fn leaves_healthy(error: &sqlx::Error) -> bool;

    /// Whether the statement was cancelled, by us or by a time limit of the server.
    fn is_interruption(error: &sqlx::Error) -> bool;

    /// Whether the open transaction is aborted and accepts only a rollback.
    fn is_aborted(error: &sqlx::Error) -> bool;

    /// Converts an error on an open connection.
    fn explain(error: &sqlx::Error) -> Error;
}

/// How another connection cancels the statement of this one.
pub struct Interruption {
    /// Identifies the server behind its address: on another server, the process id in the command belongs
    /// to someone else.
    pub identity: String,
    pub word: String,
    /// The time limit of one attempt.
    pub patience: Duration,
}

/// What a PostgreSQL connection knows about the pooler in front of the server.
#[derive(Default)]
pub struct Pooler {
    /// The statements that start each transaction, because no setting outlives one.
    pub head: String,
    /// The number of prepared statements of other clients with sqlx's names on this transaction's server
    /// connection.
    pub strangers: usize,
    /// When the transaction was about to begin, in seconds of the server's clock.
    pub since: String,
}

pub struct Link<P: Peer> {
    pub inner: P,
    pub server: Server,
    /// `None` if statements cannot run: behind a pooler, outside of transactions.
    pub interruption: Option<Interruption>,
    /// The options to connect to the server again, for cancelling.
    pub options: P::Options,
    pub healthy: bool,
    /// A cancel request may still arrive, so no further statement may run.
    pub doomed: bool,
    /// Set if the server connection is ours for one transaction only (transaction pooling).
    pub pooler: Option<Pooler>,
    /// Prepared statements are closed at once.
    pub forgetful: bool,
    /// The most bytes of values that the server accepts in one statement.
    pub max_bytes: usize,
    /// Restores the settings that our statements depend on, whatever changed them, and returns the scope.
    pub facts: String,
    /// Where the server resolves names (search path, current database), as last queried: prepared
    /// statements are bound to it.
    pub scope: Option<String>,
}

impl<P: Peer> Link<P> {
    pub fn server(&self) -> Server {
        self.server
    }

    pub fn is_healthy(&self) -> bool {
        self.healthy && !self.doomed
    }

    /// Runs the steps of a program. Each waits for the previous answer, which may contain keys for it.
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

    /// Runs internal statements without parameters or rows. They are not cancelled; if the server does not
    /// answer after the deadline, the connection is given up.
    pub async fn command(&mut self, sql: &str, deadline: impl Into<Deadline<'_>>) -> Result<()> {
        self.converse(sql, deadline.into(), async |peer: &mut P| peer.say(sql).await).await
    }

    /// The same for any exchange with the server.
    pub async fn converse<T>(&mut self, sql: &str, deadline: Deadline<'_>, work: impl AsyncFnOnce(&mut P) -> sqlx::Result<T>) -> Result<T> {
        // Until the answer is read, the state of the connection is unknown.
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

    /// Closes all prepared statements: what they refer to may have changed.
    pub async fn forget(&mut self) -> Result<()> {
        self.healthy = false;
        let end = self.inner.clear_cached_statements().await;
        self.healthy = end.is_ok();
        end.map_err(|error| P::explain(&error))
    }

    pub fn is_pooled(&self) -> bool {
        self.pooler.is_some()
    }

    /// Closes the statements prepared in the ending transaction: their names would collide with those of
    /// other clients.
    pub(super) async fn unname(&mut self, deadline: Deadline<'_>) -> Result<()> {
        self.converse("DEALLOCATE", deadline, async |peer: &mut P| peer.clear_cached_statements().await).await
    }

    pub async fn close(self) {
        let Self { inner, healthy, .. } = self;
        // The connection is given up in any case; a server that does not answer must not block us.
        let _ = timeout(FAREWELL, async move { if healthy { inner.close().await } else { inner.close_hard().await } }).await;
    }
}
