//! Text in UTF-8.

use super::{Declaration, Name, SqlType};
use crate::convert::Kind;
use crate::dialect::{Dialect, Types};
use crate::error::Result;

/// The length of the longest `VARCHAR` that fits into a row of `MySQL`, at four bytes per character.
const MOST_CHARACTERS: u32 = 16_383;

pub struct Text;

impl SqlType for Text {
    fn declared(&self, dialect: &Dialect, Declaration { length, indexed, .. }: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => length.map_or("TEXT".into(), |length| format!("VARCHAR({length})").into()),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => of_length("VARCHAR", "LONGTEXT", length, indexed),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => "text".into(),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => "CHAR".into(),
        }))
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Text)
    }
}

/// Returns a `MySQL` type for text or bytes. It is bounded if an index needs a length, which defaults to 255, or if the
/// given length fits into a row.
pub fn of_length(bounded: &str, unbounded: &'static str, length: Option<u32>, indexed: bool) -> Name {
    match length.filter(|length| indexed || *length <= MOST_CHARACTERS).or(indexed.then_some(255)) {
        Some(length) => format!("{bounded}({length})").into(),
        None => unbounded.into(),
    }
}
