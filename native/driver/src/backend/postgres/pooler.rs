//! Behind a pooler: every statement runs in a transaction, for whose length the server connection is ours. Nothing that we leave on it
//! outlasts the transaction: no setting, and no prepared statement, whose name would meet one of somebody else's.
//!
//! sqlx describes named statements only, and numbers them itself. So they are named, and closed before the transaction ends.

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

/// What sqlx calls its statements, before a number.
const NAME: &str = "sqlx_s_";

/// How long an interruption may take. It needs a server connection of its own, and ours may hold the last one.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon the server looks whether we, or rather the pooler, have gone away in the middle of a statement.
const NOTICE: &str = "SET LOCAL client_connection_check_interval = 250";

/// What a pooler may not keep of the first message.
const FIRST: [(&str, &str); 3] = [("client_encoding", "UTF8"), ("TimeZone", "UTC"), ("DateStyle", "ISO, MDY")];

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    Commit,
    Rollback,
}

/// What is deferred happens with the settings and the role that it was meant for.
const NOW: &str = "SET CONSTRAINTS ALL IMMEDIATE; ";

/// Takes back what functions of the application may have left: roles, settings, cursors, locks, statements, temporary tables. How COMMIT
/// waits for the disk stays until then, and so does our name, which a pooler would not give back to us.
const TAKE_BACK: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; UNLISTEN *; CLOSE ALL; SELECT pg_catalog.pg_advisory_unlock_all(); \
     DO $$ DECLARE found text; waits text := pg_catalog.current_setting('synchronous_commit'); \
     name text := pg_catalog.current_setting('application_name'); BEGIN RESET ALL; \
     PERFORM pg_catalog.set_config('synchronous_commit', waits, true), pg_catalog.set_config('application_name', name, false); \
     FOR found IN SELECT s.name FROM pg_catalog.pg_prepared_statements AS s \
     WHERE s.from_sql AND s.prepare_time >= pg_catalog.transaction_timestamp() LOOP \
     EXECUTE pg_catalog.format('DEALLOCATE %I', found); END LOOP; END $$; \
     DISCARD TEMP";

/// What each transaction says first.
pub fn head(options: &PgConnectOptions, greeting: &Greeting) -> Result<String> {
    let mut head = String::new();
    for (name, value) in FIRST.into_iter().chain(SESSION) {
        // Formatting into a String cannot fail, here and below.
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

/// The settings that the parameter `options` of a URL gives: `-c name=value` and `--name=value`, a backslash before a space.
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

/// Refuses a pooler that takes no transactions.
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
    /// Begins a transaction by the commands, in one message, which tells who the server connection is that we have from now on. That is
    /// asked in another transaction just before: some settings of a transaction must come before its first query.
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

    /// Leaves nothing of the transaction that ends now to whoever has its server connection next.
    pub async fn part(&mut self, parting: Parting, doubtful: bool, deadline: Deadline<'_>) -> Result<()> {
        let mut end = Ok(());
        if doubtful {
            let before = if parting == Parting::Commit { NOW } else { "" };
            end = self.command(&format!("{before}{TAKE_BACK}"), deadline).await;
            if !self.healthy {
                return end;
            }
        }
        // Also in a transaction that takes nothing else any more.
        end.and(self.unname(deadline).await)
    }

    /// The statements that roll back and let go what survives that: locks of the session, and statements that were prepared since the
    /// transaction began. One message: before its end no other client has the server connection.
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

    /// Runs a statement outside of transactions, which the server demands. Nobody can interrupt it, because nobody knows where it
    /// runs: where it must stop, the connection is given up.
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

/// How to interrupt what a process of the server does, on that server.
pub fn interruption(pid: i32, identity: String, patience: Duration) -> Interruption {
    Interruption { identity, word: format!("pg_cancel_backend({pid})"), patience }
}

/// Prepares a statement under a name that nobody else's has on this server connection. sqlx counts on after each failure, so that it
/// meets each of them once.
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
