//! Tests of lists, bulk columns and patterns: many values in few parameters.

use oxyde_ir::program::{Form, Origin, PatternSyntax, Repeat, Step};
use oxyde_ir::{ColumnType, Value};

use super::{open, raw, request, row, run, slot, step, text};
use crate::batch::{Column, ColumnBatch, Data, TextColumn};
use crate::cancel::Cancel;
use crate::error::Kind;
use crate::json;
use crate::request::Request;

fn bulk(rows: usize) -> ColumnBatch {
    let mut names = TextColumn::default();
    let mut tags = json::items(&ColumnType::Array { item: Box::new(ColumnType::Text) });
    for n in 0..rows {
        assert!(names.push(format!("name {n}").as_bytes()));
        let Data::List { offsets, items } = &mut tags.data else { panic!() };
        let Data::Text(values) = &mut items.data else { panic!() };
        assert!(values.push(b"a") && values.push(n.to_string().as_bytes()));
        offsets.push((n as i32 + 1) * 2);
    }
    let mut amounts = Column::new("amount", Data::Decimal { values: (0..rows as i128).collect(), precision: 10, scale: 2 });
    amounts.valid = Some((0..rows).map(|n| n % 2 == 0).collect());
    let ids = Column::new("id", Data::Int64((0..rows as i64).collect()));
    ColumnBatch { columns: vec![ids, Column::new("name", Data::Text(names)), amounts, Column { name: "tags".into(), ..tags }], rows }
}

#[tokio::test]
async fn bulk_columns_become_arrays() {
    let Some(mut connection) = open().await else { return };
    connection.tell("CREATE TEMPORARY TABLE oxyde_pg_bulk (id int8, name text, amount numeric(10, 2))").await.unwrap();
    let slots = (0..3).map(|index| slot(Origin::Bulk(index), Form::Array)).collect();
    let sql = "INSERT INTO oxyde_pg_bulk SELECT * FROM unnest($1::int8[], $2::text[], $3::numeric[]) RETURNING id";
    let insert = Step { repeat: Repeat::Chunks { rows: 4_000 }, ..step(sql, slots) };
    let rows = bulk(10_000);
    let never = Cancel::default();
    let finished = connection.execute(Request { bulk: Some(&rows), ..request(&insert, &[], &never) }).await.unwrap();
    let keys = finished.last.unwrap();
    assert_eq!((finished.affected, keys.rows, keys.columns[0].value(9_999)), (10_000, 10_000, Value::Int(9_999)));
    let sums = "SELECT count(*), count(amount), sum(amount)::text, count(DISTINCT name) FROM oxyde_pg_bulk WHERE name = 'name ' || id";
    let sums = run(&mut connection, sums, &[]).await.unwrap();
    assert_eq!(row(&sums), [Value::Int(10_000), Value::Int(5_000), text("249950.00"), Value::Int(10_000)]);
    // The returned keys select the rows of the next step.
    let delete = step("DELETE FROM oxyde_pg_bulk WHERE id = ANY($1)", vec![slot(Origin::Key(0), Form::Array)]);
    let finished = connection.execute(Request { keys: Some(&keys), ..request(&delete, &[], &never) }).await.unwrap();
    assert_eq!((finished.affected, finished.last), (10_000, None));
}

#[tokio::test]
async fn rows_with_lists_go_one_by_one() {
    let Some(mut connection) = open().await else { return };
    connection.tell("CREATE TEMPORARY TABLE oxyde_pg_rows (id int2, tags text[], doc jsonb)").await.unwrap();
    let slots = vec![slot(Origin::Bulk(0), Form::Scalar), slot(Origin::Bulk(3), Form::Scalar), slot(Origin::Bulk(3), Form::Scalar)];
    let insert = Step { repeat: Repeat::EachRow, ..step("INSERT INTO oxyde_pg_rows VALUES ($1, $2, $3)", slots) };
    let (rows, never) = (bulk(3), Cancel::default());
    let finished = connection.execute(Request { bulk: Some(&rows), ..request(&insert, &[], &never) }).await.unwrap();
    assert_eq!((finished.affected, finished.last), (3, None));
    let found = run(&mut connection, "SELECT tags, doc::text FROM oxyde_pg_rows WHERE id = 2", &[]).await.unwrap();
    let tags = Value::Array(vec![Value::Text("a".into()), Value::Text("2".into())]);
    assert_eq!(row(&found), [tags, Value::Text("[\"a\", \"2\"]".into())]);
    let names = TextColumn::default();
    let none = ColumnBatch { columns: vec![Column::new("id", Data::Text(names))], rows: 0 };
    let finished = connection.execute(Request { bulk: Some(&none), ..request(&insert, &[], &never) }).await.unwrap();
    assert_eq!((finished.affected, finished.last), (0, None));
}

#[tokio::test]
async fn lists_of_the_application_are_arrays() {
    let Some(mut connection) = open().await else { return };
    let list = |numbers: &[i64]| Value::Array(numbers.iter().map(|n| Value::Int(*n)).collect());
    let any = "SELECT count(*) FROM generate_series(1, 9) AS x WHERE x = ANY($1)";
    assert_eq!(row(&run(&mut connection, any, &[list(&[1, 2, 30])]).await.unwrap()), [Value::Int(2)]);
    assert_eq!(row(&run(&mut connection, any, &[list(&[])]).await.unwrap()), [Value::Int(0)]);
    let form = step("SELECT $1::text[]", vec![slot(Origin::Param(0), Form::Array)]);
    let words = [Value::Array(vec![text("a,\"{}"), Value::Null])];
    let finished = connection.execute(request(&form, &words, &Cancel::default())).await.unwrap();
    assert_eq!(row(&finished), words);
    let many = raw("SELECT 1", 70_000);
    let error = connection.execute(request(&many, &vec![Value::Int(1); 70_000], &Cancel::default())).await.unwrap_err();
    assert_eq!((error.kind, connection.is_healthy()), (Kind::Field, true), "{error}");
}

#[tokio::test]
async fn patterns_mean_their_text() {
    let Some(mut connection) = open().await else { return };
    let form = Form::Pattern { syntax: PatternSyntax::Like, before: true, after: false };
    let like = step("SELECT '50%' LIKE $1 ESCAPE '!', '500' LIKE $1 ESCAPE '!'", vec![slot(Origin::Param(0), form)]);
    let finished = connection.execute(request(&like, &[text("0%")], &Cancel::default())).await.unwrap();
    assert_eq!(row(&finished), [Value::Bool(true), Value::Bool(false)]);
}
