//! Types as they stand in casts.

use std::borrow::Cow;

use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Dialect, Types};
use crate::error::{Result, malformed};
use crate::quote;
use crate::writer::Writer;

/// The name of a type of `PostgreSQL`; `None` where the server shall infer.
fn postgres(dialect: &Dialect, ty: &ColumnType) -> Result<Option<Cow<'static, str>>> {
    Ok(Some(match ty {
        ColumnType::Bool => "boolean".into(),
        ColumnType::Int => "bigint".into(),
        ColumnType::Float => "double precision".into(),
        ColumnType::Text => "text".into(),
        ColumnType::Bytes => "bytea".into(),
        // Without digits: a cast to fewer rounds silently.
        ColumnType::Decimal { .. } => "numeric".into(),
        ColumnType::Date => "date".into(),
        ColumnType::Time => "time".into(),
        ColumnType::Datetime => "timestamp".into(),
        ColumnType::DatetimeTz => "timestamptz".into(),
        ColumnType::Duration => "interval".into(),
        ColumnType::Uuid => "uuid".into(),
        ColumnType::Json => "jsonb".into(),
        ColumnType::Array { item } => match postgres(dialect, item)? {
            Some(item) => format!("{item}[]").into(),
            None => return Ok(None),
        },
        ColumnType::Enum { name, .. } => quote::quoted(dialect, name)?.into(),
        ColumnType::Any => return Ok(None),
    }))
}

/// What follows a placeholder to tell its type: `::bigint`.
pub fn suffix(dialect: &Dialect, ty: &ColumnType) -> Result<Option<String>> {
    match dialect.types {
        Types::Postgres => Ok(postgres(dialect, ty)?.map(|name| format!("::{name}"))),
        Types::Sqlite | Types::Mysql | Types::Mariadb => Ok(None),
    }
}

/// What a placeholder among expressions is cast to where it is sent as text, so that it is not compared as a float or as text.
pub fn value_cast(dialect: &Dialect, ty: &ColumnType) -> Option<&'static str> {
    match dialect.types {
        Types::Postgres | Types::Sqlite => None,
        Types::Mysql | Types::Mariadb => match ty {
            ColumnType::Decimal { .. } => Some("DECIMAL(65,30)"),
            ColumnType::Date => Some("DATE"),
            ColumnType::Time => Some("TIME(6)"),
            ColumnType::Datetime | ColumnType::DatetimeTz => Some("DATETIME(6)"),
            ColumnType::Json | ColumnType::Array { .. } => json(dialect),
            ColumnType::Bool
            | ColumnType::Int
            | ColumnType::Float
            | ColumnType::Text
            | ColumnType::Bytes
            | ColumnType::Duration
            | ColumnType::Uuid
            | ColumnType::Enum { .. }
            | ColumnType::Any => None,
        },
    }
}

/// `MariaDB` keeps JSON as text and has no cast to it.
fn json(dialect: &Dialect) -> Option<&'static str> {
    match dialect.types {
        Types::Mysql => Some("JSON"),
        Types::Postgres | Types::Sqlite | Types::Mariadb => None,
    }
}

/// The type of a cast that the application asks for.
fn target(dialect: &Dialect, ty: &ColumnType) -> Result<Cow<'static, str>> {
    let mysql = matches!(dialect.types, Types::Mysql | Types::Mariadb);
    let name = match dialect.types {
        Types::Postgres => postgres(dialect, ty)?,
        Types::Sqlite | Types::Mysql | Types::Mariadb => match ty {
            ColumnType::Int | ColumnType::Duration => Some(if mysql { "SIGNED" } else { "INTEGER" }.into()),
            ColumnType::Float => Some(if mysql { "DOUBLE" } else { "REAL" }.into()),
            ColumnType::Text | ColumnType::Uuid | ColumnType::Enum { .. } => Some(if mysql { "CHAR" } else { "TEXT" }.into()),
            ColumnType::Bytes => Some(if mysql { "BINARY" } else { "BLOB" }.into()),
            ColumnType::Json | ColumnType::Array { .. } if mysql => Some(json(dialect).unwrap_or("CHAR").into()),
            ColumnType::Json | ColumnType::Array { .. } => Some("TEXT".into()),
            ColumnType::Decimal { precision, scale } if mysql => Some(decimal(*precision, *scale)),
            ColumnType::Date | ColumnType::Time | ColumnType::Datetime | ColumnType::DatetimeTz if mysql => {
                value_cast(dialect, ty).map(Into::into)
            }
            ColumnType::Bool
            | ColumnType::Decimal { .. }
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Datetime
            | ColumnType::DatetimeTz
            | ColumnType::Any => None,
        },
    };
    name.map_or_else(|| malformed("a cast to no type of the server's"), Ok)
}

fn decimal(precision: Option<u16>, scale: Option<u16>) -> Cow<'static, str> {
    precision.map_or("DECIMAL(65,30)".into(), |precision| format!("DECIMAL({precision},{})", scale.unwrap_or(0)).into())
}

impl Writer<'_> {
    /// `CAST(expr AS type)`, or what does the same.
    pub fn cast(&mut self, expr: &Expr, ty: &ColumnType) -> Result<()> {
        match (self.dialect.types, ty) {
            (Types::Sqlite | Types::Mysql | Types::Mariadb, ColumnType::Bool) => {
                self.push("(");
                self.operand(expr)?;
                self.push(" <> 0)");
                Ok(())
            }
            (Types::Sqlite, ColumnType::Decimal { precision, scale }) => self.cast_to_text_decimal(expr, *precision, *scale),
            (Types::Sqlite, ColumnType::Date) => self.cut(expr, 1, Some(10)),
            (Types::Sqlite, ColumnType::Time) => {
                self.push("substr(");
                self.expr(expr)?;
                self.push(", CASE WHEN length(");
                self.expr(expr)?;
                self.push(") > 16 THEN 12 ELSE 1 END)");
                Ok(())
            }
            (Types::Sqlite, ColumnType::Datetime | ColumnType::DatetimeTz) => {
                self.push("substr(");
                self.operand(expr)?;
                self.push(" || ' 00:00:00', 1, max(19, length(");
                self.expr(expr)?;
                self.push(")))");
                Ok(())
            }
            (Types::Postgres, ColumnType::Decimal { precision: Some(precision), scale }) => {
                self.cast_named(expr, &format!("numeric({precision},{})", scale.unwrap_or(0)))
            }
            (Types::Postgres | Types::Sqlite | Types::Mysql | Types::Mariadb, _) => {
                let name = target(self.dialect, ty)?;
                self.cast_named(expr, &name)
            }
        }
    }

    fn cast_named(&mut self, expr: &Expr, name: &str) -> Result<()> {
        self.push("CAST(");
        self.expr(expr)?;
        self.push(" AS ");
        self.push(name);
        self.push(")");
        Ok(())
    }
}
