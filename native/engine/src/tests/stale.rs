//! Tests that a connection which the server closed while idle fails no read, and that no write is
//! repeated.

use std::sync::Arc;

use oxyde_driver::{Cancel, Deadline, Execution, Kind, Lease, Limits, Part};
use oxyde_ir::{Atomic, Program};

use super::{ask, engine, job, number, program, run, step};
use crate::Engine;

/// Returns an engine whose idle connection the server has closed, and the lease of its other
/// connection, which would be leased first.
/// `None`, with a note on stderr, if there is no server.
async fn stale() -> Option<(Engine, Lease)> {
    let url = std::env::var("OXYDE_TEST_MARIADB_URL").unwrap_or_else(|_| "mariadb://root@127.0.0.1:3306".to_owned());
    let engine = engine(&format!("{}/test", url.trim_end_matches('/')));
    match engine.pool().connect().await {
        Ok(_) => {}
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{error}"),
        Err(error) => {
            eprintln!("skipped: {error}");
            return None;
        }
    }
    let other = engine.pool().lease(&Cancel::default()).await.unwrap();
    let id = number(&ask(&engine, "SELECT CONNECTION_ID()").await.unwrap().last.unwrap());
    drop(other);
    // The connection that was idle longest is killed by the other one.
    let mut used = engine.pool().lease(&Cancel::default()).await.unwrap();
    let cancel = Cancel::default();
    let kill = step(&format!("KILL {id}"));
    let execution = Execution {
        program: Arc::new(program(vec![kill])),
        part: Part::Steps,
        inputs: Arc::default(),
        sink: None,
        limits: Limits::MODELS,
        max_bytes: usize::MAX,
        cursor: None,
    };
    used.execute(&execution, Deadline::from(&cancel)).await.unwrap();
    Some((engine, used))
}

#[tokio::test]
async fn reads_are_tried_again() {
    let Some((engine, _held)) = stale().await else { return };
    let read = Program { read_only: true, ..program(vec![step("SELECT 42")]) };
    assert_eq!(number(&run(&engine, job(read)).await.unwrap().last.unwrap()), 42);
}

#[tokio::test]
async fn transactions_begin_again() {
    let Some((engine, _held)) = stale().await else { return };
    let both = Program { atomic: Atomic::All, ..program(vec![step("SELECT 1"), step("SELECT 42")]) };
    assert_eq!(number(&run(&engine, job(both)).await.unwrap().last.unwrap()), 42);
}

#[tokio::test]
async fn writes_are_not() {
    let Some((engine, _held)) = stale().await else { return };
    assert_eq!(ask(&engine, "SET @a = 1").await.unwrap_err().kind, Kind::ConnectionFailed);
}
