//! Binary data.

use super::text::of_length;
use super::{Declaration, Name, SqlType};
use crate::dialect::{Dialect, Types};
use crate::error::Result;

pub struct Bytes;

impl SqlType for Bytes {
    /// Returns a type with a maximum length only for an indexed column, because an index needs one.
    fn declared(&self, dialect: &Dialect, Declaration { length, indexed, .. }: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => "BYTEA".into(),
            Types::Sqlite => "BLOB".into(),
            Types::Mysql | Types::Mariadb => of_length("VARBINARY", "LONGBLOB", length.filter(|_| indexed), indexed),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => "bytea".into(),
            Types::Sqlite => "BLOB".into(),
            Types::Mysql | Types::Mariadb => "BINARY".into(),
        }))
    }
}
