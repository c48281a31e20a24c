//! Enumerations, which are named types, inline `ENUM` types, or text, depending on the server.

use super::{Declaration, Name, SqlType};
use crate::dialect::{Dialect, Types};
use crate::error::{Result, malformed};
use crate::quote;

pub struct Label<'a> {
    pub name: &'a str,
    pub labels: &'a [String],
}

impl SqlType for Label<'_> {
    fn declared(&self, dialect: &Dialect, Declaration { schema, .. }: Declaration<'_>) -> Result<Name> {
        Ok(match dialect.types {
            Types::Postgres => {
                let mut text = String::new();
                quote::qualified(&mut text, dialect, schema, self.name)?;
                text.into()
            }
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => format!("ENUM({})", label_list(dialect, self.labels)?).into(),
        })
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        Ok(Some(match dialect.types {
            Types::Postgres => quote::quoted(dialect, self.name)?.into(),
            Types::Sqlite => "TEXT".into(),
            Types::Mysql | Types::Mariadb => "CHAR".into(),
        }))
    }
}

/// Returns the labels as string literals: `'a', 'b'`.
pub fn label_list(dialect: &Dialect, labels: &[String]) -> Result<String> {
    if labels.is_empty() {
        return malformed("an enumeration without labels");
    }
    let labels: Vec<String> = labels.iter().map(|label| quote::literal(dialect, label)).collect::<Result<_>>()?;
    Ok(labels.join(", "))
}
