//! Times of day without a time zone, which are stored as text on a server without such a type.

use oxyde_ir::Expr;

use super::{Declaration, Name, Sent, SqlType};
use crate::dialect::{Calendar, Dialect, Types};
use crate::error::Result;
use crate::spelling::Spelt;
use crate::writer::Writer;

pub struct Time;

impl SqlType for Time {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres | Types::Sqlite => "TIME".into(),
            Types::Mysql | Types::Mariadb => "TIME(6)".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(match dialect.types {
            Types::Postgres => Some("time".into()),
            Types::Sqlite => None,
            Types::Mysql | Types::Mariadb => Some("TIME(6)".into()),
        })
    }

    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        match writer.dialect.calendar {
            Calendar::Text => writer.cast_to_text_time(expr),
            Calendar::Intervals | Calendar::Functions => writer.cast_as(expr, self),
        }
    }

    fn sent(&self) -> Sent {
        Sent::Text
    }

    fn spelt(&self) -> Option<Spelt> {
        Some(Spelt::Time)
    }
}
