//! Tests that atomic steps run all or not at all, alone and in a transaction.

use std::sync::Arc;

use oxyde_driver::{Begin, Cancel, Column, ColumnBatch, Data, Finished, Kind, Session, TextColumn};
use oxyde_ir::program::{BulkColumn, Origin, Repeat, Step};
use oxyde_ir::{Atomic, ColumnType, Program, Value};

use super::{ask, count, job, memory, output, program, run, step, step_of};
use crate::{Engine, Inputs, Job};

const INSERT: &str = "INSERT INTO t (name) VALUES ('a')";

/// Two inserts; the second fails.
fn failing() -> Program {
    Program { atomic: Atomic::All, ..program(vec![step(INSERT), step("INSERT INTO t VALUES (1, NULL)")]) }
}

async fn begin(engine: &Engine) -> Session {
    let session = Session::new(engine.pool().clone());
    session.lock(&Cancel::default()).await.unwrap().begin(Begin::default()).await.unwrap();
    session
}

#[tokio::test]
async fn what_fails_leaves_nothing() {
    let engine = memory().await;
    assert_eq!(run(&engine, job(failing())).await.unwrap_err().kind, Kind::NotNullViolation);
    assert_eq!(count(&engine).await, 0);
    let both = Program { atomic: Atomic::All, ..program(vec![step(INSERT), step(INSERT)]) };
    assert_eq!(run(&engine, job(both)).await.unwrap().affected, 1);
    assert_eq!(count(&engine).await, 2);
    assert_eq!(engine.pool().status().idle, 1);
}

#[tokio::test]
async fn in_a_transaction_it_is_a_savepoint() {
    let engine = memory().await;
    let session = begin(&engine).await;
    let both = Program { atomic: Atomic::All, ..program(vec![step(INSERT), step(INSERT)]) };
    run(&engine, Job { session: Some(session.clone()), ..job(both) }).await.unwrap();
    let error = run(&engine, Job { session: Some(session.clone()), ..job(failing()) }).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotNullViolation);
    // The application's statement failed: its block decides, and may roll back to its own savepoint.
    assert!(session.is_broken());
    let refused = run(&engine, Job { session: Some(session.clone()), ..job(program(vec![step(INSERT)])) }).await;
    assert_eq!(refused.unwrap_err().kind, Kind::BrokenTransaction);
    session.lock(&Cancel::default()).await.unwrap().rollback().await.unwrap();
    assert_eq!(count(&engine).await, 0);
}

#[tokio::test]
async fn a_cancel_before_the_first_step_breaks_nothing() {
    let engine = memory().await;
    let session = begin(&engine).await;
    let both = Job { session: Some(session.clone()), ..job(Program { atomic: Atomic::All, ..program(vec![step(INSERT), step(INSERT)]) }) };
    both.cancel.cancel();
    assert_eq!(run(&engine, both).await.unwrap_err().kind, Kind::Cancelled);
    assert!(!session.is_broken());
    let one = Job { session: Some(session.clone()), ..job(program(vec![step(INSERT)])) };
    run(&engine, one).await.unwrap();
    session.lock(&Cancel::default()).await.unwrap().commit().await.unwrap();
    assert_eq!(count(&engine).await, 1);
}

fn bulk(names: &[&str]) -> Arc<Inputs> {
    let mut column = TextColumn::default();
    for name in names {
        assert!(column.push(name.as_bytes()));
    }
    let columns = vec![Column::new("name", Data::Text(column))];
    Arc::new(Inputs { params: Vec::new(), bulk: Some(ColumnBatch { columns, rows: names.len() }) })
}

/// Inserts each row and reads it back by its generated key, as on a server without RETURNING.
fn read_back() -> Program {
    let insert = Step {
        outputs: Some(Vec::new()),
        repeat: Repeat::EachRow,
        last_insert_id: true,
        ..step_of("INSERT INTO t (name) VALUES (?)", Origin::Bulk(0))
    };
    let select = Step {
        outputs: Some(vec![output("id", ColumnType::Int), output("name", ColumnType::Text)]),
        repeat: Repeat::EachKey,
        ..step_of("SELECT id, name || '!' FROM t WHERE id = ?", Origin::Key(0))
    };
    let columns = vec![BulkColumn { name: "name".to_owned(), ty: ColumnType::Text }];
    Program { atomic: Atomic::All, bulk: columns, ..program(vec![insert, select]) }
}

#[tokio::test]
async fn keys_are_read_back_in_order() {
    let engine = memory().await;
    ask(&engine, "INSERT INTO t VALUES (41, 'first')").await.unwrap();
    let finished = run(&engine, Job { inputs: bulk(&["a", "b", "c"]), ..job(read_back()) }).await.unwrap();
    let batch = finished.last.unwrap();
    assert_eq!(batch.columns[0].data, Data::Int64(vec![42, 43, 44]));
    let names: Vec<_> = (0..3).map(|row| batch.columns[1].value(row)).collect();
    assert_eq!(names, ["a!", "b!", "c!"].map(|name| Value::Text(name.into())));
}

#[tokio::test]
async fn no_rows_are_no_statements_but_columns() {
    let engine = memory().await;
    let batch = run(&engine, Job { inputs: bulk(&[]), ..job(read_back()) }).await.unwrap().last.unwrap();
    assert_eq!((batch.rows, batch.columns.len()), (0, 2));
    assert_eq!(count(&engine).await, 0);
}

#[tokio::test]
async fn one_row_that_fails_takes_the_others_along() {
    let engine = memory().await;
    ask(&engine, "CREATE UNIQUE INDEX u ON t (name)").await.unwrap();
    let error = run(&engine, Job { inputs: bulk(&["a", "b", "a"]), ..job(read_back()) }).await.unwrap_err();
    assert_eq!(error.kind, Kind::UniqueViolation);
    assert_eq!(count(&engine).await, 0);
}

/// A statement that the server refuses inside a transaction.
fn vacuum() -> Program {
    Program { atomic: Atomic::Forbidden, ..program(vec![step("VACUUM")]) }
}

#[tokio::test]
async fn what_must_be_outside_is_refused_inside_before_anything_is_sent() {
    let engine = memory().await;
    run(&engine, job(vacuum())).await.unwrap();
    let several = Program { atomic: Atomic::Forbidden, ..program(vec![step(INSERT), step("VACUUM")]) };
    run(&engine, job(several.clone())).await.unwrap();
    assert_eq!(count(&engine).await, 1);
    let framed = Program { before: vec![step(INSERT)], ..program(vec![step(INSERT)]) };
    let session = begin(&engine).await;
    for refused in [vacuum(), several, framed] {
        let error = run(&engine, Job { session: Some(session.clone()), ..job(refused) }).await.unwrap_err();
        assert!(error.kind == Kind::Unsupported && error.message.contains("outside the atomic block"), "{error}");
    }
    // The transaction continues, and nothing was inserted.
    assert!(!session.is_broken());
    run(&engine, Job { session: Some(session.clone()), ..job(program(vec![step(INSERT)])) }).await.unwrap();
    session.lock(&Cancel::default()).await.unwrap().commit().await.unwrap();
    assert_eq!(count(&engine).await, 2);
}

/// As SQLite rebuilds a table: foreign keys can be switched off only outside the transaction, and must
/// be switched on again afterwards.
#[tokio::test]
async fn steps_outside_frame_the_transaction() {
    let engine = memory().await;
    ask(&engine, "CREATE TABLE child (t_id INTEGER NOT NULL REFERENCES t)").await.unwrap();
    let framed = |steps| Program {
        before: vec![step("PRAGMA foreign_keys = OFF")],
        after: vec![step("PRAGMA foreign_keys = ON")],
        atomic: Atomic::All,
        ..program(steps)
    };
    let orphan = step("INSERT INTO child VALUES (7)");
    let wrong = framed(vec![orphan.clone(), step(INSERT), step("INSERT INTO nowhere VALUES (1)")]);
    assert_eq!(run(&engine, job(wrong)).await.unwrap_err().kind, Kind::Database);
    let number = |finished: Finished| finished.last.unwrap().columns[0].value(0);
    assert_eq!(count(&engine).await, 0);
    assert_eq!(number(ask(&engine, "SELECT count(*) FROM child").await.unwrap()), Value::Int(0));
    assert_eq!(number(ask(&engine, "PRAGMA foreign_keys").await.unwrap()), Value::Int(1));
    run(&engine, job(framed(vec![orphan, step(INSERT)]))).await.unwrap();
    assert_eq!(number(ask(&engine, "SELECT count(*) FROM child").await.unwrap()), Value::Int(1));
    assert_eq!(ask(&engine, "INSERT INTO child VALUES (8)").await.unwrap_err().kind, Kind::ForeignKeyViolation);
}
