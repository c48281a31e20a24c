//! Dates and times with a time zone, which are stored in UTC on a server without such a type.

use oxyde_ir::Expr;

use super::{Declaration, Name, Sent, SqlType};
use crate::dialect::{Calendar, Dialect, Types};
use crate::error::Result;
use crate::fit::Range;
use crate::spelling::Spelt;
use crate::writer::Writer;

pub struct DatetimeTz;

impl SqlType for DatetimeTz {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres | Types::Sqlite => "TIMESTAMPTZ".into(),
            Types::Mysql | Types::Mariadb => "DATETIME(6)".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(match dialect.types {
            Types::Postgres => Some("timestamptz".into()),
            Types::Sqlite => None,
            Types::Mysql | Types::Mariadb => Some("DATETIME(6)".into()),
        })
    }

    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        match writer.dialect.calendar {
            Calendar::Text => writer.cast_to_text_moment(expr),
            Calendar::Intervals | Calendar::Functions => writer.cast_as(expr, self),
        }
    }

    fn sent(&self) -> Sent {
        Sent::Text
    }

    fn spelt(&self) -> Option<Spelt> {
        Some(Spelt::Moment)
    }

    fn range(&self) -> Option<Range> {
        Some(["'0001-01-01+00'", "'9999-12-31 23:59:59.999999+00'", "+ INTERVAL '178000000 years'"])
    }

    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        writer.around("oxyde_fit_moment(", value, ")")
    }
}
