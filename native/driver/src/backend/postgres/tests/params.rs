//! Tests that parameters are encoded for the type that the server reports, or refused with the type's
//! name.

use oxyde_ir::Value;

use super::{Connection, number, open, row, run, text};
use crate::error::Kind;

async fn setup(connection: &mut Connection) {
    connection
        .tell(
            "CREATE TYPE pg_temp.oxyde_pg_mood AS ENUM ('sad', 'happy'); \
             CREATE DOMAIN pg_temp.oxyde_pg_small AS int2 CHECK (VALUE > 0); \
             CREATE DOMAIN pg_temp.oxyde_pg_smaller AS pg_temp.oxyde_pg_small; \
             CREATE TEMPORARY TABLE oxyde_pg_all (small int2, int int4, real float4, double float8, exact numeric(10, 2), any_exact numeric, \
               words text, short varchar(5), fixed char(3), letter \"char\", data bytea, doc json, docb jsonb, id uuid, day date, clock time, \
               moment timestamp, instant timestamptz, length interval, address inet, network cidr, hardware macaddr, flags bit(4), \
               mood pg_temp.oxyde_pg_mood, moods pg_temp.oxyde_pg_mood[], domained pg_temp.oxyde_pg_smaller, domains pg_temp.oxyde_pg_small[], \
               numbers int4[], names varchar(5)[], truth bool, number oid, cash money, zoned timetz, path jsonpath)",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn values_return_through_columns_of_every_type() {
    let Some(mut connection) = open().await else { return };
    setup(&mut connection).await;
    let array = |values: &[Value]| Value::Array(values.to_vec());
    let cases = [
        ("small", Value::Int(-32_768)),
        ("int", Value::Int(i32::MAX.into())),
        ("real", Value::Float(0.5)),
        ("real", Value::Float(f64::NEG_INFINITY)),
        ("double", Value::Float(0.1)),
        ("exact", number("12345678.90")),
        ("any_exact", number("-0.000000000000000000000000000000000000000000000000001234")),
        ("any_exact", number("NaN")),
        ("any_exact", number("Infinity")),
        ("words", text("h\u{e9}llo \u{1f600}")),
        ("words", text("")),
        ("short", text("12345")),
        ("fixed", text("abc")),
        ("letter", text("z")),
        ("letter", text("")),
        ("zoned", Value::TimeTz(45_000_500_000, 7_200)),
        ("zoned", Value::TimeTz(0, -57_599)),
        ("path", text("$.\"a\"")),
        ("data", Value::Bytes((0..=255).collect())),
        ("doc", Value::Json("{\"a\":  1}".into())),
        ("docb", Value::Json("{\"a\": 1}".into())),
        ("docb", Value::Json("null".into())),
        ("id", Value::Uuid([7; 16])),
        ("day", Value::Date(-719_162)),
        ("day", Value::Date(2_932_896)),
        ("day", Value::Date(2_145_042_905)),
        ("clock", Value::Time(86_399_999_999)),
        ("moment", Value::Datetime(-62_135_596_800_000_000)),
        ("moment", Value::Datetime(253_402_300_799_999_999)),
        ("instant", Value::DatetimeTz(-1)),
        ("address", text("2001:db8::1/64")),
        ("network", text("10.0.0.0/8")),
        ("hardware", text("08:00:2b:01:02:03")),
        ("flags", text("1010")),
        ("mood", text("happy")),
        ("moods", array(&[text("sad"), Value::Null, text("happy")])),
        ("domained", Value::Int(5)),
        ("domains", array(&[Value::Int(1), Value::Int(2)])),
        ("numbers", array(&[])),
        ("numbers", array(&[Value::Int(-1), Value::Null])),
        ("names", array(&[text("a"), text("")])),
        ("truth", Value::Bool(true)),
        ("number", Value::Int(4_000_000_000)),
        ("docb", Value::Null),
    ];
    for (column, value) in cases {
        let sql = format!("INSERT INTO oxyde_pg_all ({column}) VALUES ($1) RETURNING {column}");
        let finished = run(&mut connection, &sql, std::slice::from_ref(&value)).await.unwrap_or_else(|error| panic!("{column}: {error}"));
        assert_eq!((row(&finished), finished.affected), (vec![value.clone()], 1), "{column}");
        if value != Value::Null && !matches!(column, "doc" | "numbers" | "letter" | "path") {
            // The server reads the same value.
            let found =
                run(&mut connection, &format!("SELECT count(*) FROM oxyde_pg_all WHERE {column} = $1"), std::slice::from_ref(&value)).await;
            assert_eq!(row(&found.unwrap()), [Value::Int(1)], "{column}: {value:?}");
        }
    }
}

#[tokio::test]
async fn durations_return_and_look_well() {
    let Some(mut connection) = open().await else { return };
    let day = 86_400_000_000_i64;
    for (micros, shown) in [
        (0, "00:00:00"),
        (-1, "-00:00:00.000001"),
        (day, "1 day"),
        (-day - 1, "-1 days -00:00:00.000001"),
        (100_000_000 * day + day - 1, "100000000 days 23:59:59.999999"),
        (i64::MAX, "106751991 days 04:00:54.775807"),
        (i64::MIN, "-106751991 days -04:00:54.775808"),
    ] {
        let finished = run(&mut connection, "SELECT $1::interval::text, $1::interval", &[Value::Duration(micros)]).await.unwrap();
        assert_eq!(row(&finished)[0], text(shown));
        let wanted = [oxyde_ir::ColumnType::Duration];
        let batch = super::read_as(&mut connection, &format!("SELECT '{shown}'::interval"), &wanted).await.unwrap();
        assert_eq!(batch.columns[0].value(0), Value::Duration(micros));
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_is_sent() {
    let Some(mut connection) = open().await else { return };
    setup(&mut connection).await;
    let cases = [
        ("small", Value::Int(32_768)),
        ("domained", Value::Int(-32_769)),
        ("int", Value::Int(2_147_483_648)),
        ("int", text("1")),
        ("int", Value::Bool(true)),
        ("int", Value::Float(1.0)),
        ("real", Value::Float(0.1)),
        ("real", Value::Float(1e300)),
        ("double", Value::Int(9_007_199_254_740_993)),
        ("double", text("1")),
        ("exact", Value::Float(0.1)),
        ("words", Value::Int(12_345_678)),
        ("words", text("a\0b")),
        ("words", Value::Array(vec![text("a")])),
        ("short", Value::Bytes(b"a".to_vec())),
        ("doc", Value::Json("\"\0\"".into())),
        ("data", text("a")),
        ("id", text("zz")),
        ("day", Value::Datetime(0)),
        ("day", Value::Date(i32::MAX)),
        ("day", Value::Date(i32::MIN)),
        ("moment", Value::DatetimeTz(0)),
        ("moment", Value::Datetime(i64::MIN)),
        ("instant", Value::Datetime(0)),
        ("address", text("10.1")),
        ("flags", text("10x1")),
        ("truth", Value::Int(1)),
        ("number", Value::Int(-1)),
        ("numbers", Value::Int(1)),
        ("numbers", Value::Array(vec![Value::Array(vec![Value::Int(1)])])),
        ("numbers", Value::Array(vec![Value::Int(2_147_483_648)])),
        ("letter", text("xy")),
        ("words", Value::Uuid([7; 16])),
        ("moment", Value::Date(0)),
        ("clock", Value::TimeTz(0, 0)),
        ("zoned", Value::Time(0)),
    ];
    for (column, value) in cases {
        let sql = format!("INSERT INTO oxyde_pg_all ({column}) VALUES ($1)");
        let error = run(&mut connection, &sql, std::slice::from_ref(&value)).await.expect_err(column);
        assert_eq!(error.kind, Kind::FieldValue, "{column} {value:?}: {error}");
        assert!(error.message.starts_with("parameter 1 of type "), "{error}");
        assert!(connection.is_healthy());
    }
    for (column, value) in [("cash", number("1.00")), ("cash", text("1"))] {
        let sql = format!("INSERT INTO oxyde_pg_all ({column}) VALUES ($1)");
        let error = run(&mut connection, &sql, &[value]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unsupported, "{error}");
        assert!(error.detail.hint.unwrap().contains("CAST(CAST($1 AS text) AS money)"));
    }
    assert_eq!(row(&run(&mut connection, "SELECT count(*) FROM oxyde_pg_all", &[]).await.unwrap()), [Value::Int(0)]);
    let cast = run(&mut connection, "SELECT ($1::text)::money::numeric", &[text("1.50")]).await.unwrap();
    assert_eq!(row(&cast), [number("1.50")]);
}

#[tokio::test]
async fn what_only_the_server_can_refuse_has_a_kind() {
    let Some(mut connection) = open().await else { return };
    setup(&mut connection).await;
    for (column, value, kind) in [
        ("exact", number("123456789012.00"), Kind::Data),
        ("short", text("123456"), Kind::Data),
        ("domained", Value::Int(-1), Kind::CheckViolation),
        ("mood", text("angry"), Kind::Data),
        ("network", text("10.0.0.1/8"), Kind::Data),
        ("moment", Value::Datetime(i64::MIN + 1_000_000_000_000_000_000), Kind::Data),
    ] {
        let error = run(&mut connection, &format!("INSERT INTO oxyde_pg_all ({column}) VALUES ($1)"), &[value]).await.expect_err(column);
        assert_eq!(error.kind, kind, "{column}: {error}");
    }
}

/// The same text with values of other types is bound by the new types.
#[tokio::test]
async fn the_types_of_the_first_use_do_not_stay() {
    let Some(mut connection) = open().await else { return };
    let sql = "SELECT $1";
    assert_eq!(row(&run(&mut connection, sql, &[text("12345678")]).await.unwrap()), [text("12345678")]);
    let error = run(&mut connection, sql, &[Value::Int(1)]).await.unwrap_err();
    assert_eq!(error.kind, Kind::FieldValue, "{error}");
    assert_eq!(row(&run(&mut connection, sql, &[Value::Null]).await.unwrap()), [Value::Null]);
    let error = run(&mut connection, "SELECT $1 + $2", &[Value::Int(1)]).await.unwrap_err();
    assert_eq!(error.kind, Kind::Database, "{error}");
    let error = run(&mut connection, "SELECT $1::int + $2::int", &[Value::Int(1)]).await.unwrap_err();
    assert_eq!((error.kind, error.message.contains("2 placeholders")), (Kind::Field, true), "{error}");
    let error = run(&mut connection, "SELECT $1 IS NULL", &[Value::Null]).await.unwrap_err();
    assert!(error.detail.hint.unwrap().contains("$1::bigint"));
    assert!(connection.is_healthy());
}
