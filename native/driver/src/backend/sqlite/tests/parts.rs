//! Tests that queries are read in parts inside a transaction, with other statements in between.

use super::*;
use crate::cursor::CursorStep;
use crate::error::Kind;

const COUNTED: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT i, i * ? FROM n";

/// Opens a database with a table of 1,000 rows, and begins a transaction.
async fn begun() -> Connection {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER)").await.unwrap();
    raw(&mut connection, COUNTED, &[Value::Int(10)]).await.unwrap();
    connection.command("BEGIN").await.unwrap();
    connection
}

async fn take(connection: &mut Connection, text: &str, params: &[Value], cursor: CursorStep) -> Result<Finished> {
    let execution = Execution { cursor: Some(cursor), ..execution(&step(text, params.len(), None), &With { params, ..With::default() }) };
    connection.execute(&execution, Deadline::from(&Cancel::default())).await
}

const QUERY: &str = "SELECT id, x FROM t WHERE x > ? ORDER BY id";

async fn open(connection: &mut Connection, number: u64) {
    take(connection, QUERY, &[Value::Int(0)], CursorStep::Open(number)).await.unwrap();
}

/// Returns the second column of the next rows.
async fn fetch(connection: &mut Connection, number: u64, most: usize) -> Vec<i64> {
    let finished = take(connection, QUERY, &[], CursorStep::Fetch(number, most)).await.unwrap();
    assert_eq!(finished.last.unwrap().columns.len(), 2);
    let rows = finished.rest.iter().flat_map(table);
    rows.map(|row| if let Value::Int(x) = row[1] { x } else { panic!("{row:?}") }).collect()
}

/// Whether SQLite is still inside a query.
fn is_running(connection: &Connection) -> bool {
    connection.line.with_database(|database| database.suspended.values().any(super::super::suspended::Suspended::is_running))
}

#[tokio::test]
async fn parts_follow_each_other() {
    let mut connection = begun().await;
    open(&mut connection, 1).await;
    open(&mut connection, 2).await;
    assert_eq!(fetch(&mut connection, 1, 2).await, [10, 20]);
    assert_eq!(fetch(&mut connection, 2, 1).await, [10]);
    assert_eq!(fetch(&mut connection, 1, 1).await, [30]);
    assert_eq!(rows(&mut connection, "SELECT count(*) FROM t", &[]).await, [[Value::Int(1_000)]]);
    assert_eq!(fetch(&mut connection, 1, 10_000).await.len(), 997);
    assert_eq!(fetch(&mut connection, 1, 10).await, [0; 0]);
    take(&mut connection, QUERY, &[], CursorStep::Close(2)).await.unwrap();
    assert!(!is_running(&connection));
    let error = take(&mut connection, QUERY, &[], CursorStep::Fetch(2, 1)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Internal);
    // Not even a table in use can be dropped while a query runs.
    connection.command("DROP TABLE t").await.unwrap();
}

#[tokio::test]
async fn changes_in_between_are_not_seen() {
    let mut connection = begun().await;
    open(&mut connection, 1).await;
    assert_eq!(fetch(&mut connection, 1, 1).await, [10]);
    raw(&mut connection, "UPDATE t SET x = 0, id = 5000 - id", &[]).await.unwrap();
    assert!(!is_running(&connection));
    assert_eq!(fetch(&mut connection, 1, 2).await.len(), 999);
    assert_eq!(fetch(&mut connection, 1, 2).await, [0; 0]);
    // A query that was begun before a savepoint goes on when that is rolled back.
    raw(&mut connection, "UPDATE t SET x = 1", &[]).await.unwrap();
    open(&mut connection, 2).await;
    assert_eq!(fetch(&mut connection, 2, 1).await, [1]);
    connection.command("SAVEPOINT s").await.unwrap();
    raw(&mut connection, "DELETE FROM t", &[]).await.unwrap();
    connection.command("ROLLBACK TO s").await.unwrap();
    assert_eq!(fetch(&mut connection, 2, 2_000).await.len(), 999);
}

#[tokio::test]
async fn an_error_of_rows_read_ahead_is_that_of_the_query() {
    let mut connection = begun().await;
    let failing = "SELECT id, CASE id WHEN 700 THEN json('{') ELSE 1 END FROM t ORDER BY id";
    take(&mut connection, failing, &[], CursorStep::Open(1)).await.unwrap();
    assert_eq!(fetch(&mut connection, 1, 600).await.len(), 600);
    raw(&mut connection, "UPDATE t SET x = 0", &[]).await.unwrap();
    let error = take(&mut connection, failing, &[], CursorStep::Fetch(1, 200)).await.unwrap_err();
    assert_eq!(error.detail.sql.as_deref(), Some(failing));
    assert!(error.message.contains("malformed JSON"), "{error}");
}

#[tokio::test]
async fn a_transaction_ends_its_queries() {
    for end in ["COMMIT", "ROLLBACK"] {
        let mut connection = begun().await;
        open(&mut connection, 1).await;
        fetch(&mut connection, 1, 1).await;
        assert!(is_running(&connection));
        connection.command(end).await.unwrap();
        connection.line.with_database(|database| assert!(database.suspended.is_empty()));
    }
}

#[tokio::test]
async fn statements_that_write_run_to_their_end_at_once() {
    let mut connection = begun().await;
    let returning = "UPDATE t SET x = x + ? RETURNING id, x";
    open(&mut connection, 1).await;
    fetch(&mut connection, 1, 1).await;
    take(&mut connection, returning, &[Value::Int(1)], CursorStep::Open(2)).await.unwrap();
    assert!(!is_running(&connection));
    assert_eq!(rows(&mut connection, "SELECT sum(x % 10) FROM t", &[]).await, [[Value::Int(1_000)]]);
    assert_eq!(fetch(&mut connection, 2, 1).await[..2], [11, 21]);
    assert_eq!(fetch(&mut connection, 1, 1).await[..2], [20, 30]);
}

#[tokio::test]
async fn what_cannot_begin_is_an_error() {
    let mut connection = begun().await;
    let error = take(&mut connection, "SELECT ?", &[], CursorStep::Open(1)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Field);
    let error = take(&mut connection, "SELECT a FROM nowhere", &[], CursorStep::Open(1)).await.unwrap_err();
    assert!(error.message.contains("no such table"), "{error}");
    connection.line.with_database(|database| assert!(database.suspended.is_empty()));
}
