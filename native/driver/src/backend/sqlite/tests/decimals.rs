//! Tests of our functions and our collation, called from SQL.

use oxyde_ir::ColumnType as Type;

use super::*;
use crate::error::Kind;

async fn one(connection: &mut Connection, expression: &str) -> Value {
    rows(connection, &format!("SELECT {expression}"), &[]).await[0][0].clone()
}

#[tokio::test]
async fn arithmetic_is_exact() {
    let mut connection = memory().await;
    let cases = [
        ("oxyde_decimal_add('0.1', '0.2')", text("0.3")),
        ("oxyde_decimal_add('99999999999999999999', 1)", text("100000000000000000000")),
        ("oxyde_decimal_add(0.1, 2)", text("2.1")),
        ("oxyde_decimal_sub('1.00', '1')", text("0")),
        ("oxyde_decimal_mul('-1.5', '0.04')", text("-0.06")),
        ("oxyde_decimal_div('1', '3')", text("0.33333333333333333333")),
        ("oxyde_decimal_mod('-7.5', '2')", text("-1.5")),
        ("oxyde_decimal_neg('1.50')", text("-1.5")),
        ("oxyde_decimal_abs(-3)", text("3")),
        ("oxyde_decimal_add('1E+5', '-2.5e-1')", text("99999.75")),
        ("oxyde_decimal_add(NULL, '1')", Value::Null),
        ("oxyde_decimal_abs(NULL)", Value::Null),
    ];
    for (expression, expected) in cases {
        assert_eq!(one(&mut connection, expression).await, expected, "{expression}");
    }
    let error = failure(&mut connection, "SELECT oxyde_decimal_div('1', '0')", &[]).await;
    assert_eq!((error.kind, error.message.as_str()), (Kind::Data, "division by zero"));
    for expression in
        ["oxyde_decimal_add('abc', '1')", "oxyde_decimal_abs(x'00')", "oxyde_decimal_neg(1e999)", "oxyde_decimal_add('1e', 1)"]
    {
        let error = failure(&mut connection, &format!("SELECT {expression}"), &[]).await;
        assert!(error.kind == Kind::Data && error.message.contains("oxyde_decimal_"), "{expression}: {error}");
    }
}

#[tokio::test]
async fn aggregates_are_exact() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (g INTEGER, v TEXT)").await.unwrap();
    let values = "(1, '10'), (1, '9.5'), (1, NULL), (2, '0.1'), (2, '0.2'), (3, NULL), (4, '123456789012345678901234567890.1')";
    connection.command(&format!("INSERT INTO t VALUES {values}")).await.unwrap();
    let sql =
        "SELECT oxyde_decimal_sum(v), oxyde_decimal_avg(v), min(v COLLATE oxyde_decimal), max(v COLLATE oxyde_decimal) FROM t GROUP BY g";
    let found = typed(&mut connection, sql, &[const { Type::Decimal { precision: None, scale: None } }; 4]).await;
    let long = "123456789012345678901234567890.1";
    let expected = [
        [decimal("19.5"), decimal("9.75"), decimal("9.5"), decimal("10")],
        [decimal("0.3"), decimal("0.15"), decimal("0.1"), decimal("0.2")],
        [Value::Null, Value::Null, Value::Null, Value::Null],
        [long, long, long, long].map(decimal),
    ];
    assert_eq!(found.unwrap(), expected);
    assert_eq!(one(&mut connection, "oxyde_decimal_sum(v) FROM t WHERE 0").await, Value::Null);
    let running = "SELECT oxyde_decimal_sum(v) OVER (ORDER BY g, v ROWS 1 PRECEDING) FROM t WHERE g < 3 AND v IS NOT NULL";
    assert_eq!(rows(&mut connection, running, &[]).await, [["10"], ["19.5"], ["9.6"], ["0.3"]].map(|row| row.map(text)));
    connection.command("INSERT INTO t VALUES (5, 'abc')").await.unwrap();
    let error = failure(&mut connection, "SELECT oxyde_decimal_sum(v) FROM t", &[]).await;
    assert!(error.message.contains("oxyde_decimal_sum") && error.message.contains("abc"), "{error}");
}

#[tokio::test]
async fn text_decimals_have_the_order_of_numbers() {
    let mut connection = memory().await;
    connection.command("CREATE TABLE t (v TEXT)").await.unwrap();
    connection.command("INSERT INTO t VALUES ('10'), ('9'), ('-1'), ('-1.5'), ('9.05')").await.unwrap();
    let found = rows(&mut connection, "SELECT v FROM t ORDER BY v COLLATE oxyde_decimal", &[]).await;
    assert_eq!(found, ["-1.5", "-1", "9", "9.05", "10"].map(|value| [text(value)]));
    let found = rows(&mut connection, "SELECT count(*) FROM t WHERE v > ? COLLATE oxyde_decimal", &[decimal("9.0")]).await;
    assert_eq!(found, [[Value::Int(2)]]);
}

#[tokio::test]
async fn regular_expressions_match() {
    let mut connection = memory().await;
    assert_eq!(one(&mut connection, "oxyde_regexp('^a.c$', 'abc', 0)").await, Value::Int(1));
    assert_eq!(one(&mut connection, "oxyde_regexp('^A', 'abc', 0)").await, Value::Int(0));
    assert_eq!(one(&mut connection, "oxyde_regexp('^A', 'abc', 1)").await, Value::Int(1));
    assert_eq!(one(&mut connection, "oxyde_regexp('a', NULL, 1)").await, Value::Null);
    let error = failure(&mut connection, "SELECT oxyde_regexp('(', 'abc', 0)", &[]).await;
    assert!(error.kind == Kind::Data && error.message.contains("regular expression"), "{error}");
}
