//! Tests of bulk inserts, generated keys, and the cache of prepared statements.

use std::time::Duration;

use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::{ColumnType, Value};

use super::{Connection, open, text, timed};
use crate::batch::{Column, ColumnBatch, Data};
use crate::cancel::Cancel;
use crate::error::Kind;
use crate::request::Request;
use crate::stream::Finished;
use crate::tests::{output, raw, request};

const TABLE: &str = "CREATE TEMPORARY TABLE oxyde_driver_bulk (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(9), n INT NULL)";

fn fragment(text: &str, origins: &[Origin]) -> Fragment {
    let slots = origins.iter().map(|origin| Slot { origin: *origin, ty: ColumnType::Text, form: Form::Scalar }).collect();
    Fragment { text: text.to_owned(), slots }
}

/// Rows with the names `0`, `1` and so on, every other number NULL.
fn rows(count: usize) -> ColumnBatch {
    let names: Vec<String> = (0..count).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut numbers = Column::new("n", Data::Int64((0..count as i64).collect()));
    for row in 0..count {
        numbers.mark(row + 1, row % 2 == 0);
    }
    ColumnBatch { columns: vec![Column::new("name", Data::Text(text(&names))), numbers], rows: count }
}

fn chunked() -> Step {
    Step {
        text: Text::Rows {
            head: fragment("INSERT INTO oxyde_driver_bulk (name, n) VALUES ", &[]),
            row: fragment("(?, ?)", &[Origin::Bulk(0), Origin::Bulk(1)]),
            between: ", ",
            tail: fragment(" RETURNING id, name", &[]),
            max_rows: 4,
        },
        outputs: Some(vec![output("id", ColumnType::Int), output("name", ColumnType::Text)]),
        repeat: Repeat::Chunks { rows: 1_000 },
        ..raw("", 0)
    }
}

impl Connection {
    async fn insert(&mut self, step: &Step, bulk: &ColumnBatch) -> crate::error::Result<Finished> {
        let cancel = Cancel::default();
        self.execute(Request { bulk: Some(bulk), ..request(step, &[], &cancel) }).await
    }
}

#[tokio::test]
async fn chunks_are_inserted_and_returned_in_order() {
    let Some(mut connection) = open().await else { return };
    connection.ask(TABLE, &[]).await.unwrap();
    let finished = connection.insert(&chunked(), &rows(11)).await.unwrap();
    let batch = finished.last.unwrap();
    assert_eq!((finished.affected, batch.rows), (11, 11));
    assert_eq!(batch.columns[0].data, Data::Int64((1..=11).collect()));
    assert_eq!(batch.columns[1].data, rows(11).columns[0].data);
    let finished = connection.ask("SELECT COUNT(*), COUNT(n), CAST(SUM(n) AS SIGNED) FROM oxyde_driver_bulk", &[]).await.unwrap();
    let found: Vec<Value> = finished.last.unwrap().columns.iter().map(|column| column.value(0)).collect();
    assert_eq!(found, [Value::Int(11), Value::Int(6), Value::Int(2 + 4 + 6 + 8 + 10)]);
}

#[tokio::test]
async fn no_rows_are_no_statement() {
    let Some(mut connection) = open().await else { return };
    let batch = connection.insert(&chunked(), &rows(0)).await.unwrap().last.unwrap();
    assert_eq!((batch.rows, batch.columns.len()), (0, 2));
}

#[tokio::test]
async fn each_row_tells_its_key() {
    let Some(mut connection) = open().await else { return };
    connection.ask(TABLE, &[]).await.unwrap();
    let step = Step {
        text: Text::Fixed(fragment("INSERT INTO oxyde_driver_bulk (name, n) VALUES (?, ?)", &[Origin::Bulk(0), Origin::Bulk(1)])),
        outputs: Some(Vec::new()),
        repeat: Repeat::EachRow,
        last_insert_id: true,
        ..raw("", 0)
    };
    let finished = connection.insert(&step, &rows(3)).await.unwrap();
    assert_eq!((finished.affected, finished.insert_ids.as_slice()), (3, [1, 2, 3].as_slice()));
    let keys = ColumnBatch { columns: vec![Column::new("", Data::Int64(finished.insert_ids))], rows: 3 };
    let select = Step {
        text: Text::Fixed(fragment("SELECT name FROM oxyde_driver_bulk WHERE id = ?", &[Origin::Key(0)])),
        outputs: Some(vec![output("name", ColumnType::Text)]),
        repeat: Repeat::EachKey,
        ..raw("", 0)
    };
    let cancel = Cancel::default();
    let finished = connection.execute(Request { keys: Some(&keys), ..request(&select, &[], &cancel) }).await.unwrap();
    assert_eq!(finished.last.unwrap().columns[0].data, rows(3).columns[0].data);
}

#[tokio::test]
async fn a_row_that_fails_names_no_other() {
    let Some(mut connection) = open().await else { return };
    connection.ask(TABLE, &[]).await.unwrap();
    let mut bulk = rows(3);
    bulk.columns[0].data = Data::Text(text(&["a", "longer than it may be", "c"]));
    let error = connection.insert(&chunked(), &bulk).await.unwrap_err();
    assert_eq!((error.kind, error.detail.column.as_deref()), (Kind::Data, Some("name")), "{error}");
    assert!(connection.is_in_order().await);
}

#[tokio::test]
async fn lists_are_padded_with_their_last_member() {
    let Some(mut connection) = open().await else { return };
    let member = |member| Origin::Member { index: 0, member };
    let members = fragment("SELECT CONCAT_WS(',', ?, ?, ?, ?)", &[member(0), member(1), member(2), member(3)]);
    let step = Step { text: Text::Fixed(members), ..raw("", 0) };
    let list = [Value::Array(vec![Value::Text("a".into()), Value::Text("b".into()), Value::Text("c".into())])];
    let finished = connection.execute(request(&step, &list, &Cancel::default())).await.unwrap();
    assert_eq!(finished.last.unwrap().columns[0].value(0), Value::Text("a,b,c,c".into()));
}

#[tokio::test]
async fn statements_are_prepared_once() {
    let Some(mut connection) = open().await else { return };
    let count = "SELECT CAST(variable_value AS SIGNED) FROM information_schema.session_status WHERE variable_name = 'Com_stmt_prepare'";
    connection.ask("SELECT ? + 0", &[Value::Int(0)]).await.unwrap();
    let before = connection.column(count).await;
    for n in 0..20 {
        connection.ask("SELECT ? + 0", &[Value::Int(n)]).await.unwrap();
    }
    assert_eq!(connection.column(count).await, before);
}

#[tokio::test]
async fn forgetting_statements_costs_no_delay() {
    let Some(mut connection) = open().await else { return };
    for n in 0..512 {
        connection.ask(&format!("SELECT {n}"), &[]).await.unwrap();
    }
    // More statements than the cache holds: each new one closes an old one, which takes 40 ms without
    // TCP_NODELAY.
    let (end, took) = timed(async {
        for n in 512..712 {
            connection.ask(&format!("SELECT {n}"), &[]).await?;
        }
        crate::error::Result::Ok(())
    })
    .await;
    end.unwrap();
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn a_table_that_changed_is_read_anew() {
    let Some(mut connection) = open().await else { return };
    connection.ask("CREATE TEMPORARY TABLE oxyde_driver_change (a INT)", &[]).await.unwrap();
    assert_eq!(connection.columns("SELECT * FROM oxyde_driver_change").await.len(), 1);
    connection.ask("ALTER TABLE oxyde_driver_change ADD b TEXT", &[]).await.unwrap();
    connection.ask("INSERT INTO oxyde_driver_change VALUES (1, 'x')", &[]).await.unwrap();
    let columns = connection.columns("SELECT * FROM oxyde_driver_change").await;
    assert_eq!(columns[1].data, Data::Text(text(&["x"])));
}
