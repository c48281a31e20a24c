//! Whether two texts are the same JSON: the order of keys, white space and the spelling of numbers do not count.

use std::cmp::Ordering;

use serde_json::Value;

use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

/// 1 or 0; NULL where either is NULL.
pub fn equals(arguments: &[Cell<'_>]) -> Answered {
    let [left, right] = arguments else { return Err("it takes two arguments".to_owned()) };
    let (Some(left), Some(right)) = (parsed(*left)?, parsed(*right)?) else { return Ok(Answer::Null) };
    Ok(Answer::Int(same(&left, &right).into()))
}

fn parsed(cell: Cell<'_>) -> Result<Option<Value>, String> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Int(value) => Ok(Some(value.into())),
        Cell::Real(value) => Ok(Some(value.into())),
        Cell::Text(bytes) | Cell::Blob(bytes) => serde_json::from_slice(bytes).map(Some).map_err(|_| "the text is no JSON".to_owned()),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right
                || (!(left.is_i64() && right.is_i64())
                    && left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| left.partial_cmp(&right) == Some(Ordering::Equal)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_spelling_do_not_count() {
        let equal = |left: &str, right: &str| equals(&[Cell::Text(left.as_bytes()), Cell::Text(right.as_bytes())]);
        assert_eq!(equal("{\"a\":1,\"b\":[1.0]}", "{ \"b\": [1], \"a\": 1e0 }"), Ok(Answer::Int(1)));
        assert_eq!(equal("{\"a\":1}", "{\"a\":1,\"b\":null}"), Ok(Answer::Int(0)));
        assert_eq!(equal("9007199254740993", "9007199254740992"), Ok(Answer::Int(0)));
        assert_eq!(equals(&[Cell::Null, Cell::Int(1)]), Ok(Answer::Null));
        assert!(equal("{", "1").is_err());
    }
}
