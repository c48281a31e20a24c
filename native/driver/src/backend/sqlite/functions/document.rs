//! What is asked of JSON documents: values behind keys and places, their order, and containment.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::collation;
use super::json::{DEEPEST, no_json, same, text};
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

fn parsed(text: &str) -> Result<&RawValue, String> {
    serde_json::from_str(text).map_err(no_json)
}

fn object(raw: &RawValue) -> Result<BTreeMap<String, &RawValue>, String> {
    serde_json::from_str(raw.get()).map_err(no_json)
}

fn array(raw: &RawValue) -> Result<Vec<&RawValue>, String> {
    serde_json::from_str(raw.get()).map_err(no_json)
}

/// The value behind keys (texts) and places (numbers: of an array, or as keys); NULL where there is none.
pub fn get(arguments: &[Cell<'_>]) -> Answered {
    let [document, path @ ..] = arguments else { return Err("it takes a document and a path".to_owned()) };
    let Some(document) = text(*document)? else { return Ok(Answer::Null) };
    let mut here = parsed(&document)?;
    for step in path {
        let Some(key) = text(*step)? else { return Ok(Answer::Null) };
        let found = match (here.get().as_bytes().first(), step) {
            (Some(b'{'), _) => object(here)?.remove(&*key),
            (Some(b'['), Cell::Int(place)) => match usize::try_from(*place) {
                Ok(place) => array(here)?.get(place).copied(),
                Err(_) => None,
            },
            _ => None,
        };
        let Some(found) = found else { return Ok(Answer::Null) };
        here = found;
    }
    Ok(Answer::Text(here.get().to_owned()))
}

/// The text of a JSON string; NULL for other values.
pub fn string(arguments: &[Cell<'_>]) -> Answered {
    let [value] = arguments else { return Err("it takes one argument".to_owned()) };
    let Some(value) = text(*value)? else { return Ok(Answer::Null) };
    Ok(unquoted(parsed(&value)?)?.map_or(Answer::Null, Answer::Text))
}

/// The text of a JSON number (`0`), or of a truth value (`1`); NULL for other values.
pub fn plain(arguments: &[Cell<'_>]) -> Answered {
    let [value, Cell::Int(is_truth)] = arguments else { return Err("it takes two arguments".to_owned()) };
    let Some(value) = text(*value)? else { return Ok(Answer::Null) };
    let raw = parsed(&value)?.get();
    let is_meant = if *is_truth == 1 {
        matches!(raw, "true" | "false")
    } else {
        raw.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    };
    Ok(if is_meant { Answer::Text(raw.to_owned()) } else { Answer::Null })
}

fn unquoted(raw: &RawValue) -> Result<Option<String>, String> {
    if raw.get().starts_with('"') { serde_json::from_str(raw.get()).map(Some).map_err(no_json) } else { Ok(None) }
}

/// Compares a JSON value with digits (`0`), or with a text (`1`): -1, 0 or 1; NULL for values of other types.
pub fn order(arguments: &[Cell<'_>]) -> Answered {
    let [value, other, Cell::Int(is_text)] = arguments else { return Err("it takes three arguments".to_owned()) };
    let (Some(value), Some(other)) = (text(*value)?, text(*other)?) else { return Ok(Answer::Null) };
    let raw = parsed(&value)?;
    let found = if *is_text == 1 {
        unquoted(raw)?.map(|value| value.as_bytes().cmp(other.as_bytes()))
    } else {
        let is_number = matches!(raw.get().as_bytes().first(), Some(b'-' | b'0'..=b'9'));
        is_number.then(|| collation::compare(raw.get().as_bytes(), other.as_bytes()))
    };
    Ok(found.map_or(Answer::Null, |found| {
        Answer::Int(match found {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })
    }))
}

/// Whether the first value has all that is in the second: keys of objects, members of lists, however deep.
pub fn contains(arguments: &[Cell<'_>]) -> Answered {
    let [whole, part] = arguments else { return Err("it takes two arguments".to_owned()) };
    let (Some(whole), Some(part)) = (text(*whole)?, text(*part)?) else { return Ok(Answer::Null) };
    Ok(Answer::Int(holds(parsed(&whole)?, parsed(&part)?, DEEPEST)?.into()))
}

fn holds(whole: &RawValue, part: &RawValue, deeper: u8) -> Result<bool, String> {
    let Some(deeper) = deeper.checked_sub(1) else { return Err("the JSON is nested too deeply".to_owned()) };
    match (whole.get().as_bytes().first(), part.get().as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => {
            let whole = object(whole)?;
            for (key, value) in object(part)? {
                if !whole.get(&key).map_or(Ok(false), |found| holds(found, value, deeper))? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Some(b'['), Some(b'[')) => {
            let whole = array(whole)?;
            for wanted in array(part)? {
                let mut found = false;
                for member in &whole {
                    found = found || holds(member, wanted, deeper)?;
                }
                if !found {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Some(b'{' | b'['), _) | (_, Some(b'{' | b'[')) => Ok(false),
        _ => same(whole, part, deeper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell<'_> {
        Cell::Text(text.as_bytes())
    }

    #[test]
    fn keys_and_places() {
        let document = r#"{"a": [1, {"b.c\"": null}], "0": "x", "\u00e9": 2}"#;
        let get = |path: &[Cell<'_>]| get(&[&[cell(document)], path].concat());
        assert_eq!(get(&[cell("a"), Cell::Int(0)]), Ok(Answer::Text("1".to_owned())));
        assert_eq!(get(&[cell("a"), cell("0")]), Ok(Answer::Null));
        assert_eq!(get(&[cell("a"), Cell::Int(1), cell("b.c\"")]), Ok(Answer::Text("null".to_owned())));
        assert_eq!(get(&[cell("a"), Cell::Int(2)]), Ok(Answer::Null));
        assert_eq!(get(&[Cell::Int(0)]), Ok(Answer::Text("\"x\"".to_owned())));
        assert_eq!(get(&[cell("é")]), Ok(Answer::Text("2".to_owned())));
        assert_eq!(get(&[cell("é"), cell("x")]), Ok(Answer::Null));
    }

    #[test]
    fn values_of_one_type_have_an_order() {
        let order = |value: &str, other: &str, is_text: i64| order(&[cell(value), cell(other), Cell::Int(is_text)]);
        assert_eq!(order("9007199254740993", "9007199254740992", 0), Ok(Answer::Int(1)));
        assert_eq!(order("1e300", "1E+301", 0), Ok(Answer::Int(-1)));
        assert_eq!(order("-1.0", "-1", 0), Ok(Answer::Int(0)));
        assert_eq!(order("\"10\"", "9", 0), Ok(Answer::Null));
        assert_eq!(order("\"10\"", "9", 1), Ok(Answer::Int(-1)));
        assert_eq!(order("10", "9", 1), Ok(Answer::Null));
    }

    #[test]
    fn containment_is_deep() {
        let contains = |whole: &str, part: &str| contains(&[cell(whole), cell(part)]);
        assert_eq!(contains(r#"{"a": [1, {"b": 2, "c": 3}]}"#, r#"{"a": [{"b": 2.0}]}"#), Ok(Answer::Int(1)));
        assert_eq!(contains("[[1]]", "[1]"), Ok(Answer::Int(0)));
        assert_eq!(contains(r#"{"a": [1]}"#, r#"{"a": 1}"#), Ok(Answer::Int(0)));
        assert_eq!(contains("[1, 2]", "[2, 2, 1]"), Ok(Answer::Int(1)));
        assert_eq!(contains("[null]", "[null]"), Ok(Answer::Int(1)));
        assert_eq!(contains("{}", "[]"), Ok(Answer::Int(0)));
        assert!(contains("{", "[]").is_err());
    }
}
