//! Dates, which are stored as text on a server without a date type.

use oxyde_ir::Expr;

use super::{Declaration, Name, Sent, SqlType};
use crate::convert::Kind;
use crate::dialect::{Calendar, Dialect, Types};
use crate::error::Result;
use crate::fit::Range;
use crate::writer::Writer;

pub struct Date;

impl SqlType for Date {
    fn declared(&self, _: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok("DATE".into())
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(match dialect.types {
            Types::Postgres => Some("date".into()),
            Types::Sqlite => None,
            Types::Mysql | Types::Mariadb => Some("DATE".into()),
        })
    }

    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        match writer.dialect.calendar {
            Calendar::Text => writer.cut(expr, 1, Some(10)),
            Calendar::Intervals | Calendar::Functions => writer.cast_as(expr, self),
        }
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Date)
    }

    fn sent(&self) -> Sent {
        Sent::Text
    }

    fn range(&self) -> Option<Range> {
        Some(["'0001-01-01'", "'9999-12-31'", "+ 2147483647"])
    }

    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        writer.around("oxyde_fit_moment(", value, ")")
    }
}
