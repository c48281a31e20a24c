//! Lists of items of one type, which are JSON on a server without arrays.

use oxyde_ir::ColumnType;

use super::{Declaration, Name, Sent, SqlType, json, of, without_digits};
use crate::dialect::{Dialect, Types};
use crate::error::Result;

pub struct List<'a> {
    pub item: &'a ColumnType,
}

impl SqlType for List<'_> {
    fn declared(&self, dialect: &Dialect, with: Declaration<'_>) -> Result<Name> {
        match dialect.types {
            Types::Postgres => {
                let item = of(self.item).declared(dialect, Declaration { length: None, indexed: false, ..with })?;
                Ok(format!("{item}[]").into())
            }
            Types::Sqlite | Types::Mysql | Types::Mariadb => json::Json.declared(dialect, with),
        }
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        match dialect.types {
            Types::Postgres => {
                let item = of(&without_digits(self.item)).cast_name(dialect)?;
                Ok(item.map(|item| format!("{item}[]").into()))
            }
            Types::Sqlite | Types::Mysql | Types::Mariadb => json::Json.cast_name(dialect),
        }
    }

    fn sent(&self) -> Sent {
        Sent::Json
    }
}
