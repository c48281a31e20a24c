//! The one table of the types that columns are declared with.

use std::borrow::Cow;

use oxyde_ir::ColumnType;
use oxyde_ir::schema::Column;

use crate::dialect::{Dialect, Types};
use crate::error::{Result, malformed};
use crate::quote;

/// Digits that a float of `SQLite` keeps.
pub const FLOAT_DIGITS: u16 = 15;

/// The declared type of a column without a `db_type`. `schema` is where the table's named types live.
pub fn declared(dialect: &Dialect, column: &Column, schema: Option<&str>) -> Result<Cow<'static, str>> {
    named(dialect, &column.ty, column.length, column.indexed, schema)
}

fn named(dialect: &Dialect, ty: &ColumnType, length: Option<u32>, indexed: bool, schema: Option<&str>) -> Result<Cow<'static, str>> {
    use Types::{Mariadb, Mysql, Postgres, Sqlite};
    Ok(match (ty, dialect.types) {
        (ColumnType::Bool, Postgres | Sqlite) => "BOOLEAN".into(),
        (ColumnType::Bool, Mysql | Mariadb) => "TINYINT(1)".into(),
        (ColumnType::Int, Postgres | Mysql | Mariadb) => "BIGINT".into(),
        (ColumnType::Int, Sqlite) => "INTEGER".into(),
        (ColumnType::Float, Postgres) => "DOUBLE PRECISION".into(),
        (ColumnType::Float, Sqlite) => "REAL".into(),
        (ColumnType::Float, Mysql | Mariadb) => "DOUBLE".into(),
        (ColumnType::Text, Postgres) => length.map_or("TEXT".into(), |length| format!("VARCHAR({length})").into()),
        (ColumnType::Text, Sqlite) => "TEXT".into(),
        (ColumnType::Text, Mysql | Mariadb) => text("VARCHAR", "LONGTEXT", length, indexed),
        (ColumnType::Bytes, Postgres) => "BYTEA".into(),
        (ColumnType::Bytes, Sqlite) => "BLOB".into(),
        (ColumnType::Bytes, Mysql | Mariadb) => text("VARBINARY", "LONGBLOB", length.filter(|_| indexed), indexed),
        (ColumnType::Decimal { precision, scale }, _) => decimal(dialect, *precision, *scale)?,
        (ColumnType::Date, _) => "DATE".into(),
        (ColumnType::Time, Postgres | Sqlite) => "TIME".into(),
        (ColumnType::Time, Mysql | Mariadb) => "TIME(6)".into(),
        (ColumnType::TimeTz, Postgres) => "TIMETZ".into(),
        (ColumnType::TimeTz, Sqlite | Mysql | Mariadb) => return dialect.unsupported("times of day with a zone"),
        (ColumnType::Datetime, Postgres) => "TIMESTAMP".into(),
        (ColumnType::Datetime, Sqlite) => "DATETIME".into(),
        (ColumnType::DatetimeTz, Postgres | Sqlite) => "TIMESTAMPTZ".into(),
        (ColumnType::Datetime | ColumnType::DatetimeTz, Mysql | Mariadb) => "DATETIME(6)".into(),
        (ColumnType::Duration, Postgres) => "INTERVAL".into(),
        (ColumnType::Duration, Sqlite) => "INTEGER".into(),
        (ColumnType::Duration, Mysql | Mariadb) => "BIGINT".into(),
        (ColumnType::Uuid, Postgres) => "UUID".into(),
        (ColumnType::Uuid, Sqlite | Mysql | Mariadb) => "CHAR(36)".into(),
        (ColumnType::Json, Postgres) => "JSONB".into(),
        (ColumnType::Array { item }, Postgres) => format!("{}[]", named(dialect, item, None, false, schema)?).into(),
        (ColumnType::Json | ColumnType::Array { .. }, Sqlite) => "TEXT".into(),
        (ColumnType::Json | ColumnType::Array { .. }, Mysql | Mariadb) => "JSON".into(),
        (ColumnType::Enum { name, .. }, Postgres) => {
            let mut text = String::new();
            quote::qualified(&mut text, dialect, schema, name)?;
            text.into()
        }
        (ColumnType::Enum { .. }, Sqlite) => "TEXT".into(),
        (ColumnType::Enum { labels, .. }, Mysql | Mariadb) => format!("ENUM({})", label_list(dialect, labels)?).into(),
        (ColumnType::Any, _) => return malformed("a column has no type"),
    })
}

/// The most characters that a row of `MySQL` has room for, at four bytes each.
const MOST_CHARACTERS: u32 = 16_383;

/// Text or bytes: of a length where one is given, and a row has room for it, or where an index needs one.
fn text(bounded: &str, unbounded: &'static str, length: Option<u32>, indexed: bool) -> Cow<'static, str> {
    match length.filter(|length| indexed || *length <= MOST_CHARACTERS).or(indexed.then_some(255)) {
        Some(length) => format!("{bounded}({length})").into(),
        None => unbounded.into(),
    }
}

fn decimal(dialect: &Dialect, precision: Option<u16>, scale: Option<u16>) -> Result<Cow<'static, str>> {
    let Some(precision) = precision else {
        return Ok(match dialect.types {
            Types::Postgres => "NUMERIC".into(),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => "DECIMAL(65,30)".into(),
        });
    };
    let scale = scale.unwrap_or(0);
    let (most, most_scale, name) = match dialect.types {
        Types::Postgres => (1_000, 1_000, "NUMERIC"),
        Types::Sqlite if precision > FLOAT_DIGITS => return Ok("TEXT".into()),
        Types::Sqlite => (FLOAT_DIGITS, FLOAT_DIGITS, "NUMERIC"),
        Types::Mysql => (65, 30, "DECIMAL"),
        Types::Mariadb => (65, 38, "DECIMAL"),
    };
    if precision == 0 || scale > precision {
        return malformed(format!("a decimal of {precision} digits, {scale} of them after the point"));
    }
    if precision > most || scale > most_scale {
        return dialect.unsupported("decimals of so many digits");
    }
    Ok(format!("{name}({precision},{scale})").into())
}

/// `'a', 'b'`.
pub fn label_list(dialect: &Dialect, labels: &[String]) -> Result<String> {
    if labels.is_empty() {
        return malformed("an enumeration without labels");
    }
    let labels: Vec<String> = labels.iter().map(|label| quote::literal(dialect, label)).collect::<Result<_>>()?;
    Ok(labels.join(", "))
}
