//! Decoding errors before their path is known.

use std::fmt;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireErrorKind {
    /// Not valid at this place in this version of the format.
    Malformed,
    /// Nested too deeply for the recursive walks over it.
    TooDeep,
    /// Encoded in another version of the format.
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
