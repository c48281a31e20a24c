//! Running a step: each run to its end, whoever loses interest meanwhile.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::join;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Either, Executor, SqlSafeStr, Statement};
use tokio::task::{unconstrained, yield_now};

use super::cancel::{self, PATIENCE, Signals};
use super::gather::Gather;
use super::{Connection, encode, errors};
use crate::error::{Error, Kind, Result};
use crate::request::{Request, Run};
use crate::stream::{Finished, Sink};

/// After how many rows the runtime gets a turn, to look at clocks and other sockets.
const TURN: u64 = 1_024;

/// How a run ended well.
#[derive(Default)]
struct Done {
    affected: u64,
    returned: u64,
    /// Rows were thrown away on the watcher's word.
    lost: bool,
}

/// How a run failed: by our complaint, or the server's, or both.
struct Failure {
    ours: Option<Error>,
    server: Option<sqlx::Error>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { ours: Some(error), server: None }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self { ours: None, server: Some(error) }
    }
}

impl Connection {
    pub async fn execute(&mut self, request: Request<'_>) -> Result<Finished> {
        let mut gather = Gather::new(&request);
        let mut finished = Finished::default();
        for run in request.runs() {
            if request.cancel.is_cancelled() {
                return Err(Error::new(Kind::Cancelled, "cancelled before the statement was sent"));
            }
            let text: Arc<str> = request.text(run).into();
            let done = self.run(&request, run, &text, &mut gather).await.map_err(|error| error.in_sql(&text))?;
            // Reading rows affects none, though the server counts them.
            if !gather.has_columns() || changes(&text) {
                finished.affected += done.affected;
            }
        }
        finished.last = gather.finish();
        Ok(finished)
    }

    async fn run(&mut self, request: &Request<'_>, run: Run, text: &Arc<str>, gather: &mut Gather<'_>) -> Result<Done> {
        let signals = Signals::default();
        // Until the answer was read nothing is known about the connection.
        self.healthy = false;
        let (end, stop) = {
            let mut work = pin!(work(&mut self.inner, request, run, text, gather, &signals));
            tokio::select! {
                biased;
                end = &mut work => (Some(end), None),
                // Rows that keep coming use up the task's budget, without which timers and wishes to stop would never be seen.
                stop = unconstrained(cancel::stop(request.cancel, self.statement_timeout, &signals.unwanted)) => {
                    signals.discard.cancel();
                    let both = join(Box::pin(cancel::kill(&self.options, self.pid, &signals.ended)), &mut work);
                    let end = tokio::time::timeout(PATIENCE, both).await;
                    (end.ok().map(|((), end)| end), Some(stop))
                }
            }
        };
        let in_order = match &end {
            None => false,
            Some(Ok(_)) => true,
            Some(Err(failure)) => failure.server.as_ref().is_none_or(errors::leaves_healthy),
        };
        self.healthy = in_order && (stop.is_none() || cancel::settle(&mut self.inner).await);
        match (end, stop) {
            (Some(Ok(done)), stop) => match stop {
                Some(stop) if done.lost => Err(stop.into_error()),
                Some(_) | None => Ok(done),
            },
            (Some(Err(failure)), stop) => Err(failure.into_error(stop)),
            (None, Some(stop)) => Err(stop.into_error().with_hint("the server did not stop in time; the connection was given up")),
            (None, None) => Err(Error::new(Kind::Internal, "the statement ended without an answer")),
        }
    }
}

impl Failure {
    /// Our own complaint first; then why the statement was stopped, when that made it fail; then the server's.
    fn into_error(self, stop: Option<cancel::Stop>) -> Error {
        match (self.ours, self.server, stop) {
            (Some(error), _, _) => error,
            (None, Some(error), Some(stop)) if errors::is_interruption(&error) || !errors::leaves_healthy(&error) => stop.into_error(),
            (None, Some(error), _) => errors::from_sqlx(&error),
            (None, None, _) => Error::new(Kind::Internal, "the statement failed without a reason"),
        }
    }
}

/// Whether a statement that returns rows changes them, as far as its first word tells.
fn changes(text: &str) -> bool {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    ["INSERT", "UPDATE", "DELETE", "MERGE", "WITH"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// A run, and word of its end.
async fn work(
    connection: &mut PgConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_>,
    signals: &Signals,
) -> std::result::Result<Done, Failure> {
    let end = twice(connection, request, run, text, gather, signals).await;
    signals.ended.cancel();
    end
}

/// A run; once more when the prepared statement is gone or stale and no row has come.
async fn twice(
    connection: &mut PgConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_>,
    signals: &Signals,
) -> std::result::Result<Done, Failure> {
    let mut done = Done::default();
    let first = match attempt(connection, request, run, text, gather, signals, &mut done).await {
        Err(Failure { ours: None, server: Some(error) }) if errors::wants_preparing(&error) && done.returned == 0 => error,
        end => return end.map(|()| done),
    };
    connection.clear_cached_statements().await?;
    let mut done = Done::default();
    match attempt(connection, request, run, text, gather, signals, &mut done).await {
        // The first error has ended the transaction: it says more than the second.
        Err(Failure { ours: None, server: Some(error) }) if errors::is_aborted_transaction(&error) => Err(first.into()),
        end => end.map(|()| done),
    }
}

async fn attempt(
    connection: &mut PgConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_>,
    signals: &Signals,
    done: &mut Done,
) -> std::result::Result<(), Failure> {
    encode::count(request, run)?;
    // Without types of ours: the server says what each parameter is. A statement prepared before is known on this side.
    let statement = (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await?;
    let types = match statement.parameters() {
        Some(Either::Left(types)) => types,
        Some(Either::Right(_)) | None => &[],
    };
    let arguments = encode::arguments(request, run, types)?;
    gather.describe(statement.columns())?;
    let mut failed: Option<Error> = None;
    let mut rows = connection.fetch_many(sqlx::query_with(AssertSqlSafe(Arc::clone(text)), arguments));
    while let Some(item) = rows.next().await {
        match item {
            Ok(Either::Left(result)) => done.affected += result.rows_affected(),
            Ok(Either::Right(row)) => {
                done.returned += 1;
                if done.returned.is_multiple_of(TURN) {
                    yield_now().await;
                }
                if failed.is_some() || signals.discard.is_cancelled() {
                    done.lost = true;
                    continue;
                }
                let sent = match (gather.push(&row), request.sink) {
                    (Ok(()), Some(sink)) if gather.is_full() => send(sink, gather, signals, done).await,
                    (kept, _) => kept,
                };
                if let Err(error) = sent {
                    signals.unwanted.cancel();
                    failed = Some(error);
                }
            }
            Err(error) => return Err(Failure { ours: failed, server: Some(error) }),
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// Sends a full batch, unless the statement is stopped while the reader takes its time.
async fn send(sink: &Sink, gather: &mut Gather<'_>, signals: &Signals, done: &mut Done) -> Result<()> {
    tokio::select! {
        biased;
        sent = sink.send(gather.take()) => sent.map_err(|_| cancel::Stop::Unwanted.into_error()),
        () = signals.discard.cancelled() => {
            done.lost = true;
            Ok(())
        }
    }
}
