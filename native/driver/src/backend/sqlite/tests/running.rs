//! Tests that steps run once or many times, and that their rows arrive in batches.

use oxyde_ir::ColumnType as Type;
use oxyde_ir::program::{Form, Origin, Slot};

use super::*;
use crate::batch::{Column, Data, TextColumn};
use crate::error::Kind;
use crate::stream::{Message, channel};

fn books(rows: usize) -> ColumnBatch {
    let mut names = TextColumn::default();
    for row in 0..rows {
        assert!(names.push(format!("book {row}").as_bytes()));
    }
    let mut price = Column::new("price", Data::Decimal { values: (0..rows as i128).collect(), precision: 10, scale: 2 });
    price.valid = Some((0..rows).map(|row| row % 3 != 0).collect());
    let columns = vec![Column::new("id", Data::Int64((0..rows as i64).collect())), Column::new("name", Data::Text(names)), price];
    ColumnBatch { columns, rows }
}

fn insert_books() -> Step {
    let mut insert = step("INSERT INTO book VALUES (?, ?, ?)", 0, Some(&[]));
    insert.repeat = Repeat::EachRow;
    fragment(&mut insert).slots = (0..3).map(|index| Slot { origin: Origin::Bulk(index), ty: Type::Any, form: Form::Scalar }).collect();
    insert
}

async fn make_books(connection: &mut Connection) {
    connection.command("CREATE TABLE book (id INTEGER PRIMARY KEY, name TEXT, price NUMERIC(10,2))").await.unwrap();
}

#[tokio::test]
async fn bulk_rows_are_written_one_by_one() {
    let mut connection = memory().await;
    make_books(&mut connection).await;
    let bulk = books(10_000);
    connection.command("BEGIN IMMEDIATE").await.unwrap();
    let finished = run(&mut connection, &insert_books(), With { bulk: Some(&bulk), ..With::default() }).await.unwrap();
    connection.command("COMMIT").await.unwrap();
    assert_eq!((finished.affected, finished.last), (10_000, None));
    let found = rows(&mut connection, "SELECT count(*), count(price), max(id) FROM book", &[]).await;
    assert_eq!(found, [[Value::Int(10_000), Value::Int(6_666), Value::Int(9_999)]]);
    assert_eq!(rows(&mut connection, "SELECT name, price FROM book WHERE id = 7", &[]).await, [[text("book 7"), decimal("0.07")]]);
    // A row in the middle is refused, and the error names the statement.
    let error = run(&mut connection, &insert_books(), With { bulk: Some(&bulk), ..With::default() }).await.unwrap_err();
    assert_eq!((error.kind, error.detail.sql.as_deref()), (Kind::UniqueViolation, Some("INSERT INTO book VALUES (?, ?, ?)")));
}

#[tokio::test]
async fn rows_come_back_from_writing() {
    let mut connection = memory().await;
    make_books(&mut connection).await;
    let mut insert = insert_books();
    fragment(&mut insert).text = "INSERT INTO book VALUES (?, ?, ?) RETURNING id + 1".into();
    insert.outputs = step("", 0, Some(&[("next", Type::Int)])).outputs;
    let bulk = books(3);
    let finished = run(&mut connection, &insert, With { bulk: Some(&bulk), ..With::default() }).await.unwrap();
    assert_eq!(finished.affected, 3);
    let keys = finished.last.unwrap();
    assert_eq!(table(&keys), [[Value::Int(1)], [Value::Int(2)], [Value::Int(3)]]);

    let mut delete = step("DELETE FROM book WHERE id = ?", 1, Some(&[]));
    delete.repeat = Repeat::EachKey;
    fragment(&mut delete).slots[0].origin = Origin::Key(0);
    let finished = run(&mut connection, &delete, With { keys: Some(&keys), ..With::default() }).await.unwrap();
    assert_eq!(finished.affected, 2);
    let mut select = step("SELECT name FROM book WHERE id + 1 IN (SELECT value FROM json_each(?))", 1, Some(&[("name", Type::Text)]));
    fragment(&mut select).slots[0] = Slot { origin: Origin::Key(0), ty: Type::Int, form: Form::JsonArray };
    let finished = run(&mut connection, &select, With { keys: Some(&keys), ..With::default() }).await.unwrap();
    assert_eq!(table(&finished.last.unwrap()), [[text("book 0")]]);
}

#[tokio::test]
async fn texts_grow_by_rows() {
    let mut connection = memory().await;
    make_books(&mut connection).await;
    let mut insert = insert_books();
    let slots = std::mem::take(&mut fragment(&mut insert).slots);
    let head = Fragment { text: "INSERT INTO book VALUES ".into(), slots: Vec::new() };
    insert.text =
        Text::Rows { head, row: Fragment { text: "(?, ?, ?)".into(), slots }, between: ", ", tail: Fragment::default(), max_rows: 4 };
    insert.repeat = Repeat::Chunks { rows: 100 };
    let bulk = books(11);
    let finished = run(&mut connection, &insert, With { bulk: Some(&bulk), ..With::default() }).await.unwrap();
    assert_eq!(finished.affected, 11);
    assert_eq!(rows(&mut connection, "SELECT sum(id) FROM book", &[]).await, [[Value::Int(55)]]);
}

#[tokio::test]
async fn changed_rows_are_counted() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)").await.unwrap();
    connection.command("CREATE TABLE log (v TEXT)").await.unwrap();
    connection.command("CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('a'), ('b'); END").await.unwrap();
    let done = raw(&mut connection, "INSERT INTO t VALUES (7, 'x'), (8, 'x')", &[]).await.unwrap();
    assert_eq!((done.affected, done.insert_ids.as_slice()), (2, [8].as_slice()));
    let done = raw(&mut connection, "UPDATE t SET v = 'x'", &[]).await.unwrap();
    assert_eq!((done.affected, done.insert_ids.len()), (2, 0));
    for nothing in ["DELETE FROM t WHERE id = 0", "SELECT * FROM t", "CREATE TABLE u (a)", "DROP TABLE u"] {
        let done = raw(&mut connection, nothing, &[]).await.unwrap();
        assert_eq!((done.affected, done.insert_ids.len()), (0, 0), "{nothing}");
    }
    assert_eq!(raw(&mut connection, "DELETE FROM t", &[]).await.unwrap().affected, 2);
}

#[tokio::test]
async fn reads_by_key_run_on_the_calling_thread() {
    let folder = Folder::new();
    let mut connection = open(&folder.file()).await;
    connection.command("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)").await.unwrap();
    connection.command("INSERT INTO t VALUES (1, 'one')").await.unwrap();
    let get = step("SELECT v FROM t WHERE id = ?", 1, Some(&[("v", Type::Text)]));
    let slow = step("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT max(i) FROM n", 1, None);
    for round in 0..3 {
        let asked = execution(&get, &With { params: &[Value::Int(1)], point_read: true, ..With::default() });
        let never = Cancel::default();
        let here = asked.point_read(Deadline::from(&never)).and_then(|request| connection.line.run_here(&request));
        // The first round prepared it, on the connection's thread.
        assert_eq!(here.is_some(), round > 0);
        let finished = match here {
            Some(end) => end.unwrap(),
            None => connection.execute(&asked, Deadline::from(&never)).await.unwrap(),
        };
        assert_eq!(table(&finished.last.unwrap()), [[text("one")]]);
        // A longer statement moves to the thread and returns all rows.
        let params = [Value::Int(100_000)];
        let finished = run(&mut connection, &slow, With { params: &params, point_read: true, ..With::default() }).await.unwrap();
        assert_eq!(table(&finished.last.unwrap()), [[Value::Int(100_000)]]);
    }
    let missing = run(&mut connection, &get, With { params: &[Value::Int(2)], point_read: true, ..With::default() }).await.unwrap();
    assert_eq!(missing.last.map(|batch| (batch.rows, batch.columns.len())), Some((0, 1)));
    let refused = run(&mut connection, &get, With { params: &[Value::Float(f64::NAN)], point_read: true, ..With::default() }).await;
    assert_eq!(refused.unwrap_err().kind, Kind::FieldValue);
}

#[tokio::test]
async fn statements_are_kept_by_text() {
    let mut connection = memory().await;
    for number in 0..400 {
        assert_eq!(rows(&mut connection, &format!("SELECT {number} + ?"), &[Value::Int(1)]).await, [[Value::Int(number + 1)]]);
    }
    let kept = connection.line.with_database(|database| database.cache.len());
    assert_eq!(kept, 256);
    assert_eq!(rows(&mut connection, "SELECT 0 + ?", &[Value::Int(5)]).await, [[Value::Int(5)]]);
}

/// SQLite does not prepare it again after a change of the schema.
#[tokio::test]
async fn plans_are_not_kept() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (a)").await.unwrap();
    let plan = "EXPLAIN QUERY PLAN SELECT a FROM t WHERE a = 1";
    assert!(format!("{:?}", rows(&mut connection, plan, &[]).await).contains("SCAN t"));
    connection.command("CREATE INDEX i ON t (a)").await.unwrap();
    assert!(format!("{:?}", rows(&mut connection, plan, &[]).await).contains("INDEX i"));
}

const MANY: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_wait_for_their_reader() {
    let folder = Folder::new();
    let mut connection = open(&folder.file()).await;
    let (sink, mut receiver) = channel(Limits { rows: 100, bytes: 1 << 20 }, quiet());
    let task = tokio::spawn(async move {
        let end = run(&mut connection, &step(MANY, 0, None), With { sink: Some(&sink), ..With::default() }).await;
        sink.finish(end).await;
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(!task.is_finished());
    let mut sizes = Vec::new();
    while let Some(message) = receiver.recv().await {
        match message {
            Message::Batch(batch) => sizes.push(batch.rows),
            Message::Done(end) => sizes.push(end.unwrap().last.unwrap().rows),
        }
    }
    assert_eq!(sizes, [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 0]);
    task.await.unwrap();
}

/// On the shared in-memory connection, and inside a transaction, further statements run while a reader
/// is slow.
#[tokio::test]
async fn statements_interleave() {
    let folder = Folder::new();
    for in_memory in [true, false] {
        let mut connection = if in_memory { memory().await } else { open(&folder.file()).await };
        if !in_memory {
            connection.command("BEGIN").await.unwrap();
        }
        let (sink, mut receiver) = channel(Limits { rows: 100, bytes: 1 << 20 }, quiet());
        let first = run(&mut connection, &step(MANY, 0, None), With { sink: Some(&sink), ..With::default() }).await.unwrap();
        assert_eq!(first.rest.len(), 8);
        assert_eq!(rows(&mut connection, "SELECT 1", &[]).await, [[Value::Int(1)]]);
        let sending = tokio::spawn(async move { sink.finish(Ok(first)).await });
        let mut values = Vec::new();
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Batch(batch) => values.extend(table(&batch)),
                Message::Done(end) => values.extend(table(&end.unwrap().last.unwrap())),
            }
        }
        assert_eq!(values, (1..=1_000).map(|value| vec![Value::Int(value)]).collect::<Vec<_>>());
        sending.await.unwrap();
    }
}
