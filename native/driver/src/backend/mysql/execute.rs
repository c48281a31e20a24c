//! Running a step: each run to its end, whoever loses interest meanwhile.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use sqlx::mysql::{MySqlConnection, MySqlQueryResult};
use sqlx::{AssertSqlSafe, Connection as _, Either, Executor, SqlSafeStr, Statement};
use tokio::task::{unconstrained, yield_now};

use super::cancel::{self, Signals};
use super::gather::Gather;
use super::{Connection, encode, errors};
use crate::error::{Error, Kind, Result};
use crate::request::{Request, Run};
use crate::stream::{Finished, Sink};

/// How a run ended well.
#[derive(Default)]
struct Done {
    affected: u64,
    /// The last generated key; zero when there is none.
    insert_id: u64,
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
            finished.affected += if done.affected == 0 && changes(&text) { done.returned } else { done.affected };
            if request.step.last_insert_id && done.insert_id != 0 {
                finished.insert_ids.push(i64::try_from(done.insert_id).map_err(|_| {
                    Error::new(Kind::Decode, format!("the generated key {} is beyond 64 bits with sign", done.insert_id)).in_sql(&text)
                })?);
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
                // Rows that keep coming may use up the budget of the task, without which no clock is looked at.
                stop = unconstrained(cancel::stop(request.cancel, self.statement_timeout, &signals.unwanted)) => {
                    signals.discard.cancel();
                    (cancel::interrupt(&mut work, &self.options, self.id).await, Some(stop))
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

/// Whether a statement that returned rows changed them: MariaDB counts none then.
fn changes(text: &str) -> bool {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    ["INSERT", "REPLACE", "UPDATE", "DELETE"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// A run; once more when the server had forgotten the prepared statement.
async fn work(
    connection: &mut MySqlConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_>,
    signals: &Signals,
) -> std::result::Result<Done, Failure> {
    match attempt(connection, request, run, text, gather, signals).await {
        Err(Failure { ours: None, server: Some(error) }) if errors::wants_preparing(&error) => {
            connection.clear_cached_statements().await?;
            attempt(connection, request, run, text, gather, signals).await
        }
        end => end,
    }
}

async fn attempt(
    connection: &mut MySqlConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_>,
    signals: &Signals,
) -> std::result::Result<Done, Failure> {
    gather.start();
    let arguments = encode::arguments(request, run)?;
    if request.step.outputs.is_none() {
        // Text that the application wrote: sqlx would leave the connection waiting after a wrong number of parameters.
        match (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await {
            Ok(statement) => check_count(statement.parameters(), request.step.slots.len())?,
            Err(error) if errors::wants_text(&error) && request.step.slots.is_empty() => return as_text(connection, text).await,
            Err(error) => return Err(error.into()),
        }
    }
    let mut done = Done::default();
    let mut failed: Option<Error> = None;
    {
        let mut rows = connection.fetch_many(sqlx::query_with(AssertSqlSafe(Arc::clone(text)), arguments));
        let mut results = 0;
        let mut breath = Breath::default();
        while let Some(item) = rows.next().await {
            breath.take().await;
            match item {
                Ok(Either::Left(result)) => {
                    results += 1;
                    done.add(&result);
                }
                Ok(Either::Right(_)) if failed.is_some() => {}
                Ok(Either::Right(_)) if signals.discard.is_cancelled() => done.lost = true,
                Ok(Either::Right(row)) => {
                    let kept = if results == 0 {
                        gather.push(&row)
                    } else {
                        Err(Error::new(Kind::Unsupported, "the statement returns several results; ask for one at a time"))
                    };
                    done.returned += 1;
                    let sent = match (kept, request.sink) {
                        (Ok(()), Some(sink)) if gather.is_full() => send(sink, gather, signals, &mut done).await,
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
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    if gather.needs_columns() {
        // Known already on this side: nothing is sent.
        let statement = (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await?;
        gather.describe(statement.columns())?;
    }
    Ok(done)
}

impl Done {
    fn add(&mut self, result: &MySqlQueryResult) {
        self.affected += result.rows_affected();
        if result.last_insert_id() != 0 {
            self.insert_id = result.last_insert_id();
        }
    }
}

/// Lets others have their turn now and then. sqlx never waits while the server is faster than we are,
/// and whoever wants to stop the statement would not be heard.
#[derive(Default)]
struct Breath(u8);

impl Breath {
    async fn take(&mut self) {
        self.0 = self.0.wrapping_add(1);
        if self.0 == 0 {
            yield_now().await;
        }
    }
}

fn check_count(parameters: Option<Either<&[sqlx::mysql::MySqlTypeInfo], usize>>, given: usize) -> Result<()> {
    let taken = match parameters {
        Some(Either::Right(count)) => count,
        Some(Either::Left(types)) => types.len(),
        None => given,
    };
    if taken == given {
        return Ok(());
    }
    Err(Error::new(
        Kind::Field,
        format!("the statement has {taken} placeholders, but {given} values were given; give one value for each ?"),
    ))
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

/// Runs what cannot be prepared. Such statements return no rows, or rows that come only as text.
async fn as_text(connection: &mut MySqlConnection, text: &Arc<str>) -> std::result::Result<Done, Failure> {
    let mut rows = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(Arc::clone(text))));
    let mut done = Done::default();
    let mut refused = false;
    let mut breath = Breath::default();
    while let Some(item) = rows.next().await {
        breath.take().await;
        match item? {
            Either::Left(result) => done.add(&result),
            Either::Right(_) => refused = true,
        }
    }
    if refused {
        return Err(Error::new(Kind::Unsupported, "the server returns the rows of this statement only as text").into());
    }
    Ok(done)
}
