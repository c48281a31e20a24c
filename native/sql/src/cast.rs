//! Types as they are in casts: what each server calls them.

use std::borrow::Cow;

use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Booleans, Calendar, Dialect, POSTGRES, ParamTypes};
use crate::error::{Result, malformed};
use crate::quote;
use crate::writer::Writer;

/// What CAST calls a type; `None` where there is no name, or none that would do.
pub type CastNames = fn(&ColumnType) -> Result<Option<Cow<'static, str>>>;

/// `PostgreSQL`.
pub fn postgres(ty: &ColumnType) -> Result<Option<Cow<'static, str>>> {
    Ok(Some(match ty {
        ColumnType::Bool => "boolean".into(),
        ColumnType::Int => "bigint".into(),
        ColumnType::Float => "double precision".into(),
        ColumnType::Text => "text".into(),
        ColumnType::Bytes => "bytea".into(),
        ColumnType::Decimal { precision: Some(precision), scale } => format!("numeric({precision},{})", scale.unwrap_or(0)).into(),
        ColumnType::Decimal { precision: None, .. } => "numeric".into(),
        ColumnType::Date => "date".into(),
        ColumnType::Time => "time".into(),
        ColumnType::TimeTz => "timetz".into(),
        ColumnType::Datetime => "timestamp".into(),
        ColumnType::DatetimeTz => "timestamptz".into(),
        ColumnType::Duration => "interval".into(),
        ColumnType::Uuid => "uuid".into(),
        ColumnType::Json => "jsonb".into(),
        ColumnType::Array { item } => match postgres(&without_digits(item))? {
            Some(item) => format!("{item}[]").into(),
            None => return Ok(None),
        },
        ColumnType::Enum { name, .. } => quote::quoted(&POSTGRES, name)?.into(),
        ColumnType::Any => return Ok(None),
    }))
}

/// A type for values as they come: a cast to digits rounds silently.
fn without_digits(ty: &ColumnType) -> Cow<'_, ColumnType> {
    if let ColumnType::Decimal { .. } = ty { Cow::Owned(ColumnType::Decimal { precision: None, scale: None }) } else { Cow::Borrowed(ty) }
}

/// `SQLite`; decimals, dates and times are texts of ours there.
#[allow(clippy::unnecessary_wraps)] // one of `CastNames`
pub fn sqlite(ty: &ColumnType) -> Result<Option<Cow<'static, str>>> {
    Ok(match ty {
        ColumnType::Int | ColumnType::Duration => Some("INTEGER".into()),
        ColumnType::Float => Some("REAL".into()),
        ColumnType::Text | ColumnType::Uuid | ColumnType::Enum { .. } | ColumnType::Json | ColumnType::Array { .. } => Some("TEXT".into()),
        ColumnType::Bytes => Some("BLOB".into()),
        ColumnType::Bool
        | ColumnType::Decimal { .. }
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::TimeTz
        | ColumnType::Datetime
        | ColumnType::DatetimeTz
        | ColumnType::Any => None,
    })
}

/// `MySQL`.
pub fn mysql(ty: &ColumnType) -> Result<Option<Cow<'static, str>>> {
    Ok(Some(match ty {
        ColumnType::Json | ColumnType::Array { .. } => "JSON".into(),
        ColumnType::Bool
        | ColumnType::Int
        | ColumnType::Float
        | ColumnType::Text
        | ColumnType::Bytes
        | ColumnType::Decimal { .. }
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::TimeTz
        | ColumnType::Datetime
        | ColumnType::DatetimeTz
        | ColumnType::Duration
        | ColumnType::Uuid
        | ColumnType::Enum { .. }
        | ColumnType::Any => return mariadb(ty),
    }))
}

/// `MariaDB`, which keeps JSON as text and has no cast to it.
#[allow(clippy::unnecessary_wraps)] // one of `CastNames`
pub fn mariadb(ty: &ColumnType) -> Result<Option<Cow<'static, str>>> {
    Ok(Some(match ty {
        ColumnType::Int | ColumnType::Duration => "SIGNED".into(),
        ColumnType::Float => "DOUBLE".into(),
        ColumnType::Text | ColumnType::Uuid | ColumnType::Enum { .. } | ColumnType::Json | ColumnType::Array { .. } => "CHAR".into(),
        ColumnType::Bytes => "BINARY".into(),
        ColumnType::Decimal { precision: Some(precision), scale } => format!("DECIMAL({precision},{})", scale.unwrap_or(0)).into(),
        ColumnType::Decimal { precision: None, .. } => "DECIMAL(65,30)".into(),
        ColumnType::Date => "DATE".into(),
        ColumnType::Time => "TIME(6)".into(),
        ColumnType::Datetime | ColumnType::DatetimeTz => "DATETIME(6)".into(),
        ColumnType::Bool | ColumnType::TimeTz | ColumnType::Any => return Ok(None),
    }))
}

/// What follows a placeholder to tell its type: `::bigint`.
pub fn suffix(dialect: &Dialect, ty: &ColumnType) -> Result<Option<String>> {
    match dialect.param_types {
        ParamTypes::Suffix => Ok((dialect.cast)(&without_digits(ty))?.map(|name| format!("::{name}"))),
        ParamTypes::Cast { .. } | ParamTypes::None => Ok(None),
    }
}

/// What a placeholder among expressions is cast to where it is sent as text, so that it is not compared as a float or as text.
pub fn value_cast(dialect: &Dialect, ty: &ColumnType) -> Result<Option<Cow<'static, str>>> {
    let is_text = match (dialect.param_types, ty) {
        (ParamTypes::Suffix | ParamTypes::None, _) => false,
        (ParamTypes::Cast { json }, ColumnType::Json | ColumnType::Array { .. }) => json,
        (ParamTypes::Cast { .. }, ColumnType::Date | ColumnType::Time | ColumnType::Datetime | ColumnType::DatetimeTz) => true,
        (
            ParamTypes::Cast { .. },
            ColumnType::Bool
            | ColumnType::Int
            | ColumnType::Float
            | ColumnType::Text
            | ColumnType::Bytes
            | ColumnType::Decimal { .. }
            | ColumnType::TimeTz
            | ColumnType::Duration
            | ColumnType::Uuid
            | ColumnType::Enum { .. }
            | ColumnType::Any,
        ) => false,
    };
    if is_text { (dialect.cast)(&without_digits(ty)) } else { Ok(None) }
}

impl Writer<'_> {
    /// `CAST(expr AS type)`, or what does the same.
    pub fn cast(&mut self, expr: &Expr, ty: &ColumnType) -> Result<()> {
        match (ty, self.dialect.booleans, self.dialect.calendar) {
            (ColumnType::Bool, Booleans::Numbers, _) => {
                self.push("(");
                self.operand(expr)?;
                self.word(" <> 0)")
            }
            (ColumnType::Decimal { precision, scale }, ..) if self.has_text_decimals() => {
                self.cast_to_text_decimal(expr, *precision, *scale)
            }
            (ColumnType::Date, _, Calendar::Text) => self.cut(expr, 1, Some(10)),
            (ColumnType::Time, _, Calendar::Text) => {
                self.push("substr(");
                self.respelt(expr)?;
                self.push(", CASE WHEN length(");
                self.respelt(expr)?;
                self.word(") > 16 THEN 12 ELSE 1 END)")
            }
            (ColumnType::Datetime | ColumnType::DatetimeTz, _, Calendar::Text) => {
                self.push("substr((");
                self.respelt(expr)?;
                self.push(") || ' 00:00:00', 1, max(19, length(");
                self.respelt(expr)?;
                self.word(")))")
            }
            (_, Booleans::Type | Booleans::Numbers, Calendar::Text | Calendar::Intervals | Calendar::Functions) => {
                let Some(name) = (self.dialect.cast)(ty)? else { return malformed("a cast to no type of the server's") };
                self.push("CAST(");
                self.respelt(expr)?;
                self.push(" AS ");
                self.push(&name);
                self.word(")")
            }
        }
    }
}
