//! Compares JSON texts by value: the order of keys, white space and the spelling of numbers are
//! ignored.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;
use crate::decimal;

/// The maximum nesting depth, the same as in `serde_json`.
pub const DEEPEST: u8 = 128;

/// Returns 1 or 0; NULL if an argument is NULL.
pub fn equals(arguments: &[Cell<'_>]) -> Answered {
    let [left, right] = arguments else { return Err("it takes two arguments".to_owned()) };
    let (Some(left), Some(right)) = (text(*left)?, text(*right)?) else { return Ok(Answer::Null) };
    let (left, right): (&RawValue, &RawValue) =
        (serde_json::from_str(&left).map_err(no_json)?, serde_json::from_str(&right).map_err(no_json)?);
    Ok(Answer::Int(same(left, right, DEEPEST)?.into()))
}

pub fn text(cell: Cell<'_>) -> Result<Option<Cow<'_, str>>, String> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Int(value) => Ok(Some(value.to_string().into())),
        Cell::Real(value) => Ok(Some(value.to_string().into())),
        Cell::Text(bytes) | Cell::Blob(bytes) => str::from_utf8(bytes).map(|text| Some(text.into())).map_err(no_json),
    }
}

pub fn no_json<E>(_: E) -> String {
    "the text is no JSON".to_owned()
}

/// Numbers are compared by their digits, not as floats.
pub fn same(left: &RawValue, right: &RawValue, deeper: u8) -> Result<bool, String> {
    let (left, right) = (left.get(), right.get());
    if left == right {
        return Ok(true);
    }
    let Some(deeper) = deeper.checked_sub(1) else { return Err("the JSON is nested too deeply".to_owned()) };
    match (left.as_bytes(), right.as_bytes()) {
        ([b'{', ..], [b'{', ..]) => {
            let (left, right): (BTreeMap<String, &RawValue>, BTreeMap<String, &RawValue>) =
                (serde_json::from_str(left).map_err(no_json)?, serde_json::from_str(right).map_err(no_json)?);
            let mut equal = left.len() == right.len();
            for (key, value) in &left {
                equal = equal && right.get(key).map_or(Ok(false), |other| same(value, other, deeper))?;
            }
            Ok(equal)
        }
        ([b'[', ..], [b'[', ..]) => {
            let (left, right): (Vec<&RawValue>, Vec<&RawValue>) =
                (serde_json::from_str(left).map_err(no_json)?, serde_json::from_str(right).map_err(no_json)?);
            let mut equal = left.len() == right.len();
            for (value, other) in left.into_iter().zip(right) {
                equal = equal && same(value, other, deeper)?;
            }
            Ok(equal)
        }
        ([b'"', ..], [b'"', ..]) => {
            Ok(serde_json::from_str::<String>(left).map_err(no_json)? == serde_json::from_str::<String>(right).map_err(no_json)?)
        }
        ([b'-' | b'0'..=b'9', ..], [b'-' | b'0'..=b'9', ..]) => {
            Ok(number(left).zip(number(right)).is_some_and(|(left, right)| left == right))
        }
        _ => Ok(false),
    }
}

/// Returns the digits of a number in canonical form.
pub fn number(text: &str) -> Option<String> {
    let plain = decimal::canonical(text)?;
    let short = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { &plain };
    Some(if short == "-0" { "0" } else { short }.to_owned())
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
        assert_eq!(equal("[1e23]", "[1.0000000000000001e23]"), Ok(Answer::Int(0)));
        assert_eq!(equal("1180591620717411303424", "1180591620717411303425"), Ok(Answer::Int(0)));
        assert_eq!(equal("[1.7976931348623157e308]", "[17976931348623157e292]"), Ok(Answer::Int(1)));
        assert_eq!(equal("[-0.0, 1E2, 5e-324]", "[0,100.0,0.5e-323]"), Ok(Answer::Int(1)));
        assert_eq!(equal("{\"\\u00e9\":\"\\u00e9\\/\"}", "{\"é\":\"é/\"}"), Ok(Answer::Int(1)));
        assert_eq!(equal("[true]", "[1]"), Ok(Answer::Int(0)));
        assert_eq!(equal("{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}"), Ok(Answer::Int(0)));
        assert_eq!(equals(&[Cell::Null, Cell::Int(1)]), Ok(Answer::Null));
        assert!(equal("{", "1").is_err());
        assert!(equal(&"[".repeat(200_000), "1").is_err());
        assert!(equal(&format!("{}1{}", "[".repeat(300), "]".repeat(300)), &format!("{}2{}", "[".repeat(300), "]".repeat(300))).is_err());
    }
}
