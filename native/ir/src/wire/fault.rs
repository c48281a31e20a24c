//! Why bytes are no statement, before it is known where.

use std::fmt;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireErrorKind {
    /// It is not what this version of the vocabulary allows in that place.
    Malformed,
    /// It nests deeper than every walk over it can bear.
    TooDeep,
    /// It is spelled in another version of the vocabulary.
    Version,
}

/// A `WireError` without its path.
#[derive(Debug)]
pub struct Fault {
    pub kind: WireErrorKind,
    pub message: String,
}

impl Fault {
    pub fn too_deep(message: String) -> Self {
        Self { kind: WireErrorKind::TooDeep, message }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self { kind: WireErrorKind::Malformed, message }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        message.to_string().into()
    }
}
