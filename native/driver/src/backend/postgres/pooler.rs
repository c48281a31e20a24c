//! Support for poolers: every statement runs in a transaction, during which the server connection is
//! ours. Nothing outlives the transaction: neither settings nor prepared statements, whose names would
//! collide with those of other clients.
//!
//! sqlx can describe only named statements and numbers them itself. So they are named, and closed
//! before the transaction ends.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Executor, Row, SqlSafeStr};

use super::errors;
use super::way::{Greeting, IDENTITY, SESSION};
use crate::backend::link::{Interruption, Link, Peer};
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};

/// The prefix of sqlx's statement names, followed by a number.
const NAME: &str = "sqlx_s_";

/// The time limit for a cancel request. It needs a server connection of its own, and we may hold the
/// last one.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the server checks during a statement whether its client, here the pooler, has
/// disconnected.
const NOTICE: &str = "SET LOCAL client_connection_check_interval = 250";

/// Settings of the startup message that a pooler may not keep.
const FIRST: [(&str, &str); 3] = [("client_encoding", "UTF8"), ("TimeZone", "UTC"), ("DateStyle", "ISO, MDY")];

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    Commit,
    Rollback,
}

/// Runs deferred constraints while the settings and the role of the transaction still apply.
const NOW: &str = "SET CONSTRAINTS ALL IMMEDIATE; ";

/// Resets what functions of the application may have left: roles, settings, cursors, locks, prepared
/// statements, temporary tables. `synchronous_commit` stays until COMMIT, and so does
/// `application_name`, which a pooler would not restore.
const TAKE_BACK: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; UNLISTEN *; CLOSE ALL; SELECT pg_catalog.pg_advisory_unlock_all(); \
     DO $$ DECLARE found text; waits text := pg_catalog.current_setting('synchronous_commit'); \
     name text := pg_catalog.current_setting('application_name'); BEGIN RESET ALL; \
     PERFORM pg_catalog.set_config('synchronous_commit', waits, true), pg_catalog.set_config('application_name', name, false); \
     FOR found IN SELECT s.name FROM pg_catalog.pg_prepared_statements AS s \
     WHERE s.from_sql AND s.prepare_time >= pg_catalog.transaction_timestamp() LOOP \
     EXECUTE pg_catalog.format('DEALLOCATE %I', found); END LOOP; END $$; \
     DISCARD TEMP";

/// Returns the statements that start each transaction.
pub fn head(options: &PgConnectOptions, greeting: &Greeting) -> Result<String> {
    let mut head = String::new();
    for (name, value) in FIRST.into_iter().chain(SESSION) {
        // Writing to a String cannot fail; the same applies below.
        let _ = write!(head, "; SET LOCAL {name} = '{value}'");
    }
    if greeting.notices {
        let _ = write!(head, "; {NOTICE}");
    }
    for (name, value) in settings(options.get_options().unwrap_or_default())? {
        let _ = write!(head, "; SELECT set_config({}, {}, true)", quoted(&name), quoted(&value));
    }
    Ok(head)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Parses the parameter `options` of a URL: `-c name=value` and `--name=value`, with a backslash before
/// a space.
fn settings(options: &str) -> Result<Vec<(String, String)>> {
    let mut words = vec![String::new()];
    let mut letters = options.chars();
    while let Some(letter) = letters.next() {
        let escaped = letter == '\\';
        match if escaped { letters.next() } else { Some(letter) } {
            Some(letter) if escaped || !letter.is_whitespace() => words.last_mut().into_iter().for_each(|word| word.push(letter)),
            Some(_) => words.push(String::new()),
            None => {}
        }
    }
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("--").map(|long| (long.split_once('='), true)) {
            Some((Some((name, value)), _)) => Some((name.replace('-', "_"), value.to_owned())),
            Some((None, _)) => None,
            None if word == "-c" => words.next().and_then(|word| pair(&word)),
            None => word.strip_prefix("-c").and_then(pair),
        };
        let Some(setting) = setting else {
            let message = format!("the options of the URL have {word:?}, which cannot be said behind a pooler; write -c name=value");
            return Err(Error::new(Kind::Unsupported, message));
        };
        settings.push(setting);
    }
    Ok(settings)
}

fn pair(word: &str) -> Option<(String, String)> {
    word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// Refuses a pooler that does not support transactions.
pub async fn try_out(connection: &mut PgConnection) -> Result<()> {
    let end = match connection.say("BEGIN").await {
        Ok(()) => connection.say("COMMIT").await,
        Err(error) => Err(error),
    };
    end.map_err(|error| {
        let reason = errors::complaint(&error).map_or_else(|| error.to_string(), |error| error.message().to_owned());
        let message =
            format!("the pooler before the server takes no transactions ({reason}): Oxyde needs one in transaction or session mode");
        Error::new(Kind::Unsupported, message).with_hint("PgBouncer: pool_mode = transaction")
    })
}

impl Link<PgConnection> {
    /// Begins a transaction with the commands in one message, whose answer identifies our server
    /// connection. That query runs in a separate transaction just before, because some settings of a
    /// transaction must precede its first query.
    pub async fn begin_pinned(&mut self, commands: &[String], deadline: Deadline<'_>) -> Result<()> {
        let Some(pooler) = &self.pooler else { return Err(Error::new(Kind::Internal, "there is no pooler")) };
        let text = format!(
            "BEGIN; SELECT pg_backend_pid(), {IDENTITY}, \
             (SELECT count(*) FROM pg_prepared_statements WHERE starts_with(name, '{NAME}')), CAST(extract(epoch FROM clock_timestamp()) AS text); COMMIT; {}{}",
            commands.join("; "),
            pooler.head
        );
        (self.interruption, self.scope) = (None, None);
        let (pid, identity, strangers, since) = self
            .converse("BEGIN", deadline, async |connection: &mut PgConnection| {
                let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(connection).await?;
                let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
                Ok((row.try_get::<i32, _>(0)?, row.try_get::<String, _>(1)?, row.try_get::<i64, _>(2)?, row.try_get::<String, _>(3)?))
            })
            .await?;
        self.interruption = Some(interruption(pid, identity, PATIENCE));
        if let Some(pooler) = &mut self.pooler {
            pooler.strangers = usize::try_from(strangers).unwrap_or(0);
            pooler.since = since;
        }
        Ok(())
    }

    /// Cleans up what the ending transaction would leave to the next client of the server connection.
    pub async fn part(&mut self, parting: Parting, doubtful: bool, deadline: Deadline<'_>) -> Result<()> {
        let mut end = Ok(());
        if doubtful {
            let before = if parting == Parting::Commit { NOW } else { "" };
            end = self.command(&format!("{before}{TAKE_BACK}"), deadline).await;
            if !self.healthy {
                return end;
            }
        }
        // Also in an aborted transaction.
        end.and(self.unname(deadline).await)
    }

    /// Returns the statements that roll back and release what survives a rollback: session-level locks, and
    /// statements prepared since the transaction began. It is one message: until its end no other client
    /// gets the server connection.
    pub fn rollback_all(&self) -> Cow<'static, str> {
        let Some(pooler) = &self.pooler else { return "ROLLBACK".into() };
        format!(
            "ROLLBACK; SELECT pg_catalog.pg_advisory_unlock_all(); DO $$ DECLARE found text; BEGIN \
             FOR found IN SELECT s.name FROM pg_catalog.pg_prepared_statements AS s \
             WHERE s.from_sql AND s.prepare_time >= pg_catalog.to_timestamp(CAST({} AS float8)) LOOP \
             EXECUTE pg_catalog.format('DEALLOCATE %I', found); END LOOP; END $$",
            quoted(&pooler.since)
        )
        .into()
    }

    /// Runs a statement that cannot run in a transaction. It cannot be cancelled, because its server
    /// connection is unknown; if it must stop, our connection is given up.
    pub async fn execute_alone(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<u64> {
        let end = self
            .converse(sql, deadline, async |connection: &mut PgConnection| {
                let answer = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await?;
                Ok(answer.rows_affected())
            })
            .await;
        match (end, deadline.passed()) {
            (Err(error), Some(stop)) if error.kind == Kind::ConnectionFailed => {
                Err(stop.into_error().with_hint("behind a pooler it cannot be cancelled; the server may go on with it"))
            }
            (end, _) => end,
        }
    }
}

/// Returns how to cancel the statement of a backend process, on that server only.
pub fn interruption(pid: i32, identity: String, patience: Duration) -> Interruption {
    Interruption { identity, word: format!("pg_cancel_backend({pid})"), patience }
}

/// Prepares a statement under a name that is free on this server connection. sqlx increments its number
/// after each failure, so it tries each taken name once.
pub async fn prepare(connection: &mut PgConnection, text: &Arc<str>, strangers: usize) -> sqlx::Result<()> {
    for _ in 0..strangers {
        connection.say("SAVEPOINT oxyde_name").await?;
        match (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await {
            Err(error) if errors::is_taken(&error) => connection.say("ROLLBACK TO SAVEPOINT oxyde_name").await?,
            Err(error) => return Err(error),
            Ok(_) => return connection.say("RELEASE SAVEPOINT oxyde_name").await,
        }
    }
    (&mut *connection).prepare(AssertSqlSafe(Arc::clone(text)).into_sql_str()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood() {
        let of =
            |text: &str| settings(text).map(|found| found.into_iter().map(|(name, value)| format!("{name}|{value}")).collect::<Vec<_>>());
        assert_eq!(of("").unwrap(), Vec::<String>::new());
        assert_eq!(of("-c search_path=a,\\ b -cgeqo=off  --work-mem=4MB").unwrap(), ["search_path|a, b", "geqo|off", "work_mem|4MB"]);
        assert_eq!(of("-c a=b\\\\c=d").unwrap(), ["a|b\\c=d"]);
        for text in ["-B 5", "-c", "-c x", "--x", "x=y"] {
            assert_eq!(of(text).unwrap_err().kind, Kind::Unsupported, "{text}");
        }
        assert_eq!(quoted("it's"), "'it''s'");
    }
}
