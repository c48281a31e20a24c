//! 64-bit integers.

use oxyde_ir::Expr;

use super::{Declaration, Name, SqlType};
use crate::convert::Kind;
use crate::dialect::{Dialect, Types};
use crate::error::Result;
use crate::writer::Writer;

pub struct Integer;

impl SqlType for Integer {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres | Types::Mysql | Types::Mariadb => "BIGINT".into(),
            Types::Sqlite => "INTEGER".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(dialect.integer.into()))
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Int)
    }

    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        writer.fit_int(value)
    }
}
