//! Tests that errors have a kind, a position, and often a hint.

use super::*;
use crate::error::Kind;

#[tokio::test]
async fn violations_name_what_they_violate() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE parent (id INTEGER PRIMARY KEY)").await.unwrap();
    let columns =
        "id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER, c INTEGER REFERENCES parent, UNIQUE (a, b), CONSTRAINT small CHECK (b < 10)";
    connection.command(&format!("CREATE TABLE t ({columns})")).await.unwrap();
    connection.command("INSERT INTO t VALUES (1, 'x', 1, NULL)").await.unwrap();
    let cases = [
        ("(1, 'y', 2, NULL)", Kind::UniqueViolation, Some("id"), "1555"),
        ("(2, 'x', 1, NULL)", Kind::UniqueViolation, None, "2067"),
        ("(2, NULL, 1, NULL)", Kind::NotNullViolation, Some("a"), "1299"),
        ("(2, 'y', 10, NULL)", Kind::CheckViolation, None, "275"),
        ("(2, 'y', 2, 9)", Kind::ForeignKeyViolation, None, "787"),
        ("('abc', 'y', 2, NULL)", Kind::Data, None, "20"),
    ];
    for (values, kind, column, code) in cases {
        let sql = format!("INSERT INTO t VALUES {values}");
        let error = failure(&mut connection, &sql, &[]).await;
        assert_eq!((error.kind, error.detail.column.as_deref()), (kind, column), "{error}");
        assert_eq!((error.detail.sqlstate.as_deref(), error.detail.sql.as_deref()), (Some(code), Some(sql.as_str())));
    }
    assert!(connection.is_healthy());
}

#[tokio::test]
async fn raw_text_must_be_one_statement() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (a INTEGER)").await.unwrap();
    let error = failure(&mut connection, "DELETE FROM t; DROP TABLE t", &[]).await;
    assert!(error.kind == Kind::Unsupported && error.message.contains("DROP TABLE t"), "{error}");
    assert_eq!(failure(&mut connection, "SELECT 1; nonsense", &[]).await.kind, Kind::Unsupported);
    for (text, kind) in [("", Kind::Database), (" ; -- nothing", Kind::Database), ("SELECT '\0'", Kind::Field), ("SELEC 1", Kind::Database)]
    {
        assert_eq!(failure(&mut connection, text, &[]).await.kind, kind, "{text:?}");
    }
    assert_eq!(rows(&mut connection, "SELECT 1; -- the end\n ; /* really */", &[]).await, [[Value::Int(1)]]);
}

#[tokio::test]
async fn placeholders_and_values_must_agree() {
    let mut connection = memory().await;
    for (text, params) in [("SELECT ?, ?", 1), ("SELECT 1", 1), ("SELECT ?", 0)] {
        let params = vec![Value::Int(1); params];
        let error = failure(&mut connection, text, &params).await;
        assert!(error.kind == Kind::Field && error.message.contains("placeholders"), "{error}");
    }
}

#[tokio::test]
async fn double_quotes_name_things() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (a INTEGER)").await.unwrap();
    let error = failure(&mut connection, "SELECT sum(\"b\") FROM t", &[]).await;
    assert!(error.kind == Kind::Database && error.message.contains("no such column"), "{error}");
    assert!(error.detail.hint.unwrap().contains("single quotes"));
    // A view may contain double-quoted strings while the statement must not.
    connection.command("CREATE VIEW v AS SELECT a, \"text\" AS b FROM t").await.unwrap();
    raw(&mut connection, "INSERT INTO t VALUES (1)", &[]).await.unwrap();
    assert_eq!(rows(&mut connection, "SELECT \"b\" FROM v", &[]).await, [[text("text")]]);
    assert!(failure(&mut connection, "SELECT \"text\" FROM v", &[]).await.message.contains("no such column"));
    let named = raw(&mut connection, "SELECT \"a\" + 1 FROM \"v\"", &[]).await.unwrap().last.unwrap();
    assert_eq!(named.columns[0].name, "\"a\" + 1");
}

#[tokio::test]
async fn foreign_keys_are_enforced_and_disks_fill_up() {
    let folder = Folder::new();
    let mut connection = open(&folder.file()).await;
    assert_eq!(rows(&mut connection, "PRAGMA foreign_keys", &[]).await, [[Value::Int(1)]]);
    connection.command("CREATE TABLE t (a BLOB)").await.unwrap();
    connection.command("PRAGMA max_page_count = 10").await.unwrap();
    let error = failure(&mut connection, "INSERT INTO t VALUES (zeroblob(100000))", &[]).await;
    assert_eq!((error.kind, error.detail.sqlstate.as_deref()), (Kind::Database, Some("13")));
    assert!(error.detail.hint.is_some() && connection.is_healthy());
    assert_eq!(raw(&mut connection, "INSERT INTO t VALUES (x'00')", &[]).await.unwrap().affected, 1);
}

#[tokio::test]
async fn a_step_must_return_what_it_promised() {
    let mut connection = memory().await;
    let two = step("SELECT 1, 2", 0, Some(&[("a", oxyde_ir::ColumnType::Int)]));
    assert_eq!(run(&mut connection, &two, With::default()).await.unwrap_err().kind, Kind::Internal);
    assert!(connection.is_healthy());
}
