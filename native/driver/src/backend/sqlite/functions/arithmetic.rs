//! Arithmetic on decimals; NULL if an argument is NULL.

use super::number::Number;
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

/// Applies a function of two decimals.
pub fn two(arguments: &[Cell<'_>], work: fn(&Number, &Number) -> Result<Number, String>) -> Answered {
    let [left, right] = arguments else { return Err("it takes two arguments".to_owned()) };
    let (Some(left), Some(right)) = (Number::of(*left)?, Number::of(*right)?) else { return Ok(Answer::Null) };
    Ok(Answer::Text(work(&left, &right)?.text()))
}

/// Applies a function of one decimal.
pub fn one(arguments: &[Cell<'_>], work: fn(&Number) -> Number) -> Answered {
    let [number] = arguments else { return Err("it takes one argument".to_owned()) };
    Ok(Number::of(*number)?.map_or(Answer::Null, |number| Answer::Text(work(&number).text())))
}

/// Rounds a decimal to a number of digits with the given function.
pub fn round(arguments: &[Cell<'_>], work: fn(&Number, i32) -> Option<Number>) -> Answered {
    let [number, digits] = arguments else { return Err("it takes a decimal and a number of digits".to_owned()) };
    let Some(number) = Number::of(*number)? else { return Ok(Answer::Null) };
    let digits = match digits {
        Cell::Null => return Ok(Answer::Null),
        Cell::Int(digits) => i32::try_from(*digits).map_err(|_| format!("{digits} digits are too many"))?,
        Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) => return Err("the number of digits is no integer".to_owned()),
    };
    work(&number, digits).map(|number| Answer::Text(number.text())).ok_or_else(|| format!("{digits} digits are too many"))
}

#[allow(clippy::unnecessary_wraps)] // one of several of the same signature
pub fn add(left: &Number, right: &Number) -> Result<Number, String> {
    Ok(left.add(right))
}

#[allow(clippy::unnecessary_wraps)] // as above
pub fn subtract(left: &Number, right: &Number) -> Result<Number, String> {
    Ok(left.subtract(right))
}

#[allow(clippy::unnecessary_wraps)] // as above
pub fn multiply(left: &Number, right: &Number) -> Result<Number, String> {
    Ok(left.multiply(right))
}

pub fn divide(left: &Number, right: &Number) -> Result<Number, String> {
    left.divide(right).ok_or_else(|| "division by zero".to_owned())
}

pub fn remainder(left: &Number, right: &Number) -> Result<Number, String> {
    left.remainder(right).ok_or_else(|| "division by zero".to_owned())
}

pub fn negate(number: &Number) -> Number {
    number.negate()
}

pub fn absolute(number: &Number) -> Number {
    number.absolute()
}
