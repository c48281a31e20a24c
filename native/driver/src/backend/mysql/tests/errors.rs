//! Tests that server errors have the right kind and leave the connection usable.

use std::time::Duration;

use oxyde_ir::Value;

use super::{connect, open, timed};
use crate::cancel::Cancel;
use crate::error::Kind;
use crate::request::Request;
use crate::settings::Settings;
use crate::tests::{raw, request, server};

#[tokio::test]
async fn complaints_have_their_kind() {
    let Some(mut connection) = open().await else { return };
    let prepare = [
        "DROP TABLE IF EXISTS oxyde_driver_child, oxyde_driver_parent",
        "CREATE TABLE oxyde_driver_parent (id INT PRIMARY KEY) ENGINE = InnoDB",
        "CREATE TABLE oxyde_driver_child (id INT PRIMARY KEY, parent INT, n INT NOT NULL, s VARCHAR(2), \
         CONSTRAINT oxyde_driver_fk FOREIGN KEY (parent) REFERENCES oxyde_driver_parent (id), CONSTRAINT oxyde_driver_ck CHECK (n > 0)) ENGINE = InnoDB",
        "INSERT INTO oxyde_driver_parent VALUES (1)",
        "INSERT INTO oxyde_driver_child VALUES (1, 1, 1, 'a')",
    ];
    for sql in prepare {
        connection.ask(sql, &[]).await.unwrap();
    }
    let cases = [
        ("INSERT INTO oxyde_driver_child VALUES (1, 1, 1, 'a')", Kind::UniqueViolation, "23000", Some("PRIMARY")),
        ("INSERT INTO oxyde_driver_child VALUES (2, 9, 1, 'a')", Kind::ForeignKeyViolation, "23000", Some("oxyde_driver_fk")),
        ("DELETE FROM oxyde_driver_parent", Kind::ForeignKeyViolation, "23000", Some("oxyde_driver_fk")),
        ("INSERT INTO oxyde_driver_child VALUES (2, 1, NULL, 'a')", Kind::NotNullViolation, "23000", None),
        ("INSERT INTO oxyde_driver_child (id) VALUES (2)", Kind::NotNullViolation, "HY000", None),
        ("INSERT INTO oxyde_driver_child VALUES (2, 1, 0, 'a')", Kind::CheckViolation, "23000", Some("oxyde_driver_ck")),
        ("INSERT INTO oxyde_driver_child VALUES (2, 1, 1, 'abc')", Kind::Data, "22001", None),
        ("INSERT INTO oxyde_driver_child VALUES (2, 1, 99999999999, 'a')", Kind::Data, "22003", None),
        ("SELECT * FROM oxyde_driver_nowhere", Kind::Database, "42S02", None),
        ("SELECT nothing", Kind::Database, "42S22", None),
        ("SELEC 1", Kind::Database, "42000", None),
    ];
    for (sql, kind, state, constraint) in cases {
        let error = connection.ask(sql, &[]).await.unwrap_err();
        assert_eq!((error.kind, error.detail.constraint.as_deref()), (kind, constraint), "{sql}: {error}");
        assert_eq!(error.detail.sqlstate.as_deref(), Some(state), "{sql}");
        assert_eq!(error.detail.sql.as_deref(), Some(sql));
        assert!(connection.is_in_order().await, "{sql}");
    }
    connection.ask("DROP TABLE oxyde_driver_child, oxyde_driver_parent", &[]).await.unwrap();
}

#[tokio::test]
async fn locks_have_their_kinds() {
    let (Some(mut one), Some(mut two)) = (open().await, open().await) else { return };
    one.ask("CREATE OR REPLACE TABLE oxyde_driver_lock (id INT PRIMARY KEY, n INT) ENGINE = InnoDB", &[]).await.unwrap();
    one.ask("INSERT INTO oxyde_driver_lock VALUES (1, 0), (2, 0)", &[]).await.unwrap();
    let change = |id| format!("UPDATE oxyde_driver_lock SET n = n + 1 WHERE id = {id}");
    two.tell("SET innodb_lock_wait_timeout = 1").await.unwrap();
    one.tell("BEGIN").await.unwrap();
    one.ask(&change(1), &[]).await.unwrap();
    let error = two.ask(&change(1), &[]).await.unwrap_err();
    assert_eq!((error.kind, error.detail.hint.is_some()), (Kind::LockTimeout, true), "{error}");
    two.tell("SET innodb_lock_wait_timeout = 20").await.unwrap();
    two.tell("BEGIN").await.unwrap();
    two.ask(&change(2), &[]).await.unwrap();
    let (first, second) = (change(2), change(1));
    let ends = tokio::join!(one.ask(&first, &[]), two.ask(&second, &[]));
    let failed = match ends {
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(failed.kind, Kind::Deadlock, "{failed}");
    one.tell("ROLLBACK").await.unwrap();
    two.tell("ROLLBACK").await.unwrap();
    one.ask("DROP TABLE oxyde_driver_lock", &[]).await.unwrap();
}

#[tokio::test]
async fn the_wrong_number_of_values_is_ours_to_find() {
    let Some(mut connection) = open().await else { return };
    for params in [&[][..], &[Value::Int(1), Value::Int(2)]] {
        let error = connection.ask("SELECT ?", params).await.unwrap_err();
        assert_eq!(error.kind, Kind::Field, "{error}");
        assert!(connection.is_in_order().await);
    }
}

#[tokio::test]
async fn what_cannot_be_prepared_is_sent_as_text() {
    let Some(mut connection) = open().await else { return };
    connection.ask("LOCK TABLES mysql.user READ", &[]).await.unwrap();
    connection.ask("UNLOCK TABLES", &[]).await.unwrap();
    assert!(connection.is_in_order().await);
}

#[tokio::test]
async fn refusals_to_connect_come_at_once() {
    let Some(url) = server().await else { return };
    let stranger = url.replace("root@", "oxyde_nobody:canary@");
    let (end, took) = timed(connect(&stranger, &Settings::default())).await;
    let error = end.err().unwrap();
    assert_eq!((error.kind, error.detail.sqlstate.as_deref()), (Kind::ConnectionFailed, Some("28000")), "{error}");
    assert!(error.message.contains("oxyde_nobody") && !format!("{error:?}").contains("canary"), "{error}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    let nowhere = url.replace("/test", "/oxyde_no_database");
    assert_eq!(connect(&nowhere, &Settings::default()).await.err().unwrap().kind, Kind::ConnectionFailed);
    let settings = Settings { mysql_charset: Some("latin1".into()), ..Settings::default() };
    assert_eq!(connect(&url, &settings).await.err().unwrap().kind, Kind::Unsupported);
}

#[tokio::test]
async fn the_session_is_set_up() {
    let Some(mut connection) = open().await else { return };
    let sql = "SELECT @@time_zone, @@character_set_client, @@sql_mode LIKE '%STRICT_ALL_TABLES%', @@sql_mode LIKE '%ANSI_QUOTES%'";
    let found: Vec<Value> = connection.columns(sql).await.iter().map(|column| column.value(0)).collect();
    assert_eq!(found, [Value::Text("+00:00".into()), Value::Text("utf8mb4".into()), Value::Int(1), Value::Int(0)]);
}

#[tokio::test]
async fn what_is_prepared_anew_is_not_kept() {
    let Some(mut connection) = open().await else { return };
    for sql in [
        "CREATE OR REPLACE TABLE oxyde_driver_again (id BIGINT PRIMARY KEY, x BIGINT)",
        "INSERT INTO oxyde_driver_again VALUES (1, 1), (2, NULL), (3, 2), (4, 3), (5, 1)",
    ] {
        connection.ask(sql, &[]).await.unwrap();
    }
    let closed = "SELECT CAST(variable_value AS SIGNED) FROM information_schema.session_status WHERE variable_name = 'Com_stmt_close'";
    let closed = async |connection: &mut super::Connection| connection.columns(closed).await.remove(0).value(0);
    let step = raw("SELECT id FROM oxyde_driver_again WHERE NOT (x IN (SELECT x FROM oxyde_driver_again WHERE ? < id)) OR id IN (1, 2)", 1);
    let before = closed(&mut connection).await;
    for (least, rows) in [(0, 2), (5, 5), (0, 2), (5, 5), (3, 3)] {
        let params = [Value::Int(least)];
        let cancel = Cancel::default();
        let request = Request { prepared_anew: true, ..request(&step, &params, &cancel) };
        assert_eq!(connection.execute(request).await.unwrap().last.unwrap().rows, rows, "{least}");
    }
    let Value::Int(before) = before else { panic!("{before:?}") };
    assert_eq!(closed(&mut connection).await, Value::Int(before + 5));
    assert!(connection.is_in_order().await);
    connection.ask("DROP TABLE oxyde_driver_again", &[]).await.unwrap();
}
