//! Durations, which are stored in microseconds on a server without an interval type.

use oxyde_ir::Expr;

use super::{Declaration, Name, SqlType};
use crate::dialect::{Dialect, Types};
use crate::error::Result;
use crate::fit::Range;
use crate::writer::Writer;

pub struct Duration;

impl SqlType for Duration {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => "INTERVAL".into(),
            Types::Sqlite => "INTEGER".into(),
            Types::Mysql | Types::Mariadb => "BIGINT".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => "interval".into(),
            Types::Sqlite => "INTEGER".into(),
            Types::Mysql | Types::Mariadb => "SIGNED".into(),
        }))
    }

    fn range(&self) -> Option<Range> {
        Some(["'-999999999 days'", "'999999999 days 23:59:59.999999'", "* 1000000"])
    }

    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        writer.fit_int(value)
    }
}
