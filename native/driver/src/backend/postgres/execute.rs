//! Runs a step: every run is driven to its end, even if the reader is dropped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oxyde_ir::Family;
use oxyde_ir::program::{Fragment, Text};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Either, Executor, Row, SqlSafeStr, Statement};

use super::{Connection, encode, errors, pooler, unlearnt, unseen};
use crate::backend::anew::anew;
use crate::backend::gather::Gather;
use crate::backend::outcome::{Done, Failure, Outcome};
use crate::backend::signals::Signals;
use crate::backend::{rows, verb};
use crate::error::{Error, Kind, Result};
use crate::request::{Request, Run};
use crate::stream::Finished;

/// The server's `statement_timeout` in milliseconds; 0 disables it.
const LIMIT: &str = "SELECT setting::int8 FROM pg_settings WHERE name = 'statement_timeout'";

impl Connection {
    pub async fn execute(&mut self, request: Request<'_>) -> Result<Finished> {
        let mut gather = Gather::new(&request);
        let mut finished = Finished::default();
        let strangers = self.pooler.as_ref().map_or(0, |pooler| pooler.strangers);
        for run in request.runs() {
            request.deadline.check()?;
            request.check_bytes(run)?;
            let text: Arc<str> = request.text(run).into();
            let is_written = request.step.outputs.is_none();
            let sent = if is_written && unseen::may_change(&text) { anew(&text) } else { Arc::clone(&text) };
            let work = async |connection: &mut PgConnection, signals: &Signals| {
                if strangers > 0 {
                    pooler::prepare(connection, &sent, strangers).await?;
                }
                if let Text::Copy { copy, insert } = &request.step.text {
                    gather.describe(&[])?;
                    return copied(connection, &request, run, copy, insert).await;
                }
                work(connection, &request, run, &sent, &mut gather, signals).await
            };
            let start = Instant::now();
            let done = match self.watch(request.deadline, work).await {
                Ok(done) => done,
                Err(error) if errors::was_interrupted(&error) => return Err(self.explained(error, start.elapsed()).await.in_sql(&text)),
                Err(error) => return Err(error.in_sql(&text)),
            };
            // A SELECT affects no rows, though its command tag counts them.
            if !gather.has_columns() || changes(&text) {
                finished.affected += done.affected;
            }
        }
        finished.last = gather.finish();
        Ok(finished)
    }
}

impl Connection {
    /// Tells whether a cancellation that was not ours is a timeout: SQLSTATE 57014 covers both
    /// `statement_timeout` and `pg_cancel_backend`, and the message is localised.
    async fn explained(&mut self, error: Error, ran: Duration) -> Error {
        self.healthy = false;
        let answer = sqlx::raw_sql(LIMIT).fetch_one(&mut self.inner).await;
        self.healthy = answer.as_ref().err().is_none_or(errors::leaves_healthy);
        let limit = answer.and_then(|row| row.try_get::<i64, _>(0)).map(|millis| Duration::from_millis(millis.unsigned_abs()));
        let kind = match limit {
            Ok(limit) if limit.is_zero() || ran < limit => Kind::Cancelled,
            // An aborted transaction accepts no queries; the timeout is the likelier cause.
            Ok(_) | Err(_) => Kind::Timeout,
        };
        Error { kind, ..error }
    }
}

/// Whether a statement that returns rows changes data: the command tag counts the rows of its last
/// part.
fn changes(text: &str) -> bool {
    let verb = verb::main(text, Family::Postgres);
    ["INSERT", "UPDATE", "DELETE", "MERGE"].iter().any(|known| verb.eq_ignore_ascii_case(known))
}

/// Does one run; retries if the prepared statement is gone or stale and no row has arrived.
async fn work(
    connection: &mut PgConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_, PgConnection>,
    signals: &Signals,
) -> Outcome {
    encode::count(request, run)?;
    let known = connection.cached_statements_size();
    let mut done = Done::default();
    let first = match attempt(connection, request, run, text, gather, signals, &mut done).await {
        Err(Failure { ours: None, server: Some(error) }) if errors::is_unknown_type(&error) => {
            return Err(unlearnt::explain(connection, request, run, text).await.map_or_else(|| error.into(), Failure::from));
        }
        Err(failure) if done.returned == 0 => failure,
        end => return end.map(|()| done),
    };
    if !is_stale(connection, text, &first, known).await {
        return Err(first);
    }
    connection.clear_cached_statements().await?;
    let mut done = Done::default();
    match attempt(connection, request, run, text, gather, signals, &mut done).await {
        // The first error aborted the transaction, and says more than the second.
        Err(Failure { ours: None, server: Some(error) }) if errors::is_aborted_transaction(&error) => Err(first),
        end => end.map(|()| done),
    }
}

/// Whether preparing again may help before the first row: the server says that the statement is stale,
/// or values or columns do not match its cached description. `known` is the number of statements cached
/// before.
async fn is_stale(connection: &mut PgConnection, text: &str, failure: &Failure, known: usize) -> bool {
    let kept = connection.cached_statements_size() <= known;
    match (&failure.ours, &failure.server) {
        (None, Some(error)) if errors::wants_preparing(error) => true,
        (None, Some(error)) if kept && errors::has_outlived(error) => match has_other_types(connection, text).await {
            Ok(others) => others,
            // Nothing can be queried in an aborted transaction; closing the statements lets the next one see the
            // current definitions.
            Err(error) => errors::is_aborted_transaction(&error),
        },
        // A value of the wrong type alone does not justify closing all statements: the server is asked whether
        // the parameters changed.
        (Some(error), None) if kept && error.kind == Kind::FieldValue => has_other_types(connection, text).await.unwrap_or(true),
        (Some(_), None) => kept,
        (_, Some(_)) | (None, None) => false,
    }
}

/// Whether the parameters of a statement have other types than when it was prepared. The text is a
/// single statement: the server has prepared it before.
async fn has_other_types(connection: &mut PgConnection, text: &str) -> sqlx::Result<bool> {
    let statement = (&mut *connection).prepare(AssertSqlSafe(text.to_owned()).into_sql_str()).await?;
    let kept: Vec<u32> = match statement.parameters() {
        Some(Either::Left(types)) => types.iter().map(|info| info.oid().map_or(0, |oid| oid.0)).collect(),
        Some(Either::Right(_)) | None => Vec::new(),
    };
    Ok(unlearnt::parameters(connection, text).await? != kept)
}

/// The bytes of one message of COPY.
const PIECE: usize = 1 << 20;

/// Sends the rows of one run by COPY. A failure is reported at its end, when the server has read all of them.
async fn copied(connection: &mut PgConnection, request: &Request<'_>, run: Run, copy: &str, insert: &Fragment) -> Outcome {
    let statement = (&mut *connection).prepare(AssertSqlSafe(insert.text.clone()).into_sql_str()).await?;
    let types = match statement.parameters() {
        Some(Either::Left(types)) => types,
        Some(Either::Right(_)) | None => &[],
    };
    let rows = encode::copied(request, &insert.slots, run, types)?;
    let mut stream = connection.copy_in_raw(copy).await?;
    for piece in rows.chunks(PIECE) {
        stream.send(piece).await?;
    }
    Ok(Done { affected: stream.finish().await?, ..Done::default() })
}

async fn attempt(
    connection: &mut PgConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_, PgConnection>,
    signals: &Signals,
    done: &mut Done,
) -> Outcome<()> {
    // Without parameter types, so that the server infers them. A statement prepared before is in the
    // cache.
    let statement = (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await?;
    let types = match statement.parameters() {
        Some(Either::Left(types)) => types,
        Some(Either::Right(_)) | None => &[],
    };
    let arguments = encode::arguments(request, run, types)?;
    gather.describe(statement.columns())?;
    let answer = connection.fetch_many(sqlx::query_with(AssertSqlSafe(Arc::clone(text)), arguments));
    rows::gather(answer, gather, request.sink, signals, done).await
}
