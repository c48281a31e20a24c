//! SQL written by the application: what is refused before sending, and what may end the surrounding
//! transaction.
//!
//! The checks on keywords give early, clear errors. They cannot detect everything that ends a
//! transaction, so the server is asked about the rest.

use oxyde_ir::Family;
use oxyde_ir::program::{Step, Text};

use crate::backend::verb;
use crate::error::{Error, Kind, Result};
use crate::lexer::{Kind as Token, code, tokens};

/// Returns the text of a step, if the application wrote it.
pub fn written(step: &Step) -> Option<&str> {
    match &step.text {
        Text::Fixed(fragment) if step.outputs.is_none() => Some(&fragment.text),
        Text::Fixed(_) | Text::Rows { .. } | Text::Copy { .. } => None,
    }
}

/// Refuses statements that are answered by other messages of the protocol (notifications, COPY): they
/// would make the connection unusable.
pub fn refuse_foreign(text: &str, family: Family) -> Result<()> {
    if family != Family::Postgres {
        return Ok(());
    }
    let first = verb::first(text, family);
    let refused = if first.eq_ignore_ascii_case("LISTEN") {
        "LISTEN cannot run here: notifications would reach whichever statement uses the pooled connection next; \
         listen on a connection of a driver's own, such as psycopg's or asyncpg's"
    } else if first.eq_ignore_ascii_case("COPY") {
        let stream = |token: &str| ["STDIN", "STDOUT"].iter().any(|word| token.eq_ignore_ascii_case(word));
        if !code(text, Some(family)).any(|token| token.kind == Token::Word && stream(token.text)) {
            return Ok(());
        }
        "COPY to STDOUT or from STDIN cannot run here: its rows travel outside of statements; \
         read with to_arrow(), write with bulk_create(), or use COPY with a file of the server"
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Unsupported, refused).in_sql(text))
}

/// Which connections are affected by a change of tables or types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// This connection only: a temporary table, or a DO block, which may do anything.
    Here,
    Everybody,
}

/// Whether the statement changes tables or types, as far as its first words show. Changes made by a
/// procedure are noticed when a prepared statement fails.
pub fn redefines(text: &str, family: Family) -> Option<Reach> {
    if family == Family::Sqlite {
        return None;
    }
    let mut words = verb::words(text, family);
    let is = |word: &str, listed: &[&str]| listed.iter().any(|one| word.eq_ignore_ascii_case(one));
    match words.next()? {
        first if is(first, &["CREATE", "DROP"]) => {
            let temporary = is(words.next().unwrap_or_default(), &["TEMP", "TEMPORARY", "LOCAL"]);
            Some(if temporary { Reach::Here } else { Reach::Everybody })
        }
        first if is(first, &["ALTER", "RENAME"]) => Some(Reach::Everybody),
        first if is(first, &["DO"]) && family == Family::Postgres => Some(Reach::Here),
        _ => None,
    }
}

/// Whether the statement might end the surrounding transaction, judged by its first word. Errs on the
/// safe side: an unlisted word costs one question to the server.
pub fn may_end(text: &str, family: Family) -> bool {
    const NEVER: [&str; 15] = [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "WITH",
        "VALUES",
        "TABLE",
        "MERGE",
        "REPLACE",
        "EXPLAIN",
        "SHOW",
        "DESCRIBE",
        "SAVEPOINT",
        "RELEASE",
        "ROLLBACK",
    ];
    match family {
        // SQLite reports its autocommit state after each statement.
        Family::Sqlite => false,
        Family::Postgres if verb::is_one_of(&["SET"], text, family) => false,
        Family::Postgres | Family::Mysql | Family::Mariadb => !verb::is_one_of(&NEVER, text, family),
    }
}

/// Whether SQL of the application starts a transaction that Oxyde does not manage.
pub fn is_begin(text: &str, family: Family) -> bool {
    let is_compound = family == Family::Mariadb && verb::words(text, family).nth(1).is_some_and(|word| word.eq_ignore_ascii_case("NOT"));
    !is_compound && verb::is_one_of(&["BEGIN", "START", "SAVEPOINT"], text, family)
}

/// Statements that commit implicitly on MySQL and MariaDB.
const COMMITTING: [&str; 13] =
    ["ALTER", "ANALYZE", "CHECK", "FLUSH", "GRANT", "LOCK", "OPTIMIZE", "RENAME", "REPAIR", "RESET", "REVOKE", "TRUNCATE", "UNLOCK"];

/// Refuses a statement that would end a transaction managed by Oxyde.
pub fn refuse_end(text: &str, family: Family) -> Result<()> {
    let mut words = verb::words(text, family);
    let word = words.next().unwrap_or_default().to_ascii_uppercase();
    let second = words.next().unwrap_or_default();
    if word == "SET" && second.eq_ignore_ascii_case("STATEMENT") {
        return after(text, family, "FOR").try_for_each(|statement| refuse_end(statement, family));
    }
    let ends = match word.as_str() {
        "BEGIN" => !(family == Family::Mariadb && second.eq_ignore_ascii_case("NOT")),
        "COMMIT" | "END" | "ABORT" | "START" => true,
        "PREPARE" => family == Family::Postgres && second.eq_ignore_ascii_case("TRANSACTION"),
        "ROLLBACK" => after(text, family, "TO").next().is_none(),
        _ => false,
    };
    if ends {
        let message = format!("{word} would end the atomic block beneath it; leave the block, or call set_rollback() on it");
        return Err(Error::new(Kind::Unsupported, message));
    }
    let commits = match (family, word.as_str()) {
        (Family::Mysql | Family::Mariadb, "CREATE" | "DROP") => !second.eq_ignore_ascii_case("TEMPORARY"),
        (Family::Mysql | Family::Mariadb, word) => COMMITTING.contains(&word),
        (Family::Postgres | Family::Sqlite, _) => false,
    };
    if commits {
        let message = format!("{word} commits on {}, and would end the atomic block beneath it; run it outside", family.name());
        return Err(Error::new(Kind::Unsupported, message));
    }
    Ok(())
}

/// Returns the text after each occurrence of a word, such as the statement after FOR in `MariaDB`'s SET
/// STATEMENT ... FOR.
fn after<'a>(text: &'a str, family: Family, word: &str) -> impl Iterator<Item = &'a str> {
    let mut at = 0;
    tokens(text, Some(family)).filter_map(move |token| {
        at += token.text.len();
        (token.kind == Token::Word && token.text.eq_ignore_ascii_case(word)).then(|| &text[at..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_are_seen() {
        for text in [" begin;", "START TRANSACTION", "Savepoint a"] {
            assert!(is_begin(text, Family::Postgres), "{text}");
        }
        assert!(refuse_end("/* x */ commit", Family::Sqlite).is_err() && refuse_end("flush tables", Family::Mariadb).is_err());
        assert!(refuse_end("commit", Family::Sqlite).is_err() && refuse_end("ROLLBACK", Family::Postgres).is_err());
        assert!(
            refuse_end("rollback to savepoint a", Family::Postgres).is_ok()
                && refuse_end("CREATE TABLE t (a int)", Family::Postgres).is_ok()
        );
        assert!(refuse_end("create table t (a int)", Family::Mariadb).is_err());
        assert!(refuse_end("SET STATEMENT max_statement_time=1 FOR CREATE TABLE t (a int)", Family::Mariadb).is_err());
        assert!(refuse_end("set statement max_statement_time=1 for\nselect 'for', 1", Family::Mariadb).is_ok());
        assert!(
            refuse_end("CREATE TEMPORARY TABLE t (a int)", Family::Mysql).is_ok()
                && refuse_end("UPDATE t SET a = 1", Family::Mysql).is_ok()
        );
        assert!(!is_begin("BEGIN NOT ATOMIC SELECT 1; END", Family::Mariadb));
        for text in ["SELECT 1", "", "BEGINNING", "é", "BEGIN_"] {
            assert!(!is_begin(text, Family::Postgres), "{text}");
        }
        assert!(refuse_end("rollback -- to x\n", Family::Sqlite).is_err() && refuse_end("rollback\tto x", Family::Sqlite).is_ok());
        assert!(refuse_end("/* a /* b */ commit", Family::Sqlite).is_err() && refuse_end("/*!commit*/", Family::Mysql).is_err());
    }

    #[test]
    fn comments_hide_no_end() {
        for text in ["/*! x */ COMMIT", "/* a /* b */ c */ commit", "-- SELECT\nCOMMIT", "prepare /* x */ transaction 'p'", "; ;end"] {
            assert!(refuse_end(text, Family::Postgres).is_err(), "{text}");
        }
        assert!(refuse_end("PREPARE p AS SELECT 1", Family::Postgres).is_ok());
        assert!(refuse_end("BEGIN NOT ATOMIC SELECT 1; END", Family::Mariadb).is_ok());
        assert!(refuse_end("BEGIN NOT ATOMIC SELECT 1; END", Family::Mysql).is_err());
    }

    #[test]
    fn what_may_end_is_asked_about() {
        for text in ["CALL p()", "EXECUTE IMMEDIATE 'COMMIT'", "IF TRUE THEN COMMIT; END IF", "SET DEFAULT ROLE NONE", "(SELECT 1)", ""] {
            assert!(may_end(text, Family::Mariadb), "{text}");
        }
        for text in ["SELECT 1", "/* x */ insert into t values (1)", "WITH a AS (SELECT 1) SELECT * FROM a", "ROLLBACK TO a"] {
            assert!(!may_end(text, Family::Mariadb) && !may_end(text, Family::Postgres), "{text}");
        }
        assert!(may_end("DO $$ BEGIN END $$", Family::Postgres) && !may_end("SET LOCAL a.b = 1", Family::Postgres));
        assert!(!may_end("PRAGMA user_version = 1", Family::Sqlite));
    }

    #[test]
    fn definitions_concern_some_or_all() {
        let reach = |text| redefines(text, Family::Postgres);
        assert_eq!(reach("/* x */ create table t (a int)"), Some(Reach::Everybody));
        assert_eq!(reach("ALTER TYPE t ADD VALUE 'a'"), Some(Reach::Everybody));
        assert_eq!(reach("CREATE TEMP TABLE t (a int)"), Some(Reach::Here));
        assert_eq!(reach("DO $$ BEGIN END $$"), Some(Reach::Here));
        assert_eq!(reach("INSERT INTO t VALUES (1)"), None);
        assert_eq!((redefines("DO SLEEP(1)", Family::Mariadb), redefines("DROP TABLE t", Family::Sqlite)), (None, None));
    }

    #[test]
    fn other_conversations_are_refused() {
        let refused = |text| refuse_foreign(text, Family::Postgres).is_err();
        for text in ["LISTEN a", "/* x */ listen a", "copy t to stdout", "COPY (SELECT 1) TO STDOUT (FORMAT csv)", "COPY t FROM/**/STDIN"] {
            assert!(refused(text), "{text}");
        }
        for text in ["UNLISTEN *", "NOTIFY a", "COPY t TO '/tmp/stdout'", "COPY t FROM PROGRAM 'x'", "SELECT 1 AS listen"] {
            assert!(!refused(text), "{text}");
        }
        assert!(refuse_foreign("LISTEN a", Family::Mariadb).is_ok());
    }
}
