//! Tests that statements end early: cancelled, timed out, abandoned, or blocked by a lock.

use std::time::{Duration, Instant};

use super::*;
use crate::error::Kind;
use crate::stream::channel;

const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

fn endless() -> Step {
    step(ENDLESS, 0, None)
}

#[tokio::test]
async fn cancelled_statements_end_at_once() {
    let mut connection = memory().await;
    for _ in 0..3 {
        let (step, cancel) = (endless(), Cancel::default());
        let begin = Instant::now();
        let work = run(&mut connection, &step, With { cancel: cancel.clone(), ..With::default() });
        let ending = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            cancel.cancel();
        };
        let (end, ()) = tokio::join!(work, ending);
        assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
        assert!(begin.elapsed() < Duration::from_secs(1));
        assert!(connection.is_healthy());
        assert_eq!(rows(&mut connection, "SELECT 1", &[]).await, [[Value::Int(1)]]);
    }
    let cancel = Cancel::default();
    cancel.cancel();
    let end = run(&mut connection, &endless(), With { cancel, ..With::default() }).await;
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
}

#[tokio::test]
async fn a_late_cancel_hits_nothing_else() {
    let mut connection = memory().await;
    for _ in 0..300 {
        let (one, cancel) = (step("SELECT 1", 0, None), Cancel::default());
        let work = run(&mut connection, &one, With { cancel: cancel.clone(), ..With::default() });
        let (end, ()) = tokio::join!(work, async { cancel.cancel() });
        if let Err(error) = end {
            assert_eq!(error.kind, Kind::Cancelled);
        }
        assert_eq!(rows(&mut connection, "SELECT 2", &[]).await, [[Value::Int(2)]]);
    }
}

#[tokio::test]
async fn statements_run_out_of_time() {
    let mut connection = memory().await;
    let limit = Some(Duration::from_millis(50));
    let error = run(&mut connection, &endless(), With { limit, ..With::default() }).await.unwrap_err();
    assert!(error.kind == Kind::Timeout && error.message.contains("0.05 s"), "{error}");
    assert_eq!(rows(&mut connection, "SELECT 1", &[]).await, [[Value::Int(1)]]);
}

#[tokio::test]
async fn locks_are_waited_for() {
    let folder = Folder::new();
    let settings = Settings { sqlite_busy_timeout: Duration::from_millis(150), ..Settings::default() };
    let mut holder = open(&folder.file()).await;
    let mut other = Connection::open(&target(&folder.file()), &settings).await.unwrap();
    holder.command("CREATE TABLE t (a INTEGER)").await.unwrap();
    holder.command("BEGIN IMMEDIATE").await.unwrap();

    let begin = Instant::now();
    let error = other.command("BEGIN IMMEDIATE").await.unwrap_err();
    assert_eq!(error.kind, Kind::LockTimeout, "{error}");
    assert!(error.detail.hint.unwrap().contains("sqlite_busy_timeout"));
    assert!((Duration::from_millis(150)..Duration::from_secs(2)).contains(&begin.elapsed()));
    assert!(other.is_healthy());

    // The wait can be cancelled.
    let mut patient = open(&folder.file()).await;
    let (insert, cancel) = (step("INSERT INTO t VALUES (1)", 0, Some(&[])), Cancel::default());
    let begin = Instant::now();
    let work = run(&mut patient, &insert, With { cancel: cancel.clone(), ..With::default() });
    let (end, ()) = tokio::join!(work, async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        cancel.cancel();
    });
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(begin.elapsed() < Duration::from_secs(1));

    // The wait can succeed.
    let insert = step("INSERT INTO t VALUES (2)", 0, Some(&[]));
    let work = run(&mut patient, &insert, With::default());
    let (end, ()) = tokio::join!(work, async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        holder.command("COMMIT").await.unwrap();
    });
    assert_eq!(end.unwrap().affected, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_take_turns() {
    let folder = Folder::new();
    let path = folder.file();
    let mut connection = open(&path).await;
    connection.command("CREATE TABLE t (n INTEGER)").await.unwrap();
    connection.command("INSERT INTO t VALUES (0)").await.unwrap();
    let writers = (0..6).map(|_| {
        let path = path.clone();
        tokio::spawn(async move {
            let mut connection = open(&path).await;
            for _ in 0..30 {
                raw(&mut connection, "UPDATE t SET n = n + 1", &[]).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(rows(&mut connection, "SELECT n FROM t", &[]).await, [[Value::Int(180)]]);
}

#[tokio::test]
async fn a_stale_transaction_is_told_apart() {
    let folder = Folder::new();
    let (mut first, mut second) = (open(&folder.file()).await, open(&folder.file()).await);
    first.command("CREATE TABLE t (a INTEGER)").await.unwrap();
    first.command("BEGIN").await.unwrap();
    rows(&mut first, "SELECT * FROM t", &[]).await;
    raw(&mut second, "INSERT INTO t VALUES (1)", &[]).await.unwrap();
    let error = failure(&mut first, "INSERT INTO t VALUES (2)", &[]).await;
    assert_eq!((error.kind, error.detail.sqlstate.as_deref()), (Kind::SerializationFailure, Some("517")));
    assert!(error.detail.hint.unwrap().contains("BEGIN IMMEDIATE"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_nobody_reads_end_the_statement() {
    const ROWS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let folder = Folder::new();
    for in_memory in [true, false] {
        let mut connection = if in_memory { memory().await } else { open(&folder.file()).await };
        let (sink, receiver) = channel(Limits { rows: 100, bytes: 1 << 20 }, quiet());
        drop(receiver);
        let end = run(&mut connection, &step(ROWS, 0, None), With { sink: Some(&sink), ..With::default() }).await;
        assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
        assert_eq!(rows(&mut connection, "SELECT 1", &[]).await, [[Value::Int(1)]]);
    }
    // The reader is slow and then dropped.
    let mut connection = open(&folder.file()).await;
    let (sink, receiver) = channel(Limits { rows: 100, bytes: 1 << 20 }, quiet());
    let cancel = Cancel::default();
    let ending = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    };
    let step = step(ROWS, 0, None);
    let work = run(&mut connection, &step, With { sink: Some(&sink), cancel: cancel.clone(), ..With::default() });
    let (end, ()) = tokio::join!(work, ending);
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    drop(receiver);
    assert_eq!(rows(&mut connection, "SELECT 1", &[]).await, [[Value::Int(1)]]);
}

/// Operations never drop a running statement. If one did, the thread would finish with the borrowed
/// data first.
#[tokio::test]
async fn a_dropped_statement_is_waited_for() {
    let mut connection = memory().await;
    let step = endless();
    let begin = Instant::now();
    let end = tokio::time::timeout(Duration::from_millis(30), run(&mut connection, &step, With::default())).await;
    assert!(end.is_err() && begin.elapsed() < Duration::from_secs(1));
    assert_eq!(rows(&mut connection, "SELECT 1", &[]).await, [[Value::Int(1)]]);
}
