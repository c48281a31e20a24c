//! Reports types that sqlx cannot resolve (multiranges, `pg_node_tree`, enumerations with a label NULL,
//! and types that contain them). A statement with one cannot run; the error names the column or the
//! parameter.

use futures_util::StreamExt;
use oxyde_ir::{ColumnType, Family};
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column as _, Either, Executor, Row};

use super::encode;
use crate::backend::{misfit, verb};
use crate::error::Error;
use crate::lexer::{Kind, Token, tokens};
use crate::request::{Request, Run};

/// The name of the statement that is prepared for inspection.
const PROBE: &str = "oxyde_probe";

/// A type by its OID, independent of sqlx's catalogue.
type Name = (u32, String);

/// Returns the error for a statement with such a type; `None` if there is none.
pub async fn explain(connection: &mut PgConnection, request: &Request<'_>, run: Run, text: &str) -> Option<Error> {
    let plain = without_end(text);
    forget(connection, text).await;
    let types = parameters(connection, &plain).await.ok()?;
    let names = unlearnt(connection, &types).await.ok()?;
    for ((slot, _), oid) in request.step.text.slots(run.rows).zip(&types) {
        if let Some((_, name)) = names.iter().find(|(unlearnt, _)| unlearnt == oid) {
            return Some(encode::unsendable(request, slot, name));
        }
    }
    let columns = if is_query(&plain) { columns(connection, &plain, types.len()).await } else { target(connection, &plain).await };
    let columns = columns.ok()?;
    let types: Vec<u32> = columns.iter().map(|(_, oid)| oid.0).collect();
    let names = unlearnt(connection, &types).await.ok()?;
    let found = columns.iter().enumerate().find_map(|(index, (column, oid))| {
        let (_, name) = names.iter().find(|(unlearnt, _)| *unlearnt == oid.0)?;
        Some((index, column, name))
    });
    let (index, column, name) = found?;
    let output = request.step.outputs.as_ref().and_then(|outputs| outputs.get(index)).filter(|_| is_query(&plain));
    let (column, table) = output.map_or((column.as_str(), ""), |output| (output.name.as_str(), output.table.as_str()));
    let wanted = output.map_or(&ColumnType::Any, |output| &output.ty);
    Some(misfit::error(column, table, name, &format!("cannot become {}", wanted.noun()), "text"))
}

/// Returns the current types of a statement's parameters. The text is a single statement: the server
/// has prepared it before.
pub async fn parameters(connection: &mut PgConnection, text: &str) -> sqlx::Result<Vec<u32>> {
    let question = format!(
        "PREPARE {PROBE} AS {text}\n; SELECT CAST(CAST(parameter_types AS oid[]) AS text) FROM pg_prepared_statements \
         WHERE name = '{PROBE}'; DEALLOCATE {PROBE}"
    );
    let text: String = sqlx::raw_sql(AssertSqlSafe(question)).fetch_one(connection).await?.try_get(0)?;
    Ok(text.trim_matches(['{', '}']).split(',').filter_map(|oid| oid.parse().ok()).collect())
}

/// Returns the columns of a query without evaluating it: an outer join with none of its rows returns
/// one row of NULLs.
async fn columns(connection: &mut PgConnection, text: &str, parameters: usize) -> sqlx::Result<Vec<(String, Oid)>> {
    let nulls = vec!["NULL"; parameters].join(", ");
    let arguments = if parameters == 0 { String::new() } else { format!("({nulls})") };
    let question = format!(
        "PREPARE {PROBE} AS SELECT found.* FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM ({text}\n) AS whole LIMIT 0) AS found ON false; \
         EXECUTE {PROBE}{arguments}; DEALLOCATE {PROBE}"
    );
    let row = last_row(connection, question).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(row.columns().iter().filter_map(|column| Some((column.name().to_owned(), column.type_info().oid()?))).collect())
}

/// Returns the columns of the table that a statement writes to.
async fn target(connection: &mut PgConnection, text: &str) -> sqlx::Result<Vec<(String, Oid)>> {
    let name = literal(&written_table(text).ok_or(sqlx::Error::RowNotFound)?);
    let question = format!(
        "SELECT CAST(attname AS text), CAST(atttypid AS int8) FROM pg_catalog.pg_attribute \
         WHERE attrelid = to_regclass({name}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(question)).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, Oid(number(row)?)))).collect()
}

/// Returns the types that sqlx cannot resolve, or that contain such types.
async fn unlearnt(connection: &mut PgConnection, types: &[u32]) -> sqlx::Result<Vec<Name>> {
    let list = types.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let question = format!(
        "WITH RECURSIVE parts (whole, part) AS (\
           SELECT o, o FROM unnest(CAST('{{{list}}}' AS oid[])) AS o \
           UNION SELECT p.whole, x.part FROM parts AS p JOIN pg_catalog.pg_type AS t ON t.oid = p.part CROSS JOIN LATERAL (\
             SELECT t.typbasetype WHERE t.typtype = 'd' \
             UNION ALL SELECT t.typelem WHERE t.typcategory = 'A' \
             UNION ALL SELECT rngsubtype FROM pg_catalog.pg_range WHERE rngtypid = t.oid \
             UNION ALL SELECT atttypid FROM pg_catalog.pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped\
           ) AS x (part)) \
         SELECT format_type(whole, NULL), CAST(whole AS int8) FROM parts JOIN pg_catalog.pg_type AS t ON t.oid = part \
         GROUP BY whole HAVING bool_or(EXISTS (SELECT FROM pg_catalog.pg_enum WHERE enumtypid = t.oid AND enumlabel = 'NULL') OR t.typtype NOT IN ('b', 'c', 'd', 'e', 'p', 'r') OR (strpos('ABCDEGINPRSTUVX', t.typcategory::text) = 0 AND t.oid <> CAST('\"char\"' AS regtype)))"
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(question)).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((number(row)?, row.try_get(0)?))).collect()
}

/// Closes the statements that sqlx prepared but did not cache when it could not resolve the types.
async fn forget(connection: &mut PgConnection, text: &str) {
    let question = format!("SELECT CAST(name AS text) FROM pg_prepared_statements WHERE statement = {} AND NOT from_sql", literal(text));
    let Ok(rows) = sqlx::raw_sql(AssertSqlSafe(question)).fetch_all(&mut *connection).await else { return };
    let names: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    for name in names {
        let command = format!("DEALLOCATE \"{}\"", name.replace('"', "\"\""));
        // If that fails, the statements stay until the connection closes.
        let _ = sqlx::raw_sql(AssertSqlSafe(command)).execute(&mut *connection).await;
    }
}

async fn last_row(connection: &mut PgConnection, question: String) -> sqlx::Result<Option<PgRow>> {
    let mut answers = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(question)));
    let mut last = None;
    while let Some(answer) = answers.next().await {
        if let Either::Right(row) = answer? {
            last = Some(row);
        }
    }
    Ok(last)
}

/// Returns the OID in the second column.
fn number(row: &PgRow) -> sqlx::Result<u32> {
    let number: i64 = row.try_get(1)?;
    u32::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Returns the statement without a trailing semicolon.
fn without_end(text: &str) -> String {
    let mut parts: Vec<Token<'_>> = tokens(text, Some(Family::Postgres)).collect();
    while parts.last().is_some_and(|token| matches!(token.kind, Kind::Space | Kind::Comment) || token.text == ";") {
        parts.pop();
    }
    parts.iter().map(|token| token.text).collect()
}

fn is_query(text: &str) -> bool {
    let verb = verb::main(text, Family::Postgres);
    ["SELECT", "VALUES", "TABLE"].iter().any(|known| verb.eq_ignore_ascii_case(known))
}

/// Returns the table that a statement writes to, as spelt in its text.
fn written_table(text: &str) -> Option<String> {
    let mut parts = crate::lexer::code(text, Some(Family::Postgres));
    parts.find(|token| ["INTO", "UPDATE", "FROM"].iter().any(|word| token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word)))?;
    let mut name = String::new();
    for token in parts.skip_while(|token| token.text.eq_ignore_ascii_case("ONLY")) {
        let follows = name.is_empty() || name.ends_with('.');
        if follows != matches!(token.kind, Kind::Word | Kind::Quoted) || (!follows && token.text != ".") {
            break;
        }
        name.push_str(token.text);
    }
    (!name.is_empty()).then_some(name)
}

/// Quotes a string that is valid with either setting of `standard_conforming_strings`.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found() {
        for (text, table) in [
            ("INSERT INTO \"a b\".t (x) VALUES (1) RETURNING *", "\"a b\".t"),
            ("WITH q AS (SELECT 1) UPDATE ONLY t SET a = 1", "t"),
            ("/* INTO x */ delete from s . t where true", "s.t"),
        ] {
            assert_eq!(written_table(text).as_deref(), Some(table), "{text}");
        }
        assert_eq!(written_table("SELECT 1"), None);
    }

    #[test]
    fn ends_are_cut() {
        assert_eq!(without_end("SELECT ';' ; -- x;\n ;"), "SELECT ';'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
    }
}
