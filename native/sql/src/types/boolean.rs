//! Booleans.

use oxyde_ir::Expr;

use super::{Declaration, Name, SqlType};
use crate::convert::Kind;
use crate::dialect::{Booleans, Dialect, Types};
use crate::error::Result;
use crate::writer::Writer;

pub struct Boolean;

impl SqlType for Boolean {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres | Types::Sqlite => "BOOLEAN".into(),
            Types::Mysql | Types::Mariadb => "TINYINT(1)".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(match dialect.types {
            Types::Postgres => Some("boolean".into()),
            Types::Sqlite | Types::Mysql | Types::Mariadb => None,
        })
    }

    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        match writer.dialect.booleans {
            Booleans::Type => writer.cast_as(expr, self),
            Booleans::Numbers => {
                writer.push("(");
                writer.operand(expr)?;
                writer.word(" <> 0)")
            }
        }
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Bool)
    }
}
