//! Tests that values are stored and read back, or refused.

use oxyde_ir::ColumnType as Type;
use oxyde_ir::program::{Form, Origin, PatternSyntax, Slot};

use super::*;
use crate::error::Kind;

const fn fixed(precision: u16, scale: u16) -> Type {
    Type::Decimal { precision: Some(precision), scale: Some(scale) }
}

const UNBOUNDED: Type = Type::Decimal { precision: None, scale: None };

#[tokio::test]
async fn values_return() {
    let mut connection = memory().await;
    let labels = Type::Enum { name: "mood".into(), labels: vec!["good".into()] };
    let list = Type::Array { item: Box::new(UNBOUNDED) };
    let cases = [
        ("BOOLEAN", Type::Bool, Value::Bool(true)),
        ("BOOLEAN", Type::Bool, Value::Bool(false)),
        ("INTEGER", Type::Int, Value::Int(i64::MIN)),
        ("INTEGER", Type::Int, Value::Int(i64::MAX)),
        ("REAL", Type::Float, Value::Float(5e-324)),
        ("REAL", Type::Float, Value::Float(1e308)),
        ("REAL", Type::Float, Value::Float(3.0)),
        ("REAL", Type::Float, Value::Float(f64::NEG_INFINITY)),
        ("TEXT", Type::Text, text("")),
        ("TEXT", Type::Text, text("a\0é\u{1f600}")),
        ("TEXT", Type::Text, text("12.50")),
        ("BLOB", Type::Bytes, Value::Bytes(vec![])),
        ("BLOB", Type::Bytes, Value::Bytes(vec![0, 255, 0])),
        ("NUMERIC(10,2)", fixed(10, 2), decimal("-12.50")),
        ("NUMERIC(10,2)", fixed(10, 2), decimal("3.00")),
        ("NUMERIC(15,15)", fixed(15, 15), decimal("0.123456789012345")),
        ("NUMERIC(15,1)", fixed(15, 1), decimal("99999999999999.9")),
        ("TEXT", fixed(38, 2), decimal("123456789012345678901234567890123456.78")),
        ("TEXT", UNBOUNDED, decimal("1234567890123456789012345678901234567890.123456789")),
        ("TEXT", UNBOUNDED, decimal("-0.1")),
        ("DATE", Type::Date, Value::Date(-719_162)),
        ("TIME", Type::Time, Value::Time(86_399_999_999)),
        ("DATETIME", Type::Datetime, Value::Datetime(-1)),
        ("DATETIME", Type::Datetime, Value::Datetime(253_402_300_799_999_999)),
        ("TIMESTAMPTZ", Type::DatetimeTz, Value::DatetimeTz(1_000_000)),
        ("INTEGER", Type::Duration, Value::Duration(-1)),
        ("CHAR(36)", Type::Uuid, Value::Uuid([7; 16])),
        ("TEXT", Type::Json, Value::Json("{\"a\": [1, 2.50]}".into())),
        ("TEXT", list, Value::Array(vec![decimal("1.10"), Value::Null])),
        ("TEXT", labels, text("good")),
    ];
    for (number, (declared, ty, value)) in cases.into_iter().enumerate() {
        connection.command(&format!("CREATE TABLE t{number} (v {declared})")).await.unwrap();
        let insert = format!("INSERT INTO t{number} VALUES (?), (NULL)");
        // Raw SQL binds decimals as numbers, and SQLite has none of that precision.
        let given = if let Value::Decimal(digits) = &value
            && digits.len() > 17
        {
            assert!(raw(&mut connection, &insert, std::slice::from_ref(&value)).await.is_err());
            text(digits)
        } else {
            value.clone()
        };
        assert_eq!(raw(&mut connection, &insert, &[given]).await.unwrap().affected, 2);
        let back = typed(&mut connection, &format!("SELECT v FROM t{number}"), &[ty]).await.unwrap();
        assert_eq!(back, [[value], [Value::Null]], "{declared}");
    }
}

#[tokio::test]
async fn one_spelling_is_stored() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (a TEXT, b DATETIME, c TIMESTAMPTZ, d TIME, e NUMERIC(10,2))").await.unwrap();
    let values = [decimal("1.500"), Value::Datetime(0), Value::DatetimeTz(1), Value::Time(0), decimal("2.50")];
    raw(&mut connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", &values).await.unwrap();
    let stored = rows(&mut connection, "SELECT a || '', b || '', c || '', d || '', typeof(e) FROM t", &[]).await;
    let expected = ["1.5", "1970-01-01 00:00:00", "1970-01-01 00:00:00.000001", "00:00:00", "real"].map(text);
    assert_eq!(stored, [expected]);
}

/// Returns numbers spread over the whole range, the same each time.
fn jumps() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(88_172_645_463_325_252_u64), |number| {
        let number = number ^ number << 13;
        let number = number ^ number >> 7;
        Some(number ^ number << 17)
    })
}

#[tokio::test]
async fn every_short_decimal_survives_affinity() {
    let mut connection = memory().await;
    for scale in 0..=15 {
        connection.command("DROP TABLE IF EXISTS t").await.unwrap();
        connection.command(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, v NUMERIC(15,{scale}))")).await.unwrap();
        let values = jumps().take(1_000).map(|number| crate::decimal::text(i128::from(number % 1_000_000_000_000_000), scale as i8));
        let values: Vec<String> = values.collect();
        let json = format!("[\"{}\"]", values.join("\",\""));
        raw(&mut connection, "INSERT INTO t (v) SELECT value FROM json_each(?)", &[text(&json)]).await.unwrap();
        let back = typed(&mut connection, "SELECT v FROM t ORDER BY id", &[fixed(15, scale)]).await.unwrap();
        for (back, value) in back.iter().zip(&values) {
            assert_eq!(back[0], decimal(value));
        }
    }
}

#[tokio::test]
async fn every_encoding_is_read() {
    let mut connection = memory().await;
    connection.command("PRAGMA encoding = 'UTF-16'").await.unwrap();
    connection.command("CREATE TABLE t (v TEXT)").await.unwrap();
    raw(&mut connection, "INSERT INTO t VALUES (?)", &[text("é😀")]).await.unwrap();
    assert_eq!(rows(&mut connection, "SELECT v, length(CAST(v AS BLOB)) FROM t", &[]).await, [[text("é😀"), Value::Int(6)]]);
    assert_eq!(rows(&mut connection, "SELECT 1 WHERE '10' > '9' COLLATE oxyde_decimal", &[]).await, [[Value::Int(1)]]);
}

#[tokio::test]
async fn wrong_classes_are_errors() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE odd (i INTEGER, b BOOLEAN, t TEXT, n NUMERIC(5,2), d DATETIME, r REAL)").await.unwrap();
    let types = [("i", Type::Int), ("b", Type::Bool), ("t", Type::Text), ("n", fixed(5, 2)), ("d", Type::Datetime), ("r", Type::Float)];
    let cases = [
        ("i", "'abc'"),
        ("i", "0.5"),
        ("i", "x'00'"),
        ("i", "1e300"),
        ("b", "'yes'"),
        ("b", "2"),
        ("t", "x'61'"),
        ("t", "CAST(x'ff' AS TEXT)"),
        ("n", "'abc'"),
        ("n", "0.125"),
        ("n", "1000000"),
        ("d", "'2024-01-01T00:00:00+02:00'"),
        ("d", "0"),
        ("d", "'soon'"),
        ("r", "'1.5x'"),
    ];
    for (column, value) in cases {
        connection.command("DELETE FROM odd").await.unwrap();
        connection.command(&format!("INSERT INTO odd ({column}) VALUES (NULL), ({value})")).await.unwrap();
        let ty = types.iter().find(|(name, _)| *name == column).map(|(_, ty)| ty.clone()).unwrap();
        let error = typed(&mut connection, &format!("SELECT {column} AS renamed FROM odd"), &[ty]).await.unwrap_err();
        assert_eq!(error.kind, Kind::Decode, "{column} {value}: {error}");
        assert!(error.message.contains("odd.c") && error.message.contains("row 2"), "{error}");
        assert_eq!((error.detail.table.as_deref(), error.detail.column.as_deref()), (Some("odd"), Some("c")));
    }
}

#[tokio::test]
async fn declarations_choose_the_types_of_raw_rows() {
    let mut connection = memory().await;
    let columns = "a INT, b BOOLEAN, c VARCHAR(3), d NUMERIC(5,2), e DATE, f TIMESTAMPTZ, g REAL, h BLOB, i CHAR(36), j MONEY";
    connection.command(&format!("CREATE TABLE t ({columns})")).await.unwrap();
    let values = "1, 1, 'x', 1.5, '1970-01-02', '1970-01-01 02:00:00+02:00', 2, x'00', '07070707-0707-0707-0707-070707070707', 3";
    connection.command(&format!("INSERT INTO t VALUES ({values})")).await.unwrap();
    let expected = [
        Value::Int(1),
        Value::Bool(true),
        text("x"),
        decimal("1.50"),
        Value::Date(1),
        Value::DatetimeTz(0),
        Value::Float(2.0),
        Value::Bytes(vec![0]),
        text("07070707-0707-0707-0707-070707070707"),
        Value::Int(3),
        Value::Int(2),
        text("x!"),
        Value::Null,
    ];
    assert_eq!(rows(&mut connection, "SELECT *, a + 1, c || '!', NULL FROM t", &[]).await, [expected]);
    let empty = raw(&mut connection, "SELECT a, e, 1 AS one FROM t WHERE 0", &[]).await.unwrap().last.unwrap();
    let names: Vec<&str> = empty.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!((names, empty.rows), (vec!["a", "e", "one"], 0));
    // A new column appears at once, although the statement is cached.
    connection.command("ALTER TABLE t ADD k TEXT DEFAULT 'k'").await.unwrap();
    assert_eq!(rows(&mut connection, "SELECT *, a + 1, c || '!', NULL FROM t", &[]).await[0].len(), 14);
}

#[tokio::test]
async fn members_of_a_compound_have_types_of_their_own() {
    let mut connection = memory().await;
    for sql in [
        "CREATE TABLE t (flag BOOLEAN, day DATE)",
        "INSERT INTO t VALUES (1, '1970-01-02')",
        "CREATE VIEW v AS SELECT 5 AS flag UNION ALL SELECT flag FROM t",
    ] {
        connection.command(sql).await.unwrap();
    }
    let cases = [
        ("SELECT flag FROM t UNION ALL SELECT count(*) FROM t", vec![Value::Int(1), Value::Int(1)]),
        ("SELECT flag FROM v", vec![Value::Int(5), Value::Int(1)]),
        ("SELECT day FROM t UNION ALL SELECT day FROM t", vec![Value::Date(1), Value::Date(1)]),
        // The compound's column cannot be identified, so all are decoded as stored.
        ("SELECT day FROM t JOIN v USING (flag)", vec![text("1970-01-02")]),
    ];
    for (sql, expected) in cases {
        // The second round uses the cached statement.
        for _ in 0..2 {
            let found: Vec<Value> = rows(&mut connection, sql, &[]).await.into_iter().flatten().collect();
            assert_eq!(found, expected, "{sql}");
        }
    }
}

#[tokio::test]
async fn what_sqlite_cannot_hold_is_refused() {
    let mut connection = memory().await;
    for value in
        [Value::Float(f64::NAN), decimal("NaN"), decimal("-Infinity"), Value::Date(i32::MAX), Value::Array(vec![Value::Float(f64::NAN)])]
    {
        let error = failure(&mut connection, "SELECT ?", std::slice::from_ref(&value)).await;
        assert_eq!(error.kind, Kind::FieldValue, "{value:?}: {error}");
        assert!(error.message.contains("parameter 1"), "{error}");
    }
}

#[tokio::test]
async fn lists_and_patterns_are_sent() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (i INTEGER, f REAL, s TEXT)").await.unwrap();
    connection.command("INSERT INTO t VALUES (9223372036854775807, 0.1, 'a*b'), (2, 1e-7, 'axb'), (3, 3.0, 'A*B')").await.unwrap();
    let mut list = step("SELECT s FROM t WHERE i IN (SELECT value FROM json_each(?))", 1, Some(&[("s", Type::Text)]));
    fragment(&mut list).slots[0].form = Form::JsonArray;
    let params = [Value::Array(vec![Value::Int(i64::MAX), Value::Int(3)])];
    let found = run(&mut connection, &list, With { params: &params, ..With::default() }).await.unwrap();
    assert_eq!(table(&found.last.unwrap()), [[text("a*b")], [text("A*B")]]);
    let spelled = [Value::Null, Value::Bool(true), text("é\"\\"), Value::Datetime(0), decimal("1.50"), Value::Uuid([7; 16])];
    fragment(&mut list).text = "SELECT ? || ''".into();
    let params = [Value::Array(spelled.into())];
    let found = run(&mut connection, &list, With { params: &params, ..With::default() }).await.unwrap();
    let expected = r#"[null,true,"é\"\\","1970-01-01 00:00:00","1.5","07070707-0707-0707-0707-070707070707"]"#;
    assert_eq!(table(&found.last.unwrap()), [[text(expected)]]);
    for member in [text("a\0"), Value::Float(f64::INFINITY), Value::Bytes(vec![])] {
        let params = [Value::Array(vec![member])];
        let error = run(&mut connection, &list, With { params: &params, ..With::default() }).await.unwrap_err();
        assert_eq!(error.kind, Kind::FieldValue, "{params:?}");
    }

    let mut glob = step("SELECT i FROM t WHERE s GLOB ?", 1, Some(&[("i", Type::Int)]));
    fragment(&mut glob).slots[0].form = Form::Pattern { syntax: PatternSyntax::Glob, before: false, after: true };
    let found = run(&mut connection, &glob, With { params: &[text("a*")], ..With::default() }).await.unwrap();
    assert_eq!(table(&found.last.unwrap()), [[Value::Int(i64::MAX)]]);
    fragment(&mut glob).slots.push(Slot { origin: Origin::Param(0), ty: Type::Text, form: Form::Array });
    fragment(&mut glob).text = "SELECT i FROM t WHERE s GLOB ? OR s = ?".into();
    let error = run(&mut connection, &glob, With { params: &[text("a*")], ..With::default() }).await.unwrap_err();
    assert_eq!(error.kind, Kind::Internal);
}

#[tokio::test]
async fn floats_in_lists_are_exact() {
    let mut connection = memory().await;
    let special = [0.1, -0.0, 1e-7, 5e-324, 2.225_073_858_507_201e-308, f64::MAX, 1e22, 1e23, 9_007_199_254_740_993.0];
    let floats = jumps().map(f64::from_bits).filter(|float| float.is_finite()).take(20_000);
    let usual = jumps().map(|number| (number >> 11) as f64 / 1e9).take(1_000);
    let floats: Vec<f64> = special.into_iter().chain(floats).chain(usual).collect();
    let mut list = step("SELECT value FROM json_each(?)", 1, Some(&[("value", Type::Float)]));
    fragment(&mut list).slots[0].form = Form::JsonArray;
    let params = [Value::Array(floats.iter().copied().map(Value::Float).collect())];
    let back = table(&run(&mut connection, &list, With { params: &params, ..With::default() }).await.unwrap().last.unwrap());
    let wrong: Vec<_> = floats.iter().zip(&back).filter(|(float, back)| back[0] != Value::Float(**float)).collect();
    assert!(wrong.is_empty(), "{} of {}: {:?}", wrong.len(), floats.len(), &wrong[..wrong.len().min(5)]);
}
