//! Tests of every column type of the server: as raw SQL reads it, and as a model may read it.

use oxyde_ir::{ColumnType, Value};

use super::{open, text};
use crate::batch::{Data, TextColumn};
use crate::calendar::DAY;
use crate::error::Kind;
use crate::tests::output;

fn bytes(value: &[u8]) -> TextColumn {
    let mut column = TextColumn::default();
    assert!(column.push(value));
    column
}

/// Reads one value from a table with a single column of that type.
async fn read(ty: &str, literal: &str) -> Option<Data> {
    let mut connection = open().await?;
    connection.ask(&format!("CREATE TEMPORARY TABLE oxyde_driver_type (c {ty})"), &[]).await.unwrap();
    connection.ask(&format!("INSERT INTO oxyde_driver_type VALUES ({literal})"), &[]).await.unwrap();
    Some(connection.column("SELECT c FROM oxyde_driver_type").await)
}

#[tokio::test]
async fn raw_sql_reads_every_type() {
    let sixty_five = "9".repeat(65);
    let decimals = |digits: &str| Data::DecimalText { values: text(&[digits]), digits: None };
    let cases = [
        ("TINYINT", "-128", Data::Int16(vec![-128])),
        ("TINYINT(1)", "2", Data::Int16(vec![2])),
        ("TINYINT UNSIGNED", "255", Data::Int16(vec![255])),
        ("SMALLINT", "-32768", Data::Int16(vec![-32_768])),
        ("SMALLINT UNSIGNED", "65535", Data::Int32(vec![65_535])),
        ("MEDIUMINT", "-8388608", Data::Int32(vec![-8_388_608])),
        ("MEDIUMINT UNSIGNED", "16777215", Data::Int32(vec![16_777_215])),
        ("INT", "-2147483648", Data::Int32(vec![i32::MIN])),
        ("INT UNSIGNED", "4294967295", Data::Int64(vec![4_294_967_295])),
        ("BIGINT", "-9223372036854775808", Data::Int64(vec![i64::MIN])),
        ("BIGINT UNSIGNED", "18446744073709551615", Data::UInt64(vec![u64::MAX])),
        ("BIT(1)", "b'1'", Data::UInt64(vec![1])),
        ("BIT(64)", "18446744073709551615", Data::UInt64(vec![u64::MAX])),
        ("FLOAT", "0.1", Data::Float32(vec![0.1])),
        ("DOUBLE", "1.7976931348623157e308", Data::Float64(vec![f64::MAX])),
        ("DECIMAL(65,0)", &sixty_five, decimals(&sixty_five)),
        ("DECIMAL(65,30)", "-0.100000000000000000000000000001", decimals("-0.100000000000000000000000000001")),
        ("DATE", "'1000-01-01'", Data::Date(vec![-354_285])),
        ("DATETIME(6)", "'9999-12-31 23:59:59.999999'", Data::Datetime(vec![253_402_300_799_999_999])),
        ("DATETIME", "'1970-01-01'", Data::Datetime(vec![0])),
        ("TIMESTAMP(6)", "'1970-01-01 00:00:01.000001'", Data::DatetimeTz(vec![1_000_001])),
        ("TIME(6)", "'838:59:59.999999'", Data::Duration(vec![3_020_399_999_999])),
        ("TIME(3)", "'-00:00:00.123'", Data::Duration(vec![-123_000])),
        ("TIME", "'00:00:00'", Data::Duration(vec![0])),
        ("YEAR", "2155", Data::Int16(vec![2_155])),
        ("CHAR(3)", "'é'", Data::Text(text(&["é"]))),
        ("VARCHAR(9)", "'😀 '", Data::Text(text(&["😀 "]))),
        ("LONGTEXT", "''", Data::Text(text(&[""]))),
        ("VARCHAR(9) CHARACTER SET latin1", "'é'", Data::Text(text(&["é"]))),
        ("VARCHAR(9) COLLATE utf8mb4_bin", "'a'", Data::Text(text(&["a"]))),
        ("BINARY(3)", "'a'", Data::Bytes(bytes(b"a\0\0"))),
        ("VARBINARY(9)", "x'00ff'", Data::Bytes(bytes(&[0, 255]))),
        ("LONGBLOB", "x''", Data::Bytes(bytes(b""))),
        ("ENUM('sad', 'ok')", "'ok'", Data::Enum(text(&["ok"]))),
        ("SET('a', 'b')", "'b,a'", Data::Text(text(&["a,b"]))),
    ];
    for (ty, literal, expected) in cases {
        let Some(found) = read(ty, literal).await else { return };
        assert_eq!(found, expected, "{ty} {literal}");
    }
}

#[tokio::test]
async fn mariadb_adds_types() {
    let Some(connection) = open().await else { return };
    if connection.server().family != oxyde_ir::Family::Mariadb {
        return;
    }
    let id = "00112233-4455-6677-8899-aabbccddeeff";
    let cases = [("JSON", "{\"a\": 1}"), ("UUID", id), ("INET6", "2001:db8::ff00:42:8329")];
    for (ty, value) in cases {
        assert_eq!(read(ty, &format!("'{value}'")).await.unwrap(), Data::Text(text(&[value])), "{ty}");
    }
}

#[tokio::test]
async fn null_is_null_in_every_type() {
    let Some(mut connection) = open().await else { return };
    let types = ["INT", "BIGINT UNSIGNED", "BIT(8)", "DOUBLE", "DECIMAL(9,2)", "DATE", "DATETIME", "TIME", "YEAR", "TEXT", "BLOB", "POINT"];
    for ty in types {
        connection.ask(&format!("CREATE OR REPLACE TEMPORARY TABLE oxyde_driver_null (n INT, c {ty})"), &[]).await.unwrap();
        connection.ask("INSERT INTO oxyde_driver_null VALUES (1, NULL), (2, NULL)", &[]).await.unwrap();
        let columns = connection.columns("SELECT * FROM oxyde_driver_null").await;
        assert_eq!(columns[1].valid, Some(vec![false, false]), "{ty}");
        assert_eq!(columns[1].data.len(), 2, "{ty}");
    }
    let columns = connection.columns("SELECT NULL AS nothing").await;
    assert_eq!((columns[0].name.as_str(), columns[0].value(0)), ("nothing", Value::Null));
}

#[tokio::test]
async fn what_has_no_exact_value_is_an_error() {
    let Some(mut connection) = open().await else { return };
    connection.tell("SET sql_mode = ''").await.unwrap();
    connection.ask("CREATE TEMPORARY TABLE oxyde_driver_zero (d DATE, t DATETIME, s TIMESTAMP NULL, g POINT)", &[]).await.unwrap();
    let zero = "INSERT INTO oxyde_driver_zero VALUES ('0000-00-00', '2025-00-15', '0000-00-00', ST_GeomFromText('POINT(1 1)'))";
    connection.ask(zero, &[]).await.unwrap();
    for column in ["d", "t", "s", "g"] {
        let error = connection.ask(&format!("SELECT {column} FROM oxyde_driver_zero"), &[]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Decode, "{column} {error}");
        assert_eq!(error.detail.column.as_deref(), Some(column));
        assert!(connection.is_in_order().await, "{column}");
    }
    let as_text = connection.column("SELECT CAST(d AS CHAR), ST_AsText(g) FROM oxyde_driver_zero").await;
    assert_eq!(as_text, Data::Text(text(&["0000-00-00"])));
}

#[tokio::test]
async fn models_read_what_is_exact() {
    let Some(mut connection) = open().await else { return };
    let decimal = ColumnType::Decimal { precision: Some(10), scale: Some(2) };
    let cases = [
        ("TRUE", ColumnType::Bool, Data::Bool(vec![true])),
        ("SUM(1)", ColumnType::Int, Data::Int64(vec![1])),
        ("CAST(7 AS UNSIGNED)", ColumnType::Int, Data::Int64(vec![7])),
        ("1.5", ColumnType::Float, Data::Float64(vec![1.5])),
        ("'-1.5'", decimal.clone(), Data::Decimal { values: vec![-150], precision: 10, scale: 2 }),
        ("3", decimal, Data::Decimal { values: vec![300], precision: 10, scale: 2 }),
        ("CAST('12:00' AS TIME)", ColumnType::Time, Data::Time(vec![DAY / 2])),
        ("1500000", ColumnType::Duration, Data::Duration(vec![1_500_000])),
        ("CAST('2000-02-29' AS DATE)", ColumnType::Date, Data::Date(vec![11_016])),
        ("'1970-01-01 00:00:01+00:00'", ColumnType::DatetimeTz, Data::DatetimeTz(vec![1_000_000])),
        (
            "'00112233-4455-6677-8899-aabbccddeeff'",
            ColumnType::Uuid,
            Data::Uuid(vec![0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes()]),
        ),
        ("'[1]'", ColumnType::Json, Data::Json(text(&["[1]"]))),
        ("'ok'", ColumnType::Enum { name: "mood".into(), labels: vec![] }, Data::Enum(text(&["ok"]))),
    ];
    for (expression, ty, expected) in cases {
        let columns = connection.outputs(&format!("SELECT {expression}"), vec![output("c", ty.clone())]).await.unwrap();
        assert_eq!(columns[0].data, expected, "{expression} as {ty:?}");
    }
    let list = ColumnType::Array { item: Box::new(ColumnType::Int) };
    let columns = connection.outputs("SELECT '[1, null, 3]'", vec![output("c", list)]).await.unwrap();
    assert_eq!(columns[0].value(0), Value::Array(vec![Value::Int(1), Value::Null, Value::Int(3)]));
}

#[tokio::test]
async fn models_refuse_what_is_not() {
    let Some(mut connection) = open().await else { return };
    let cases = [
        ("2", ColumnType::Bool),
        ("18446744073709551615", ColumnType::Int),
        ("1.5", ColumnType::Int),
        ("9007199254740993", ColumnType::Float),
        ("CAST('25:00:00' AS TIME)", ColumnType::Time),
        ("CAST('-01:00:00' AS TIME)", ColumnType::Time),
        ("CAST('2000-01-01 01:00' AS DATETIME)", ColumnType::Date),
        ("1.234", ColumnType::Decimal { precision: Some(10), scale: Some(2) }),
        ("'x'", ColumnType::Uuid),
        ("x'ff'", ColumnType::Text),
        ("'no list'", ColumnType::Array { item: Box::new(ColumnType::Int) }),
        ("CAST('2000-01-01' AS DATE)", ColumnType::Bytes),
    ];
    for (expression, ty) in cases {
        let error = connection.outputs(&format!("SELECT {expression}"), vec![output("c", ty.clone())]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Decode, "{expression} as {ty:?}: {error}");
        assert_eq!(error.detail.column.as_deref(), Some("c"));
        assert!(connection.is_in_order().await);
    }
}

#[tokio::test]
async fn parameters_arrive_as_they_were_sent() {
    let Some(mut connection) = open().await else { return };
    let cases = [
        (Value::Bool(true), "1"),
        (Value::Int(i64::MIN), "-9223372036854775808"),
        (Value::Float(0.1), "0.1"),
        (Value::Text("é'\"\\\0😀".into()), "é'\"\\\0😀"),
        (Value::Decimal("123456789012345678901234567890.12345".into()), "123456789012345678901234567890.12345"),
        (Value::Date(11_016), "2000-02-29"),
        (Value::Time(DAY - 1), "23:59:59.999999"),
        (Value::Datetime(-1), "1969-12-31 23:59:59.999999"),
        (Value::DatetimeTz(0), "1970-01-01 00:00:00.000000"),
        (Value::Uuid([0xab; 16]), "abababab-abab-abab-abab-abababababab"),
        (Value::Array(vec![Value::Int(1), Value::Null]), "[1,null]"),
    ];
    for (value, expected) in cases {
        let finished = connection.ask("SELECT CONCAT(?)", std::slice::from_ref(&value)).await.unwrap();
        assert_eq!(finished.last.unwrap().columns[0].value(0), Value::Text(expected.into()), "{value:?}");
    }
    let finished = connection.ask("SELECT HEX(?), ? IS NULL", &[Value::Bytes(vec![0, 255]), Value::Null]).await.unwrap();
    let columns = finished.last.unwrap().columns;
    assert_eq!((columns[0].value(0), columns[1].value(0)), (Value::Text("00FF".into()), Value::Int(1)));
    for value in [Value::Float(f64::NAN), Value::Float(f64::INFINITY), Value::Decimal("NaN".into()), Value::Date(i32::MAX)] {
        assert_eq!(connection.ask("SELECT ?", &[value]).await.unwrap_err().kind, Kind::FieldValue);
        assert!(connection.is_in_order().await);
    }
}
