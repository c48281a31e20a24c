//! JSON.

use super::{Declaration, Name, Sent, SqlType};
use crate::dialect::{Dialect, Types};
use crate::error::Result;

pub struct Json;

impl SqlType for Json {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => "JSONB".into(),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => "JSON".into(),
        })
    }

    /// Returns the name in CAST; `MariaDB` stores JSON as text and cannot cast to it.
    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => "jsonb".into(),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql => "JSON".into(),
            Types::Mariadb => "CHAR".into(),
        }))
    }

    fn sent(&self) -> Sent {
        Sent::Json
    }
}
