//! Statements that leave state on the server connection beyond their transaction. Behind a pooler, the
//! next client would see it.

use oxyde_ir::Family;

use crate::backend::verb;
use crate::error::{Error, Kind, Result};
use crate::lexer::{Kind as Token, code};

/// Functions that take session-level advisory locks; those of transaction level have `xact` in their
/// names.
const LOCKS: [&str; 4] = ["pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared"];

/// Refuses a statement that would leave state for the next client of a pooler, as far as its text
/// shows. State left by functions of the application is reset at the end of the transaction.
pub fn refuse_lasting(text: &str) -> Result<()> {
    let mut words = verb::words(text, Family::Postgres);
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    let second = words.next().unwrap_or_default().to_ascii_uppercase();
    let (what, remedy) = match (first.as_str(), second.as_str()) {
        ("SET", "LOCAL" | "TRANSACTION" | "CONSTRAINTS") => return Ok(()),
        ("SET", "SESSION") if words.next().is_some_and(|third| third.eq_ignore_ascii_case("CHARACTERISTICS")) => {
            ("SET SESSION CHARACTERISTICS", "give atomic() an isolation instead")
        }
        ("SET", _) => ("SET", "write SET LOCAL inside atomic()"),
        ("RESET" | "DISCARD" | "LOAD" | "UNLISTEN" | "DEALLOCATE", _) => (first.as_str(), ASIDE),
        ("PREPARE", second) if second != "TRANSACTION" => ("PREPARE", "run the statement itself"),
        ("CREATE" | "SELECT" | "WITH", _) if is_temporary(text) => ("a temporary table", "add ON COMMIT DROP, inside atomic()"),
        ("DECLARE", _) if follows(text, "WITH", "HOLD") => ("a cursor WITH HOLD", "declare it without, inside atomic()"),
        _ => return refuse_calls(text),
    };
    Err(refusal(what, remedy))
}

const ASIDE: &str = "use a connection of its own, past the pooler";

fn refusal(what: &str, remedy: &str) -> Error {
    let message = format!("{what} cannot run behind a pooler: it would reach whoever uses the server's connection next; {remedy}");
    Error::new(Kind::Unsupported, message)
        .with_hint("PoolSettings(pg_pooler=False) says that there is no pooler, or that it is in session mode")
}

/// Whether a table ends with the session: it is TEMPORARY, or in the schema `pg_temp`.
fn is_temporary(text: &str) -> bool {
    let temporary = ["TEMP", "TEMPORARY"];
    let made =
        temporary.iter().any(|word| ["CREATE", "LOCAL", "GLOBAL", "REPLACE", "INTO"].iter().any(|before| follows(text, before, word)));
    let schema = verb::is_one_of(&["CREATE"], text, Family::Postgres)
        && code(text, Some(Family::Postgres)).any(|token| token.text.eq_ignore_ascii_case("pg_temp"));
    (made || schema) && !follows(text, "COMMIT", "DROP")
}

/// Whether `word` directly follows `before`.
fn follows(text: &str, before: &str, word: &str) -> bool {
    let mut last = "";
    code(text, Some(Family::Postgres)).any(|token| {
        let found = last.eq_ignore_ascii_case(before) && token.text.eq_ignore_ascii_case(word);
        last = token.text;
        found
    })
}

/// Refuses function calls that leave such state.
fn refuse_calls(text: &str) -> Result<()> {
    let tokens: Vec<_> = code(text, Some(Family::Postgres)).collect();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [name, open] = pair else { continue };
        if name.kind != Token::Word || open.text != "(" {
            continue;
        }
        if LOCKS.iter().any(|lock| name.text.eq_ignore_ascii_case(lock)) {
            return Err(refusal(name.text, "take pg_advisory_xact_lock() inside atomic()"));
        }
        let mut depth = 0_u32;
        let inside = tokens[at + 1..].iter().take_while(|token| {
            depth = match token.text {
                "(" => depth + 1,
                ")" => depth - 1,
                _ => depth,
            };
            depth > 0
        });
        if name.text.eq_ignore_ascii_case("set_config") && !inside.last().is_some_and(|token| token.text.eq_ignore_ascii_case("true")) {
            return Err(refusal("set_config()", "write true as its third argument, inside atomic()"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_refused() {
        for text in [
            "SET ROLE x",
            "set search_path = a",
            "SET SESSION a.b = 1",
            "/* x */ SET TIME ZONE 'UTC'",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "RESET ALL",
            "DISCARD ALL",
            "DEALLOCATE ALL",
            "PREPARE p AS SELECT 1",
            "CREATE TEMP TABLE t (a int)",
            "create or replace temporary view v as select 1",
            "CREATE TABLE pg_temp.t (a int)",
            "SELECT 1 AS a INTO TEMP t",
            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "SELECT pg_advisory_lock(1)",
            "SELECT set_config('a.b', 'c', false)",
            "SELECT set_config($1, upper($2), $3)",
        ] {
            let error = refuse_lasting(text).unwrap_err();
            assert_eq!(error.kind, Kind::Unsupported, "{text}");
        }
    }

    #[test]
    fn the_rest_passes() {
        for text in [
            "SET LOCAL a.b = 1",
            "SET CONSTRAINTS ALL DEFERRED",
            "SET TRANSACTION READ ONLY",
            "CREATE TABLE t (temp int)",
            "CREATE TEMP TABLE t (a int) ON COMMIT DROP",
            "PREPARE TRANSACTION 'p'",
            "DECLARE c CURSOR FOR SELECT 1",
            "SELECT pg_advisory_xact_lock(1), 'SET ROLE'",
            "SELECT set_config('a.b', (SELECT 'c'), TRUE)",
            "UPDATE t SET role = 1",
            "",
        ] {
            assert!(refuse_lasting(text).is_ok(), "{text}");
        }
    }
}
