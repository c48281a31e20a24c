//! Encodes and decodes statements: as versioned MessagePack, and as JSON for people.

mod depth;
mod fault;
mod node;
mod read;
mod tree;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Statement;
use fault::Fault;
use node::Node;

pub use fault::WireErrorKind;

/// The version of the format, which both sides must share; raised by every incompatible change.
pub const VERSION: u32 = 2;

/// A message: a statement and the version of its format.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    v: u32,
    statement: Statement,
}

#[derive(Serialize)]
struct Borrowed<'a> {
    v: u32,
    statement: &'a Statement,
}

/// Why bytes cannot be decoded as a statement, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    pub kind: WireErrorKind,
    /// The path of the invalid node from the root: `statement.select.where.compare.left`.
    pub path: String,
    pub message: String,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" | "." => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for WireError {}

impl WireError {
    fn at(path: impl Into<String>, fault: impl Into<Fault>) -> Self {
        let Fault { kind, message } = fault.into();
        Self { kind, path: path.into(), message }
    }
}

/// Decodes a statement. For any input, the result is a statement or an error with a path.
pub fn decode(bytes: &[u8]) -> Result<Statement, WireError> {
    statement(&read::read(bytes)?)
}

/// Returns the canonical bytes of a statement: sorted keys, shortest integers and lengths, defaults
/// omitted.
pub fn encode(statement: &Statement) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::write(&message(statement), &mut bytes);
    bytes
}

/// Returns the message as JSON with sorted keys.
pub fn to_json(statement: &Statement) -> String {
    message(statement).to_json().to_string()
}

/// Decodes the JSON that `to_json` returns.
pub fn from_json(json: &str) -> Result<Statement, WireError> {
    let node: Node = serde_json::from_str(json).map_err(|error| WireError::at("", format!("this is no JSON message: {error}")))?;
    statement(&node)
}

fn message(statement: &Statement) -> Node {
    Node::of(&Borrowed { v: VERSION, statement })
}

fn statement(node: &Node) -> Result<Statement, WireError> {
    let message: Message = serde_path_to_error::deserialize(tree::Tree::root(node)).map_err(|error| {
        let path = error.path().to_string();
        WireError::at(path, error.into_inner())
    })?;
    if message.v != VERSION {
        let text = format!("version {} is not {VERSION}: the Python half and the compiled half differ", message.v);
        return Err(WireError::at("v", Fault { kind: WireErrorKind::Version, message: text }));
    }
    Ok(message.statement)
}

#[cfg(test)]
mod tests;
