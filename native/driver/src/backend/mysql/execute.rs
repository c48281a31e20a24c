//! Runs a step: every run is driven to its end, even if the reader is dropped.

use std::sync::Arc;

use futures_util::StreamExt;
use oxyde_ir::Family;
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection as _, Either, Executor, SqlSafeStr, Statement};

use super::{Connection, encode, errors};
use crate::backend::anew::anew;
use crate::backend::breath::Breath;
use crate::backend::gather::Gather;
use crate::backend::link::Peer;
use crate::backend::outcome::{Done, Failure, Outcome};
use crate::backend::signals::Signals;
use crate::backend::{rows, verb};
use crate::error::{Error, Kind, Result};
use crate::request::{Request, Run};
use crate::stream::{Finished, Limits};

impl Connection {
    pub async fn execute(&mut self, request: Request<'_>) -> Result<Finished> {
        let mut gather = Gather::new(&request);
        let mut finished = Finished::default();
        for run in request.runs() {
            request.deadline.check()?;
            request.check_bytes(run)?;
            let text: Arc<str> = request.text(run).into();
            let work = async |connection: &mut MySqlConnection, signals: &Signals| {
                work(connection, &request, run, &text, &mut gather, signals).await
            };
            let done = self.watch(request.deadline, work).await.map_err(|error| error.in_sql(&text))?;
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
}

/// Whether a statement with rows changes data: MariaDB reports no count in that case.
fn changes(text: &str) -> bool {
    verb::is_one_of(&["INSERT", "REPLACE", "UPDATE", "DELETE"], text, Family::Mariadb)
}

/// Does one run; retries if the server no longer has the prepared statement.
async fn work(
    connection: &mut MySqlConnection,
    request: &Request<'_>,
    run: Run,
    text: &Arc<str>,
    gather: &mut Gather<'_, MySqlConnection>,
    signals: &Signals,
) -> Outcome {
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
    gather: &mut Gather<'_, MySqlConnection>,
    signals: &Signals,
) -> Outcome {
    gather.start();
    let arguments = encode::arguments(request, run)?;
    if request.step.outputs.is_none() {
        // SQL of the application: after a wrong number of parameters, sqlx would leave the connection waiting.
        match (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await {
            Ok(statement) => check_count(statement.parameters(), request.step.text.count(1))?,
            Err(error) if errors::wants_text(&error) && request.step.text.count(1) == 0 => return as_text(connection, text).await,
            Err(error) => return Err(error.into()),
        }
    }
    let mut done = Done::default();
    let query = sqlx::query_with(AssertSqlSafe(Arc::clone(text)), arguments).persistent(!request.prepared_anew);
    rows::gather(connection.fetch_many(query), gather, request.sink, signals, &mut done).await?;
    if gather.needs_columns() {
        // Rows are described with the current names and types of the table; our cached description may be
        // stale, and a data frame would show it.
        let text = if request.limits == Limits::MODELS { Arc::clone(text) } else { anew(text) };
        let statement = (&mut *connection).prepare(AssertSqlSafe(text).into_sql_str()).await?;
        gather.describe(statement.columns())?;
    }
    Ok(done)
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

/// Runs a statement that cannot be prepared. Such statements return no rows, or rows in the text
/// protocol only.
async fn as_text(connection: &mut MySqlConnection, text: &Arc<str>) -> Outcome {
    let mut rows = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(Arc::clone(text))));
    let mut done = Done::default();
    let mut refused = false;
    let mut breath = Breath::default();
    while let Some(item) = rows.next().await {
        breath.take().await;
        match item? {
            Either::Left(result) => MySqlConnection::count(&result, &mut done),
            Either::Right(_) => refused = true,
        }
    }
    if refused {
        return Err(Error::new(Kind::Unsupported, "the server returns the rows of this statement only as text").into());
    }
    Ok(done)
}
