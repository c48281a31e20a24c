//! Text search: suffixes, and regular expressions in the syntax of the `regex` crate.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder};

use super::register::{Answer, Answered};
use crate::backend::sqlite::read;
use crate::backend::sqlite::statement::Cell;

/// The last compiled pattern.
struct Compiled {
    pattern: String,
    fold: bool,
    regex: Regex,
}

/// `oxyde_regexp(pattern, value, fold)`: 1 if the pattern matches anywhere in the value,
/// case-sensitively unless `fold`.
pub fn regexp() -> impl Fn(&[Cell<'_>]) -> Answered + Send {
    let last: RefCell<Option<Compiled>> = RefCell::default();
    move |arguments| {
        let [pattern, value, fold] = arguments else { return Err("it takes three arguments".to_owned()) };
        let (Some(pattern), Some(value)) = (text(*pattern)?, text(*value)?) else { return Ok(Answer::Null) };
        let fold = match fold {
            Cell::Null => return Ok(Answer::Null),
            Cell::Int(fold) => *fold != 0,
            Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) => return Err(format!("expected 0 or 1, got {}", read::shown(*fold))),
        };
        let mut last = last.borrow_mut();
        let compiled = match last.take().filter(|last| last.fold == fold && last.pattern == pattern) {
            Some(same) => same,
            None => compile(pattern, fold)?,
        };
        let found = compiled.regex.is_match(&value);
        *last = Some(compiled);
        Ok(Answer::Int(found.into()))
    }
}

/// `oxyde_endswith(value, end)`: 1 if the text ends with `end`, compared byte by byte.
pub fn ends_with(arguments: &[Cell<'_>]) -> Answered {
    let [value, end] = arguments else { return Err("it takes two arguments".to_owned()) };
    let (Some(value), Some(end)) = (text(*value)?, text(*end)?) else { return Ok(Answer::Null) };
    Ok(Answer::Int(value.ends_with(&end).into()))
}

fn compile(pattern: String, fold: bool) -> Result<Compiled, String> {
    let regex = RegexBuilder::new(&pattern).case_insensitive(fold).build();
    // The crate's message has several lines and marks the position.
    let regex = regex.map_err(|error| format!("the regular expression {pattern:?} cannot be used: {error}"))?;
    Ok(Compiled { pattern, fold, regex })
}

/// Returns a value as text: numbers in SQLite's format.
fn text(cell: Cell<'_>) -> Result<Option<String>, String> {
    Ok(match cell {
        Cell::Null => None,
        Cell::Int(value) => Some(value.to_string()),
        Cell::Real(value) => Some(format!("{value:?}")),
        Cell::Text(_) => Some(String::from_utf8_lossy(read::text(cell)?).into_owned()),
        Cell::Blob(_) => return Err(format!("expected text, got {}", read::shown(cell))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_found() {
        let found = |value: &str, end: &str| ends_with(&[Cell::Text(value.as_bytes()), Cell::Text(end.as_bytes())]);
        assert_eq!(found("a\0bé", "\0bé"), Ok(Answer::Int(1)));
        assert_eq!(found("ab", "a"), Ok(Answer::Int(0)));
        assert_eq!(found("ab", ""), Ok(Answer::Int(1)));
        assert_eq!(ends_with(&[Cell::Int(12), Cell::Text(b"2")]), Ok(Answer::Int(1)));
        assert_eq!(ends_with(&[Cell::Null, Cell::Text(b"2")]), Ok(Answer::Null));
    }

    #[test]
    fn patterns_match_anywhere() {
        let regexp = regexp();
        let found =
            |pattern: &str, value: &str, fold| regexp(&[Cell::Text(pattern.as_bytes()), Cell::Text(value.as_bytes()), Cell::Int(fold)]);
        assert_eq!(found("b+", "abbc", 0), Ok(Answer::Int(1)));
        assert_eq!(found("^b", "abbc", 0), Ok(Answer::Int(0)));
        assert_eq!(found("É", "é", 0), Ok(Answer::Int(0)));
        assert_eq!(found("É", "é", 1), Ok(Answer::Int(1)));
        assert_eq!(regexp(&[Cell::Text(b"a"), Cell::Null, Cell::Int(0)]), Ok(Answer::Null));
        assert_eq!(regexp(&[Cell::Text(b"^12$"), Cell::Int(12), Cell::Int(0)]), Ok(Answer::Int(1)));
        assert!(found("(", "a", 0).unwrap_err().contains('('));
        assert!(regexp(&[Cell::Text(b"a"), Cell::Blob(b"a"), Cell::Int(0)]).is_err());
    }
}
