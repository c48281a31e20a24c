//! Times of day with a UTC offset, which only `PostgreSQL` supports.

use super::{Declaration, Name, SqlType};
use crate::dialect::{Dialect, Types};
use crate::error::Result;

pub struct TimeTz;

impl SqlType for TimeTz {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        match dialect.types {
            Types::Postgres => Ok("TIMETZ".into()),
            Types::Sqlite | Types::Mysql | Types::Mariadb => {
                dialect.unsupported_but("times with a time zone", "store them without one, or as datetimes")
            }
        }
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(match dialect.types {
            Types::Postgres => Some("timetz".into()),
            Types::Sqlite | Types::Mysql | Types::Mariadb => None,
        })
    }
}
