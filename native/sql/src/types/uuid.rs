//! UUIDs, which are stored as text on a server without such a type.

use super::{Declaration, Name, SqlType};
use crate::dialect::{Dialect, Types};
use crate::error::Result;
use crate::spelling::Spelt;

pub struct Uuid;

impl SqlType for Uuid {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => "UUID".into(),
            Types::Sqlite | Types::Mysql | Types::Mariadb => "CHAR(36)".into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => "uuid".into(),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => "CHAR".into(),
        }))
    }

    fn spelt(&self) -> Option<Spelt> {
        Some(Spelt::Uuid)
    }
}
