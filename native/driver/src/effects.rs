//! What a statement may do beyond its verb: change the session, or write.
//!
//! Errs on the safe side: a statement not known to be harmless counts as changing the session, which
//! costs a reset when the connection is returned. Effects that the text cannot show are ignored, as
//! they are for Oxyde's own statements: triggers, column defaults, views, operators and casts whose
//! functions change the session.

use oxyde_ir::Family;

use crate::call::{Code, calls, is};
use crate::lexer::{Kind, Token, code, tokens};

/// Whether the statement may leave state on its session: a setting, a role, a lock, a temporary
/// table...
pub fn may_last(text: &str, family: Family) -> bool {
    let found = collect(text, family);
    let code = found.as_slice();
    let verb = code.iter().find(|token| token.text != "(").filter(|token| token.kind == Kind::Word);
    let verb = verb.map(|token| token.text.to_ascii_uppercase()).unwrap_or_default();
    let second = code.get(1).map_or("", |token| token.text);
    match family {
        Family::Sqlite => lasts_on_sqlite(&verb, code),
        Family::Postgres => lasts_on_postgres(&verb, second, code),
        Family::Mysql | Family::Mariadb => match verb.as_str() {
            "SET" if family == Family::Mariadb && is(second, &["STATEMENT"]) => {
                after_for(text, family).is_none_or(|inner| may_last(inner, family))
            }
            verb => lasts_on_mysql(verb, second, code, family),
        },
    }
}

/// Whether a statement that starts like a read may still write: it calls a function that may have side
/// effects, advances a sequence, or locks rows.
pub fn may_write(text: &str, family: Family) -> bool {
    let found = collect(text, family);
    let code = found.as_slice();
    let pairs = || code.iter().zip(code.iter().skip(1)).map(|(one, other)| (one.text, other.text));
    let draws = pairs().any(|(one, other)| is(one, &["NEXT"]) && is(other, &["VALUE"]));
    let locks = pairs().any(|(one, other)| is(one, &["FOR"]) && is(other, &["UPDATE", "SHARE", "NO", "KEY"]));
    draws || locks || puts_rows(code) || calls(code, family)
}

fn collect(text: &str, family: Family) -> Vec<Token<'_>> {
    code(text, Some(family)).skip_while(|token| token.text == ";").collect()
}

fn lasts_on_sqlite(verb: &str, code: Code<'_, '_>) -> bool {
    match verb {
        "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "VALUES" | "WITH" | "ANALYZE" | "REINDEX" | "VACUUM" | "SAVEPOINT"
        | "RELEASE" | "ROLLBACK" | "BEGIN" => false,
        "CREATE" | "ALTER" | "DROP" => is_temporary(code),
        // Some PRAGMAs take effect when they are prepared.
        "EXPLAIN" => has_word(code, &["PRAGMA"]),
        "PRAGMA" => !only_asks(code),
        _ => true,
    }
}

fn lasts_on_postgres(verb: &str, second: &str, code: Code<'_, '_>) -> bool {
    match verb {
        "SAVEPOINT" | "RELEASE" | "SHOW" | "NOTIFY" | "LOCK" | "COMMENT" | "GRANT" | "REVOKE" | "TRUNCATE" | "ANALYZE" | "VACUUM"
        | "REINDEX" | "REFRESH" | "CLUSTER" | "CHECKPOINT" => false,
        "ROLLBACK" => !has_word(code, &["TO"]),
        "CREATE" | "ALTER" | "DROP" => is_temporary(code) || has_word(code, &["EXECUTE"]) || calls(code, Family::Postgres),
        "SET" if is(second, &["CONSTRAINTS", "TRANSACTION"]) => false,
        // A custom setting (`SET LOCAL prefix.name`) that ends with the transaction.
        "SET" => !(is(second, &["LOCAL"]) && code.get(3).is_some_and(|token| token.text == ".")),
        "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "VALUES" | "TABLE" | "WITH" | "EXPLAIN" | "COPY" => {
            puts_rows(code) || has_word(code, &["EXECUTE", "DECLARE"]) || calls(code, Family::Postgres)
        }
        _ => true,
    }
}

fn lasts_on_mysql(verb: &str, second: &str, code: Code<'_, '_>, family: Family) -> bool {
    if code.iter().skip_while(|token| token.text != ";").any(|token| token.text != ";") {
        return true;
    }
    match verb {
        "SAVEPOINT" | "RELEASE" | "SHOW" | "DESCRIBE" | "DESC" | "TRUNCATE" | "RENAME" | "OPTIMIZE" | "CHECK" | "REPAIR" | "CHECKSUM"
        | "GRANT" | "REVOKE" => false,
        "ROLLBACK" => !has_word(code, &["TO"]),
        // Rolled back when the connection is returned, if it is still open.
        "BEGIN" => is(second, &["NOT"]),
        "START" => !is(second, &["TRANSACTION"]),
        // A table definition there cannot call functions, unless a query fills the table (CREATE TABLE AS).
        "CREATE" | "ALTER" | "DROP" => {
            is_temporary(code) || is(second, &["DATABASE", "SCHEMA"]) || has_word(code, &["SELECT", "VALUES", "WITH"])
        }
        "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "VALUES" | "TABLE" | "WITH" | "EXPLAIN" | "ANALYZE" => {
            puts_rows(code) || calls(code, family)
        }
        _ => true,
    }
}

/// Whether a definition mentions a temporary object.
fn is_temporary(code: Code<'_, '_>) -> bool {
    let mut names = code.iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
    names.any(|token| is(token.text.trim_matches(['"', '\'', '`', '[', ']']), &["TEMP", "TEMPORARY", "PG_TEMP"]))
}

/// Whether a query stores its rows: in a table that may be temporary, a variable or a file.
fn puts_rows(code: Code<'_, '_>) -> bool {
    const FOLLOWED: [&str; 7] = ["INSERT", "REPLACE", "MERGE", "IGNORE", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"];
    let mut pairs = code.iter().zip(code.iter().skip(1));
    pairs.any(|(before, token)| token.kind == Kind::Word && is(token.text, &["INTO"]) && !is(before.text, &FOLLOWED))
}

/// Whether a PRAGMA only reads, or affects only the file.
fn only_asks(code: Code<'_, '_>) -> bool {
    const TOLD: [&str; 12] = [
        "TABLE_INFO",
        "TABLE_XINFO",
        "TABLE_LIST",
        "INDEX_INFO",
        "INDEX_XINFO",
        "INDEX_LIST",
        "FOREIGN_KEY_LIST",
        "FOREIGN_KEY_CHECK",
        "INTEGRITY_CHECK",
        "QUICK_CHECK",
        "WAL_CHECKPOINT",
        "OPTIMIZE",
    ];
    let gives = code.iter().any(|token| matches!(token.text, "=" | "("));
    !gives || code.iter().take(4).any(|token| is(token.text, &TOLD))
}

/// Returns the statement after FOR in `MariaDB`'s SET STATEMENT ... FOR.
fn after_for(text: &str, family: Family) -> Option<&str> {
    let (mut at, mut depth) = (0, 0_u32);
    for token in tokens(text, Some(family)) {
        at += token.text.len();
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && token.kind == Kind::Word && is(word, &["FOR"]) => return text.get(at..),
            _ => {}
        }
    }
    None
}

fn has_word(code: Code<'_, '_>, words: &[&str]) -> bool {
    code.iter().any(|token| token.kind == Kind::Word && is(token.text, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTGRES: [&str; 24] = [
        "SELECT 1",
        "(SELECT count(*) FROM t) UNION ALL (SELECT 2)",
        "select lower(a), coalesce(b, 1), cast(c AS numeric(10, 2)), d::varchar(3) FROM t WHERE a IN (1, 2) AND b = ANY($1)",
        "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING a",
        "insert into \"s\".\"t\" (a) select a from u",
        "WITH RECURSIVE x (n) AS (SELECT 1), y AS MATERIALIZED (SELECT 2) SELECT n FROM x",
        "SELECT row_number() OVER (PARTITION BY (a) ORDER BY (b)), count(*) FILTER (WHERE (a > 1)) FROM t GROUP BY (a)",
        "SELECT * FROM t AS x (a, b) JOIN (SELECT 1) AS y ON (x.a = y.a) WHERE EXISTS (SELECT 1)",
        "SELECT set_config('app.tenant', $1, true)",
        "SELECT pg_catalog.set_config('app.tenant', concat('a', 5), TRUE)",
        "SELECT pg_catalog.lower('A')",
        "SELECT 'f(1)' AS \"f(\", $$ f(2) $$ -- f(3)",
        "EXPLAIN ANALYZE SELECT 1",
        "SHOW search_path",
        "SET LOCAL app.tenant = '5'",
        "SET TRANSACTION READ ONLY",
        "SET CONSTRAINTS ALL DEFERRED",
        "CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY, b varchar(10) REFERENCES u (id), CHECK (length(b) > 1))",
        "CREATE UNIQUE INDEX i ON s.t USING btree (lower(a))",
        "DROP TABLE t",
        "SAVEPOINT a",
        "ROLLBACK TO SAVEPOINT a",
        "NOTIFY a",
        "TRUNCATE t",
    ];

    const POSTGRES_LASTING: [&str; 30] = [
        "SET search_path = a",
        "set local role x",
        "SET LOCAL client_encoding = 'LATIN1'",
        "RESET ALL",
        "SELECT set_tenant(5)",
        "SELECT app.lower('a')",
        "SELECT \"lower\"('a')",
        "SELECT set_config('app.tenant', '5', false)",
        "SELECT set_config('search_path', 'a', true)",
        "SELECT set_config($1, $2, true)",
        "SELECT set_config('app.tenant', f(1), true)",
        "SELECT 1 WHERE pg_advisory_lock(1) IS NULL",
        "SELECT DISTINCT ON (a) over(b) FROM t",
        "SELECT nextval('s')",
        "SELECT filter(1)",
        "SELECT * INTO TEMP x FROM t",
        "CREATE TEMP TABLE t (a int)",
        "CREATE TABLE pg_temp.t (a int)",
        "CREATE TABLE t AS SELECT f(1)",
        "PREPARE p AS SELECT 1",
        "EXPLAIN ANALYZE EXECUTE p",
        "DO $$ BEGIN END $$",
        "CALL p()",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "INSERT INTO t (a) VALUES (f(1))",
        "/* SELECT */ set role a",
        "UNLISTEN *",
        "DISCARD TEMP",
        "LOAD 'x'",
        "",
    ];

    #[test]
    fn postgres_is_read_with_care() {
        for text in POSTGRES {
            assert!(!may_last(text, Family::Postgres), "{text}");
        }
        for text in POSTGRES_LASTING {
            assert!(may_last(text, Family::Postgres), "{text}");
        }
    }

    #[test]
    fn mysql_is_read_with_care() {
        for text in [
            "SELECT COUNT(*), IF(a, 1, 2), GROUP_CONCAT(b) FROM t WHERE a IN (1) AND b = 'f(1)'",
            "INSERT INTO `t` (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)",
            "INSERT IGNORE INTO t (a) SELECT 1",
            "SET STATEMENT max_statement_time = 1 FOR SELECT 1",
            "CREATE TABLE t (a INT DEFAULT (1), KEY k (a))",
            "SHOW TABLES",
            "SELECT 1;",
            "ROLLBACK TO a",
        ] {
            assert!(!may_last(text, Family::Mariadb), "{text}");
        }
        for text in [
            "SET @a = 1",
            "SELECT @a := 1",
            "SELECT 1 INTO @a",
            "SELECT GET_LOCK('a', 1)",
            "SELECT set_tenant(5)",
            "SELECT version ()",
            "SELECT db.lower('a')",
            "SELECT `lower`('a')",
            "USE other",
            "LOCK TABLES t READ",
            "SET STATEMENT max_statement_time = 1 FOR CALL p()",
            "CREATE TEMPORARY TABLE t (a INT)",
            "CREATE TABLE t SELECT f(1)",
            "DROP DATABASE d",
            "SELECT 1; SET NAMES latin1",
            "/*! SET NAMES latin1 */",
            "BEGIN NOT ATOMIC SET @a = 1; END",
            "HANDLER t OPEN",
            "XA START 'a'",
        ] {
            assert!(may_last(text, Family::Mariadb), "{text}");
        }
    }

    #[test]
    fn sqlite_is_read_with_care() {
        for text in [
            "SELECT f(1)",
            "PRAGMA foreign_keys",
            "PRAGMA table_info(t)",
            "pragma main.index_list('t')",
            "CREATE TABLE t (a)",
            "EXPLAIN QUERY PLAN SELECT 'pragma'",
        ] {
            assert!(!may_last(text, Family::Sqlite), "{text}");
        }
        for text in [
            "PRAGMA foreign_keys = 0",
            "PRAGMA foreign_keys(0)",
            "EXPLAIN PRAGMA foreign_keys = 0",
            "explain query plan pragma query_only(1)",
            "ATTACH 'a' AS a",
            "CREATE TEMP TABLE t (a)",
            "CREATE TABLE 'temp'.t (a)",
            "CREATE TABLE [temp].t (a)",
            "DROP VIEW \"temp\".v",
        ] {
            assert!(may_last(text, Family::Sqlite), "{text}");
        }
    }

    #[test]
    fn what_writes_is_seen() {
        for text in ["SELECT nextval('s')", "SELECT NEXT VALUE FOR s", "SELECT * FROM t FOR UPDATE", "SELECT f(1)", "SELECT 1 INTO t"] {
            assert!(may_write(text, Family::Postgres) && may_write(text, Family::Mariadb), "{text}");
        }
        for text in ["SELECT lower(a) FROM t", "TABLE t", "SELECT substring(a FOR 2) FROM t"] {
            assert!(!may_write(text, Family::Postgres), "{text}");
        }
        assert!(!may_write("SELECT anything(1)", Family::Sqlite));
    }
}
