//! Tests that values of the server are decoded exactly, or fail with an error that names the column.

use oxyde_ir::{ColumnType, Value};

use super::{number, open, read_as, row, run, text};
use crate::batch::Data;
use crate::error::Kind;

const DECIMAL: ColumnType = ColumnType::Decimal { precision: None, scale: None };

fn enumeration() -> ColumnType {
    ColumnType::Enum { name: "x".into(), labels: vec![] }
}

fn list_of(item: ColumnType) -> ColumnType {
    ColumnType::Array { item: Box::new(item) }
}

#[tokio::test]
async fn every_type_of_the_server_arrives() {
    let Some(mut connection) = open().await else { return };
    let cases = [
        ("true", Value::Bool(true)),
        ("(-32768)::int2", Value::Int(-32_768)),
        ("2147483647", Value::Int(2_147_483_647)),
        ("(-9223372036854775808)::int8", Value::Int(i64::MIN)),
        ("4294967295::oid", Value::Int(4_294_967_295)),
        ("1.5::float4", Value::Float(1.5)),
        ("'-Infinity'::float4", Value::Float(f64::NEG_INFINITY)),
        ("1e-310::float8", Value::Float(1e-310)),
        ("123456789012345678901234567890.12345678901234567890", number("123456789012345678901234567890.12345678901234567890")),
        ("0.00001000", number("0.00001000")),
        ("-10000::numeric", number("-10000")),
        ("'NaN'::numeric", number("NaN")),
        ("'-Infinity'::numeric", number("-Infinity")),
        ("'h\u{e9}'::varchar(3)", text("h\u{e9}")),
        ("'a'::char(3)", text("a  ")),
        ("'n'::name", text("n")),
        ("'c'::\"char\"", text("c")),
        ("'<a/>'::xml", text("<a/>")),
        ("'$.a'::jsonpath", text("$.\"a\"")),
        ("'\\x00ff'::bytea", Value::Bytes(vec![0, 255])),
        ("'{\"a\" : 1}'::json", Value::Json("{\"a\" : 1}".into())),
        ("'{\"a\" : 1.50}'::jsonb", Value::Json("{\"a\": 1.50}".into())),
        ("'00112233-4455-6677-8899-aabbccddeeff'::uuid", Value::Uuid(*b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff")),
        ("'4713-01-01 BC'::date", Value::Date(-2_440_550)),
        ("'5874897-12-31'::date", Value::Date(2_145_042_905)),
        ("'24:00'::time", Value::Time(86_400_000_000)),
        ("'1969-12-31 23:59:59.999999'::timestamp", Value::Datetime(-1)),
        ("'1970-01-01 02:00+02'::timestamptz", Value::DatetimeTz(0)),
        ("'10.1.2.3/8'::inet", text("10.1.2.3/8")),
        ("'::ffff:1.2.3.4'::inet", text("::ffff:1.2.3.4")),
        ("'10/8'::cidr", text("10.0.0.0/8")),
        ("'08002b010203'::macaddr", text("08:00:2b:01:02:03")),
        ("'08002b0102030405'::macaddr8", text("08:00:2b:01:02:03:04:05")),
        ("B'1011'", text("1011")),
        ("B'101100001'::varbit", text("101100001")),
        ("NULL::int4", Value::Null),
        ("pg_sleep(0)", Value::Null),
        ("ARRAY[1, NULL, 3]", Value::Array(vec![Value::Int(1), Value::Null, Value::Int(3)])),
        ("'{}'::text[]", Value::Array(vec![])),
        ("ARRAY['a', 'b']::varchar[]", Value::Array(vec![text("a"), text("b")])),
        ("ARRAY[1.10, 2]", Value::Array(vec![number("1.10"), number("2")])),
        ("ARRAY['10.0.0.1']::inet[]", Value::Array(vec![text("10.0.0.1")])),
        ("'x'", text("x")),
    ];
    for (sql, expected) in cases {
        let finished = run(&mut connection, &format!("SELECT {sql}"), &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(row(&finished), [expected], "{sql}");
    }
}

/// Cases where the value alone does not show the type.
#[tokio::test]
async fn columns_have_the_servers_types() {
    let Some(mut connection) = open().await else { return };
    let sql = "SELECT 1::int2, 1::int4, 1.5::float4, '1 mon -2 days 00:00:00.000003'::interval, '01:00+02'::timetz, \
               ARRAY['-1 day'::interval]";
    let columns = run(&mut connection, sql, &[]).await.unwrap().last.unwrap().columns;
    let data: Vec<&Data> = columns.iter().map(|column| &column.data).collect();
    assert_eq!((data[0], data[1], data[2]), (&Data::Int16(vec![1]), &Data::Int32(vec![1]), &Data::Float32(vec![1.5])));
    assert_eq!(data[3], &Data::Interval(vec![(1, -2, 3)]));
    assert_eq!(data[4], &Data::TimeTz(vec![(3_600_000_000, 7_200)]));
    let Data::List { offsets, items } = data[5] else { panic!("{:?}", data[5]) };
    assert_eq!((offsets.as_slice(), &items.data), (&[0, 1][..], &Data::Interval(vec![(0, -1, 0)])));
}

#[tokio::test]
async fn wanted_types_are_exact() {
    let Some(mut connection) = open().await else { return };
    let bounded = ColumnType::Decimal { precision: Some(5), scale: Some(2) };
    let cases = [
        ("7::int2", ColumnType::Int, Value::Int(7)),
        ("sum(x) FROM generate_series(1, 3) AS x", ColumnType::Int, Value::Int(6)),
        ("7.00", ColumnType::Int, Value::Int(7)),
        ("floor(7.5::float8)", ColumnType::Int, Value::Int(7)),
        ("1.5::float4", ColumnType::Float, Value::Float(1.5)),
        ("0.1::numeric", ColumnType::Float, Value::Float(0.1)),
        ("7", DECIMAL, number("7")),
        ("7", bounded.clone(), number("7.00")),
        ("1.5", bounded.clone(), number("1.50")),
        ("'3 days 00:00:00.5'::interval", ColumnType::Duration, Value::Duration(259_200_500_000)),
        ("259200500000", ColumnType::Duration, Value::Duration(259_200_500_000)),
        ("'00112233445566778899aabbccddeeff'::uuid", ColumnType::Text, text("00112233-4455-6677-8899-aabbccddeeff")),
        ("'10.0.0.1'::inet", ColumnType::Text, text("10.0.0.1")),
        ("'[1]'::json", list_of(ColumnType::Int), Value::Array(vec![Value::Int(1)])),
        ("'[1, null]'::jsonb", list_of(ColumnType::Int), Value::Array(vec![Value::Int(1), Value::Null])),
        ("ARRAY[1::int2]", list_of(ColumnType::Int), Value::Array(vec![Value::Int(1)])),
        ("'a'", enumeration(), text("a")),
        ("'2024-02-29'::timestamp", ColumnType::Date, Value::Date(19_782)),
        ("'01:00+02'::timetz", ColumnType::TimeTz, Value::TimeTz(3_600_000_000, 7_200)),
        (
            "'00112233-4455-6677-8899-aabbccddeeff'::text",
            ColumnType::Uuid,
            Value::Uuid(*b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"),
        ),
        ("'{}'::jsonb", ColumnType::Json, Value::Json("{}".into())),
    ];
    for (sql, wanted, expected) in cases {
        let batch = read_as(&mut connection, &format!("SELECT {sql}"), &[wanted]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(batch.columns[0].value(0), expected, "{sql}");
    }
    let refused = [
        ("0.5", ColumnType::Int),
        ("'NaN'::numeric", bounded.clone()),
        ("1.234", bounded),
        ("'1 month'::interval", ColumnType::Duration),
        ("'2024-02-29 01:00'::timestamp", ColumnType::Date),
        ("now()", ColumnType::Datetime),
        ("'01:00+02'::timetz", ColumnType::Time),
        ("'01:00'::time", ColumnType::TimeTz),
        ("'00112233-4455-6677-8899-AABBCCDDEEFF'::text", ColumnType::Uuid),
        ("now()::timestamp", ColumnType::DatetimeTz),
        ("'x'", ColumnType::Int),
        ("1", ColumnType::Bool),
        ("1", ColumnType::Text),
        ("ARRAY[1]", ColumnType::Int),
        ("9007199254740993", ColumnType::Float),
    ];
    for (sql, wanted) in refused {
        let error = read_as(&mut connection, &format!("SELECT {sql}"), &[wanted]).await.expect_err(sql);
        assert_eq!((error.kind, error.detail.column.as_deref()), (Kind::Decode, Some("c0")), "{sql}: {error}");
        assert!(error.message.contains("\"t.c0\"") && error.detail.sql.is_some(), "{error}");
        assert!(connection.is_healthy());
    }
}

#[tokio::test]
async fn what_has_no_exact_value_is_an_error() {
    let Some(mut connection) = open().await else { return };
    let cases = [
        "'infinity'::timestamp",
        "'-infinity'::timestamptz",
        "'infinity'::date",
        "'{{1,2},{3,4}}'::int[]",
        "'[0:1]={1,2}'::int[]",
        "ARRAY['infinity'::date]",
        "1::money",
        "int4range(1, 5)",
        "int4multirange(int4range(1, 5))",
        "ARRAY[int4multirange(int4range(1, 5))]",
        "NULL::pg_node_tree",
        "(1, 2)",
        "'(1,2)'::point",
        "'pg_class'::regclass",
    ];
    for sql in cases {
        let error = run(&mut connection, &format!("SELECT {sql} AS odd"), &[]).await.expect_err(sql);
        assert_eq!((error.kind, error.detail.column.as_deref()), (Kind::Decode, Some("odd")), "{sql}: {error}");
        assert!(error.detail.hint.unwrap().contains("CAST(odd AS text)"), "{sql}");
        assert!(connection.is_healthy(), "{sql}");
    }
    assert_eq!(row(&run(&mut connection, "SELECT 1", &[]).await.unwrap()), [Value::Int(1)]);
    // The table is known, also for a statement of the application.
    let error = run(&mut connection, "SELECT relacl FROM pg_class", &[]).await.unwrap_err();
    assert_ne!(error.kind, Kind::ConnectionFailed, "{error}");
    assert!(connection.is_healthy());
}

#[tokio::test]
async fn empty_results_have_columns() {
    let Some(mut connection) = open().await else { return };
    let finished = run(&mut connection, "SELECT 1 AS a, 'x'::text AS b WHERE false", &[]).await.unwrap();
    let batch = finished.last.unwrap();
    assert_eq!((batch.rows, batch.columns.len(), batch.columns[1].name.as_str()), (0, 2, "b"));
    assert_eq!((&batch.columns[0].data, finished.affected), (&Data::Int32(vec![]), 0));
    let batch = read_as(&mut connection, "SELECT 1 WHERE false", &[ColumnType::Any]).await.unwrap();
    assert_eq!(batch.columns[0].data, Data::Int32(vec![]));
    for nothing in ["SET LOCAL work_mem = '4MB'", "", "-- nothing"] {
        assert!(run(&mut connection, nothing, &[]).await.unwrap().last.is_none(), "{nothing}");
    }
}
