//! Why a statement has no text on a server.

use thiserror::Error;

use crate::dialect::NameLength;

/// Rendering ends in a program or in one of these, never in a panic.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SqlError {
    /// The server cannot do it. `feature` is a plural.
    #[error("{feature} are not supported by {dialect}")]
    Unsupported { feature: &'static str, dialect: &'static str },
    /// The server cuts the name, or refuses it.
    #[error("the name {name:?} is longer than {dialect} keeps ({most}): choose a shorter one (table_name, db_column)")]
    TooLong { name: String, dialect: &'static str, most: NameLength },
    /// The statement means nothing: a fault of the compiler.
    #[error("the statement is malformed: {0}")]
    Malformed(String),
}

pub type Result<T> = std::result::Result<T, SqlError>;

pub fn malformed<T>(reason: impl Into<String>) -> Result<T> {
    Err(SqlError::Malformed(reason.into()))
}
