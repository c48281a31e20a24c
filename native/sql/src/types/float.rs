//! Double-precision floating-point numbers.

use super::{Declaration, Name, SqlType};
use crate::convert::Kind;
use crate::dialect::{Dialect, Types};
use crate::error::Result;

pub struct Float;

impl SqlType for Float {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => "DOUBLE PRECISION".into(),
            Types::Sqlite => "REAL".into(),
            Types::Mysql | Types::Mariadb => "DOUBLE".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => "double precision".into(),
            Types::Sqlite => "REAL".into(),
            Types::Mysql | Types::Mariadb => "DOUBLE".into(),
        }))
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Float)
    }
}
