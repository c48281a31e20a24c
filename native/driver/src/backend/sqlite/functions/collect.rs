//! The values of a group as a JSON array: numbers as they are, texts quoted, bytes as hexadecimal digits.

use std::collections::VecDeque;

use oxyde_ir::Value;

use super::aggregate::Accumulator;
use super::json::{no_json, text};
use super::register::{Answer, Answered};
use crate::backend::sqlite::read;
use crate::backend::sqlite::statement::Cell;
use crate::slot;

/// The values so far as JSON, in order. With `TRUTH` 0 and 1 are truth values, with `DOCUMENT` texts are JSON already.
#[derive(Default)]
pub struct Members<const TRUTH: bool, const DOCUMENT: bool> {
    members: VecDeque<String>,
    /// A value has no JSON form.
    fault: Option<String>,
}

impl<const TRUTH: bool, const DOCUMENT: bool> Accumulator for Members<TRUTH, DOCUMENT> {
    fn enter(&mut self, value: Cell<'_>) {
        match member::<TRUTH, DOCUMENT>(value) {
            Ok(member) => self.members.push_back(member),
            Err(reason) => self.fault = Some(reason),
        }
    }

    fn leave(&mut self, _: Cell<'_>) {
        self.members.pop_front();
    }

    fn result(&self) -> Answered {
        if let Some(reason) = &self.fault {
            return Err(reason.clone());
        }
        if self.members.is_empty() {
            return Ok(Answer::Null);
        }
        let mut list = String::from("[");
        for (at, member) in self.members.iter().enumerate() {
            list.push_str(if at == 0 { "" } else { "," });
            list.push_str(member);
        }
        list.push(']');
        Ok(Answer::Text(list))
    }
}

fn member<const TRUTH: bool, const DOCUMENT: bool>(cell: Cell<'_>) -> Result<String, String> {
    let value = match cell {
        Cell::Null => Value::Null,
        Cell::Int(truth @ (0 | 1)) if TRUTH => Value::Bool(truth == 1),
        Cell::Int(_) | Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) if TRUTH => {
            return Err(format!("expected 0 or 1, got {}", read::shown(cell)));
        }
        Cell::Int(number) => Value::Int(number),
        Cell::Real(number) => Value::Float(number),
        Cell::Text(_) => {
            let text = text(cell)?.unwrap_or_default().into_owned();
            if DOCUMENT {
                return Ok(text);
            }
            Value::Text(text)
        }
        Cell::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    };
    slot::json(&value)
}

/// Joins the texts of a JSON array by another one; NULL stays NULL.
pub fn joined(arguments: &[Cell<'_>]) -> Answered {
    let [list, between] = arguments else { return Err("it takes a list and a text".to_owned()) };
    let (Some(list), Some(between)) = (text(*list)?, text(*between)?) else { return Ok(Answer::Null) };
    let members: Vec<Option<String>> = serde_json::from_str(&list).map_err(no_json)?;
    let known: Vec<String> = members.into_iter().flatten().collect();
    Ok(if known.is_empty() { Answer::Null } else { Answer::Text(known.join(&between)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_json() {
        let mut list = Members::<false, false>::default();
        for value in [Cell::Int(-1), Cell::Null, Cell::Real(0.5), Cell::Text("a\"\0".as_bytes()), Cell::Blob(b"\x01\xff")] {
            list.enter(value);
        }
        assert_eq!(list.result(), Ok(Answer::Text(r#"[-1,null,0.5,"a\"\u0000","01ff"]"#.to_owned())));
        list.leave(Cell::Int(-1));
        list.enter(Cell::Real(f64::INFINITY));
        assert!(list.result().is_err());
    }

    #[test]
    fn joined_texts_skip_null() {
        let joined = |list: &str| joined(&[Cell::Text(list.as_bytes()), Cell::Text(b", ")]);
        assert_eq!(joined(r#"["a",null,"b"]"#), Ok(Answer::Text("a, b".to_owned())));
        assert_eq!(joined("[null]"), Ok(Answer::Null));
    }
}
