//! Tests of how statements end: cancelled, timed out, abandoned, refused, or stale after a table has
//! changed.

use std::time::{Duration, Instant};

use oxyde_ir::Value;

use super::{Connection, open, raw, request, row, run, silence};
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Kind;
use crate::request::Request;
use crate::stream::{Limits, Message, channel};

async fn works(connection: &mut Connection) {
    assert!(connection.is_healthy());
    assert_eq!(row(&run(connection, "SELECT 1", &[]).await.unwrap()), [Value::Int(1)]);
}

#[tokio::test]
async fn cancelled_statements_stop_on_the_server() {
    let Some(mut connection) = open().await else { return };
    let cancel = Cancel::default();
    for sql in ["SELECT pg_sleep(30)", "SELECT count(*) FROM generate_series(1, 1000000000000)", "SELECT generate_series(1, 1000000000)"] {
        let (cancel, start) = (Cancel::default(), Instant::now());
        let soon = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            cancel.cancel();
        };
        let step = raw(sql, 0);
        let (end, ()) = tokio::join!(connection.execute(request(&step, &[], &cancel)), soon);
        let error = end.unwrap_err();
        assert_eq!((error.kind, error.detail.sql.as_deref()), (Kind::Cancelled, Some(sql)), "{error}");
        assert!(start.elapsed() < Duration::from_secs(2), "{sql}: {:?}", start.elapsed());
        works(&mut connection).await;
    }
    cancel.cancel();
    let error = connection.execute(request(&raw("SELECT 1", 0), &[], &cancel)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Cancelled);
    works(&mut connection).await;
}

/// Cancelling at every moment of short statements hits only its own statement.
#[tokio::test]
async fn late_cancellations_hit_nobody_else() {
    let Some(mut connection) = open().await else { return };
    for micros in (0..2_000).step_by(100) {
        let cancel = Cancel::default();
        let soon = async {
            tokio::time::sleep(Duration::from_micros(micros)).await;
            cancel.cancel();
        };
        let step = raw("SELECT 1", 0);
        let (end, ()) = tokio::join!(connection.execute(request(&step, &[], &cancel)), soon);
        if let Err(error) = end {
            assert_eq!(error.kind, Kind::Cancelled, "{error}");
        }
        works(&mut connection).await;
    }
}

/// Statements are prepared again after the server discarded them.
#[tokio::test]
async fn lost_words_are_said_again() {
    let (Some(mut connection), Some(mut other)) = (open().await, open().await) else { return };
    other.tell("DROP SEQUENCE IF EXISTS oxyde_pg_words; CREATE SEQUENCE oxyde_pg_words").await.unwrap();
    let interruption = connection.interruption.as_mut().unwrap();
    interruption.word = format!("CASE WHEN nextval('oxyde_pg_words') > 3 THEN {} END", interruption.word);
    let (step, cancel, start) = (raw("SELECT pg_sleep(30)", 0), Cancel::default(), Instant::now());
    let (end, ()) = tokio::join!(connection.execute(request(&step, &[], &cancel)), async { cancel.cancel() });
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!((Duration::from_millis(350)..Duration::from_secs(2)).contains(&start.elapsed()), "{:?}", start.elapsed());
    works(&mut connection).await;
    other.tell("DROP SEQUENCE oxyde_pg_words").await.unwrap();
}

/// On another server our process id belongs to someone else: nothing is cancelled there, and the
/// connection is given up.
#[tokio::test]
async fn another_server_is_told_nothing() {
    let Some(mut connection) = open().await else { return };
    connection.interruption.as_mut().unwrap().identity = "another".to_owned();
    let (step, cancel, start) = (raw("SELECT pg_sleep(3)", 0), Cancel::default(), Instant::now());
    let (end, ()) = tokio::join!(connection.execute(request(&step, &[], &cancel)), async { cancel.cancel() });
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(!connection.is_healthy());
}

#[tokio::test]
async fn statements_out_of_time_are_cancelled() {
    let Some(mut connection) = open().await else { return };
    let (step, never) = (raw("SELECT pg_sleep(30)", 0), Cancel::default());
    let deadline = Deadline::from(&never).statement(Some(Duration::from_millis(100)));
    let error = connection.execute(Request { deadline, ..request(&step, &[], &never) }).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout, "{error}");
    works(&mut connection).await;
    connection.tell("SET statement_timeout = 20").await.unwrap();
    let error = run(&mut connection, "SELECT pg_sleep(30)", &[]).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout, "{error}");
    works(&mut connection).await;
    connection.tell("BEGIN; SET LOCAL statement_timeout = 10").await.unwrap();
    let error = run(&mut connection, "SELECT pg_sleep(30)", &[]).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout, "{error}");
    connection.tell("ROLLBACK").await.unwrap();
    works(&mut connection).await;
}

/// SQLSTATE 57014 covers both; the localised message must not decide.
#[tokio::test]
async fn a_cancel_by_somebody_else_is_no_timeout() {
    let (Some(mut connection), Some(mut other)) = (open().await, open().await) else { return };
    connection.tell("SET statement_timeout = 60000").await.unwrap();
    let word = format!("SELECT {}", connection.interruption.as_ref().unwrap().word);
    let (end, ()) = tokio::join!(run(&mut connection, "SELECT pg_sleep(30)", &[]), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        other.tell(&word).await.unwrap();
    });
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    works(&mut connection).await;
}

#[tokio::test]
async fn a_reader_that_leaves_ends_the_statement() {
    let Some(mut connection) = open().await else { return };
    let (sink, mut receiver) = channel(Limits { rows: 100, bytes: 1 << 20 }, silence());
    let (step, never) = (raw("SELECT generate_series(1, 100000000), repeat('x', 100)", 0), Cancel::default());
    let read = async {
        let Some(Message::Batch(batch)) = receiver.recv().await else { panic!("no batch came") };
        assert_eq!((batch.rows, batch.columns[0].value(0)), (100, Value::Int(1)));
        drop(receiver);
    };
    let start = Instant::now();
    let asked = Request { sink: Some(&sink), limits: sink.limits, ..request(&step, &[], &never) };
    let (end, ()) = tokio::join!(connection.execute(asked), read);
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed()); // the rows would take minutes
    works(&mut connection).await;
}

/// A slow reader does not prevent the statement from being cancelled.
#[tokio::test]
async fn a_reader_that_waits_does_not_hinder_cancelling() {
    let Some(mut connection) = open().await else { return };
    let (sink, receiver) = channel(Limits { rows: 10, bytes: 1 << 20 }, silence());
    let (step, cancel) = (raw("SELECT generate_series(1, 100000)", 0), Cancel::default());
    let soon = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    };
    let asked = Request { sink: Some(&sink), limits: sink.limits, ..request(&step, &[], &cancel) };
    let (end, ()) = tokio::join!(connection.execute(asked), soon);
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    drop(receiver);
    works(&mut connection).await;
}

#[tokio::test]
async fn complaints_have_kinds_and_details() {
    let Some(mut connection) = open().await else { return };
    connection
        .tell(
            "CREATE TEMPORARY TABLE oxyde_pg_parent (id int PRIMARY KEY, code int CONSTRAINT oxyde_pg_code UNIQUE, must int NOT NULL, \
               CONSTRAINT oxyde_pg_positive CHECK (code > 0)); \
             CREATE TEMPORARY TABLE oxyde_pg_child (parent int CONSTRAINT oxyde_pg_fk REFERENCES oxyde_pg_parent, \
               span int4range, CONSTRAINT oxyde_pg_apart EXCLUDE USING gist (span WITH &&)); \
             INSERT INTO oxyde_pg_parent VALUES (1, 1, 1); INSERT INTO oxyde_pg_child VALUES (1, '[1,5]')",
        )
        .await
        .unwrap();
    let cases = [
        ("INSERT INTO oxyde_pg_parent VALUES (2, 1, 1)", Kind::UniqueViolation, Some("oxyde_pg_code"), Some("oxyde_pg_parent"), None),
        ("INSERT INTO oxyde_pg_child VALUES (9)", Kind::ForeignKeyViolation, Some("oxyde_pg_fk"), Some("oxyde_pg_child"), None),
        ("INSERT INTO oxyde_pg_parent VALUES (2, 2)", Kind::NotNullViolation, None, Some("oxyde_pg_parent"), Some("must")),
        ("INSERT INTO oxyde_pg_parent VALUES (2, -1, 1)", Kind::CheckViolation, Some("oxyde_pg_positive"), Some("oxyde_pg_parent"), None),
        ("INSERT INTO oxyde_pg_child VALUES (1, '[2,3]')", Kind::Integrity, Some("oxyde_pg_apart"), Some("oxyde_pg_child"), None),
        ("SELECT nothing", Kind::Database, None, None, None),
        ("SELECT 1; SELECT 2", Kind::Database, None, None, None),
        ("SELECT 1/0", Kind::Data, None, None, None),
        ("SELECT 40000::int2", Kind::Data, None, None, None),
    ];
    for (sql, kind, constraint, table, column) in cases {
        let error = run(&mut connection, sql, &[]).await.expect_err(sql);
        let detail = &error.detail;
        assert_eq!(error.kind, kind, "{sql}: {error}");
        let found = (detail.constraint.as_deref(), detail.table.as_deref(), detail.column.as_deref());
        assert_eq!(found, (constraint, table, column), "{sql}");
        assert!(detail.sqlstate.is_some() && detail.sql.as_deref() == Some(sql));
        works(&mut connection).await;
    }
    connection.tell("BEGIN").await.unwrap();
    run(&mut connection, "SELECT nothing", &[]).await.unwrap_err();
    assert_eq!(run(&mut connection, "SELECT 1", &[]).await.unwrap_err().kind, Kind::BrokenTransaction);
    connection.tell("ROLLBACK").await.unwrap();
    works(&mut connection).await;
}

#[tokio::test]
async fn locks_that_never_come_are_lock_timeouts() {
    let (Some(mut holder), Some(mut waiter)) = (open().await, open().await) else { return };
    holder.tell("BEGIN; SELECT pg_advisory_xact_lock(7350021)").await.unwrap();
    waiter.tell("SET lock_timeout = 50").await.unwrap();
    let error = run(&mut waiter, "SELECT pg_advisory_lock(7350021)", &[]).await.unwrap_err();
    assert_eq!(error.kind, Kind::LockTimeout, "{error}");
    works(&mut waiter).await;
}

#[tokio::test]
async fn stale_statements_are_prepared_again() {
    let Some(mut connection) = open().await else { return };
    connection.tell("CREATE TEMPORARY TABLE oxyde_pg_stale (a int); INSERT INTO oxyde_pg_stale VALUES (1)").await.unwrap();
    let sql = "SELECT * FROM oxyde_pg_stale";
    assert_eq!(row(&run(&mut connection, sql, &[]).await.unwrap()), [Value::Int(1)]);
    connection.tell("ALTER TABLE oxyde_pg_stale ADD b text DEFAULT 'x'").await.unwrap();
    assert_eq!(row(&run(&mut connection, sql, &[]).await.unwrap()), [Value::Int(1), Value::Text("x".into())]);
    connection.tell("DEALLOCATE ALL").await.unwrap();
    assert_eq!(row(&run(&mut connection, sql, &[]).await.unwrap()).len(), 2);
    // Inside a transaction, the first error aborted it and is the one reported.
    connection.tell("BEGIN; ALTER TABLE oxyde_pg_stale DROP b").await.unwrap();
    let error = run(&mut connection, sql, &[]).await.unwrap_err();
    assert_eq!(error.detail.sqlstate.as_deref(), Some("0A000"), "{error}");
    connection.tell("ROLLBACK").await.unwrap();
    works(&mut connection).await;
}

#[tokio::test]
async fn lost_connections_are_told_and_not_lent_again() {
    let (Some(mut victim), Some(mut killer)) = (open().await, open().await) else { return };
    let word = &victim.interruption.as_ref().unwrap().word;
    run(&mut killer, &format!("SELECT {}", word.replace("cancel", "terminate")), &[]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let error = run(&mut victim, "SELECT 1", &[]).await.unwrap_err();
    assert_eq!(error.kind, Kind::ConnectionFailed, "{error}");
    assert!(!victim.is_healthy());
    victim.close().await;
    // An exchange outside the query protocol also ends the connection.
    let error = run(&mut killer, "COPY (SELECT 1) TO STDOUT", &[]).await.unwrap_err();
    assert_eq!(error.kind, Kind::Internal, "{error}");
    assert!(!killer.is_healthy());
}

#[tokio::test]
async fn affected_counts_changes_only() {
    let Some(mut connection) = open().await else { return };
    connection.tell("CREATE TEMPORARY TABLE oxyde_pg_count (a int)").await.unwrap();
    for (sql, affected) in [
        ("INSERT INTO oxyde_pg_count SELECT generate_series(1, 5)", 5),
        ("UPDATE oxyde_pg_count SET a = a WHERE a > 2 RETURNING a", 3),
        ("SELECT * FROM oxyde_pg_count", 0),
        ("VALUES (1), (2)", 0),
        ("DELETE FROM oxyde_pg_count", 5),
        ("CREATE TEMPORARY TABLE oxyde_pg_count2 AS SELECT 1", 1),
    ] {
        assert_eq!(run(&mut connection, sql, &[]).await.unwrap().affected, affected, "{sql}");
    }
}
