//! What is asked of lists, which are JSON: whether their members meet. NULL among them equals nothing.

use serde_json::value::RawValue;

use super::json::{DEEPEST, no_json, number, same, text};
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

type Meets = fn(&RawValue, &RawValue) -> Result<bool, String>;

/// Applies a function to the members of two lists; those that are decimals (`1` as the last argument) may be texts. NULL where a list is.
pub fn members(arguments: &[Cell<'_>], function: impl Fn((&[&RawValue], &[&RawValue]), Meets) -> Result<bool, String>) -> Answered {
    let [left, right, Cell::Int(are_decimals)] = arguments else { return Err("it takes three arguments".to_owned()) };
    let (Some(left), Some(right)) = (text(*left)?, text(*right)?) else { return Ok(Answer::Null) };
    let left: Vec<&RawValue> = serde_json::from_str(&left).map_err(no_json)?;
    let right: Vec<&RawValue> = serde_json::from_str(&right).map_err(no_json)?;
    let meets: Meets = if *are_decimals == 1 { equal_decimals } else { equal };
    Ok(Answer::Int(function((&left, &right), meets)?.into()))
}

fn equal(left: &RawValue, right: &RawValue) -> Result<bool, String> {
    Ok(left.get() != "null" && same(left, right, DEEPEST)?)
}

#[allow(clippy::unnecessary_wraps)] // it stands for `equal`
fn equal_decimals(left: &RawValue, right: &RawValue) -> Result<bool, String> {
    Ok(number(left.get().trim_matches('"')).zip(number(right.get().trim_matches('"'))).is_some_and(|(left, right)| left == right))
}

fn is_among(member: &RawValue, members: &[&RawValue], meets: Meets) -> Result<bool, String> {
    for other in members {
        if meets(member, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether every member of the second list is in the first.
pub fn contains((whole, part): (&[&RawValue], &[&RawValue]), meets: Meets) -> Result<bool, String> {
    for member in part {
        if !is_among(member, whole, meets)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether every member of the first list is in the second.
pub fn within((part, whole): (&[&RawValue], &[&RawValue]), meets: Meets) -> Result<bool, String> {
    contains((whole, part), meets)
}

/// Whether two lists have a member in common.
pub fn overlaps((left, right): (&[&RawValue], &[&RawValue]), meets: Meets) -> Result<bool, String> {
    for member in left {
        if is_among(member, right, meets)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(left: &str, right: &str, decimals: i64) -> [Answered; 3] {
        let cells = [Cell::Text(left.as_bytes()), Cell::Text(right.as_bytes()), Cell::Int(decimals)];
        [members(&cells, contains), members(&cells, within), members(&cells, overlaps)]
    }

    #[test]
    fn members_meet() {
        let (yes, no) = (|| Ok(Answer::Int(1)), || Ok(Answer::Int(0)));
        assert_eq!(asked("[1, 2, 2]", "[2]", 0), [yes(), no(), yes()]);
        assert_eq!(asked("[]", "[]", 0), [yes(), yes(), no()]);
        assert_eq!(asked("[null, 1]", "[1]", 0), [yes(), no(), yes()]);
        assert_eq!(asked("[9007199254740993]", "[9007199254740992]", 0), [no(), no(), no()]);
        assert_eq!(asked(r#"["1.10"]"#, "[1.1]", 1), [yes(), yes(), yes()]);
        assert_eq!(members(&[Cell::Null, Cell::Text(b"[]"), Cell::Int(0)], overlaps), Ok(Answer::Null));
    }
}
