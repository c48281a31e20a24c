//! The errors of rendering a statement.

use thiserror::Error;

use crate::dialect::NameLength;

/// The reason why a statement cannot be rendered; rendering never panics.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SqlError {
    /// The server does not support it. `feature` is a plural noun; `remedy` says what to do instead.
    #[error("{feature} are not supported by {dialect}{}", remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default())]
    Unsupported { feature: &'static str, dialect: &'static str, remedy: Option<&'static str> },
    /// The server would truncate or refuse the name.
    #[error("the name {name:?} is too long for {dialect}, which allows {most}; choose a shorter one with table_name or db_column")]
    TooLong { name: String, dialect: &'static str, most: NameLength },
    /// The statement is invalid, which is a bug in the compiler.
    #[error("the statement is malformed: {0}")]
    Malformed(String),
}

pub type Result<T> = std::result::Result<T, SqlError>;

pub fn malformed<T>(reason: impl Into<String>) -> Result<T> {
    Err(SqlError::Malformed(reason.into()))
}
