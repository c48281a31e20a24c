//! Arithmetic on integers and floats with Python's rules: overflow and division by zero are errors;
//! NULL if an argument is NULL.

use num_bigint::BigInt;
use num_traits::Signed;

use super::number::{Number, half_even, power as ten_to};
use super::register::{Answer, Answered};
use crate::backend::sqlite::read;
use crate::backend::sqlite::statement::Cell;

const ZERO: &str = "division by zero";
/// 2^63, the first integer above the 64-bit range.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

/// Returns the nearest float of a number, which may be decimal text; `None` for NULL.
pub fn float_of(cell: Cell<'_>) -> Result<Option<f64>, String> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Int(value) => Ok(Some(value as f64)),
        Cell::Real(value) => Ok(Some(value)),
        Cell::Text(_) | Cell::Blob(_) => {
            let digits = read::digits(cell)?;
            digits.trim().parse().map(Some).map_err(|_| format!("expected a number, got {}", read::shown(cell)))
        }
    }
}

/// Checks a computed float: it may be infinite only if an operand is.
fn computed(value: f64, sources: &[f64]) -> Answered {
    if value.is_nan() {
        // SQLite would store NULL.
        return Err("the result is no number".to_owned());
    }
    let is_known = value.is_finite() || sources.iter().any(|source| source.is_infinite());
    if is_known { Ok(Answer::Real(value)) } else { Err("the result is too large for a float".to_owned()) }
}

/// Applies a function of two floats.
pub fn floats(arguments: &[Cell<'_>], work: fn(f64, f64) -> Result<f64, &'static str>) -> Answered {
    let [left, right] = arguments else { return Err("it takes two arguments".to_owned()) };
    let (Some(left), Some(right)) = (float_of(*left)?, float_of(*right)?) else { return Ok(Answer::Null) };
    computed(work(left, right)?, &[left, right])
}

pub fn divide(left: f64, right: f64) -> Result<f64, &'static str> {
    if right == 0.0 { Err(ZERO) } else { Ok(left / right) }
}

/// Like `math.pow()`.
pub fn power(base: f64, exponent: f64) -> Result<f64, &'static str> {
    if base == 0.0 && exponent < 0.0 {
        Err("zero to a negative power")
    } else if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent.fract() != 0.0 {
        Err("a negative number to a power that is not whole")
    } else {
        Ok(base.powf(exponent))
    }
}

pub fn sqrt(arguments: &[Cell<'_>]) -> Answered {
    let [value] = arguments else { return Err("it takes one argument".to_owned()) };
    match float_of(*value)? {
        None => Ok(Answer::Null),
        Some(value) if value < 0.0 => Err("square root of a negative number".to_owned()),
        Some(value) => Ok(Answer::Real(value.sqrt())),
    }
}

/// Divides two integers, rounding down.
pub fn floor_divide(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Null, _] | [_, Cell::Null] => Ok(Answer::Null),
        [_, Cell::Int(0)] => Err(ZERO.to_owned()),
        [Cell::Int(left), Cell::Int(right)] => {
            let quotient = i128::from(*left).div_euclid(i128::from(*right));
            // The Euclidean remainder is never negative: for a negative divisor and a non-zero remainder, the
            // quotient is one too large.
            let over = *right < 0 && i128::from(*left).rem_euclid(i128::from(*right)) != 0;
            integer(quotient - i128::from(over))
        }
        _ => Err("it takes two integers".to_owned()),
    }
}

/// Returns the remainder of integers or floats, with the sign of the divisor.
pub fn modulo(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Null, _] | [_, Cell::Null] => Ok(Answer::Null),
        [_, Cell::Int(0)] => Err(ZERO.to_owned()),
        [Cell::Int(left), Cell::Int(right)] => {
            let (left, right) = (i128::from(*left), i128::from(*right));
            integer(((left % right) + right) % right)
        }
        _ => floats(arguments, |left, right| {
            if right == 0.0 {
                return Err(ZERO);
            }
            let rest = left % right;
            Ok(if rest != 0.0 && (rest < 0.0) != (right < 0.0) { rest + right } else { rest })
        }),
    }
}

/// Returns an integer if it fits 64 bits.
fn integer(value: i128) -> Answered {
    i64::try_from(value).map(Answer::Int).map_err(|_| "the result is no integer of 64 bits".to_owned())
}

pub fn absolute(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Null] => Ok(Answer::Null),
        [Cell::Int(value)] => integer(i128::from(*value).abs()),
        [value] => Ok(float_of(*value)?.map_or(Answer::Null, |value| Answer::Real(value.abs()))),
        _ => Err("it takes one argument".to_owned()),
    }
}

/// Rounds a number to an integer with the given function.
pub fn whole(arguments: &[Cell<'_>], work: fn(f64) -> f64) -> Answered {
    match arguments {
        [Cell::Int(value)] => Ok(Answer::Int(*value)),
        [value] => Ok(float_of(*value)?.map_or(Answer::Null, |value| Answer::Real(work(value)))),
        _ => Err("it takes one argument".to_owned()),
    }
}

/// Truncates a number towards zero, to an integer.
pub fn truncate(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Null] => Ok(Answer::Null),
        [Cell::Int(value)] => Ok(Answer::Int(*value)),
        [Cell::Real(value)] if (-BEYOND..BEYOND).contains(value) => Ok(Answer::Int(*value as i64)),
        [text @ Cell::Text(_)] => match Number::of(*text)?.and_then(|number| number.truncated()) {
            Some(value) => Ok(Answer::Int(value)),
            None => Err("a decimal that is no integer of 64 bits".to_owned()),
        },
        [Cell::Real(_)] => Err("a float that is no integer of 64 bits".to_owned()),
        _ => Err("it takes a number".to_owned()),
    }
}

/// Returns a decimal as the nearest float.
pub fn float(arguments: &[Cell<'_>]) -> Answered {
    let [value] = arguments else { return Err("it takes one argument".to_owned()) };
    float_of(*value)?.map_or(Ok(Answer::Null), |value| computed(value, &[]))
}

/// Rounds an integer or a float to a number of digits, half to even.
pub fn round(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Null, _] => Ok(Answer::Null),
        [Cell::Int(value), Cell::Int(digits)] => {
            let digits = u32::try_from(digits.checked_neg().unwrap_or_default()).unwrap_or_default();
            let rounded = half_even(&BigInt::from(*value), &ten_to(digits)) * ten_to(digits);
            i64::try_from(rounded).map(Answer::Int).map_err(|_| "the result is no integer of 64 bits".to_owned())
        }
        [Cell::Real(value), Cell::Int(digits)] => {
            let digits = i32::try_from(*digits).map_err(|_| format!("{digits} digits are too many"))?;
            rounded(*value, digits).map_or(Ok(Answer::Real(*value)), |rounded| computed(rounded, &[]))
        }
        _ => Err("it takes a number and a number of digits".to_owned()),
    }
}

/// Returns `None` if there is nothing to round.
fn rounded(value: f64, digits: i32) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).ok()?;
    let fraction = bits & 0x000f_ffff_ffff_ffff;
    let mantissa = if exponent == 0 { fraction } else { fraction | 0x0010_0000_0000_0000 };
    // The value is the mantissa times two to that power.
    let shift = exponent.max(1) - 1075;
    let (mut above, mut below) = (BigInt::from(mantissa), BigInt::from(1));
    if shift > 0 {
        above <<= shift;
    } else {
        below <<= -shift;
    }
    if digits > 0 {
        above *= ten_to(digits.unsigned_abs());
    } else {
        below *= ten_to(digits.unsigned_abs());
    }
    let nearest = half_even(&above, &below).abs();
    let size: f64 = format!("{nearest}e{}", -digits).parse().ok()?;
    Some(size.copysign(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_are_those_of_python() {
        for (left, right, quotient, rest) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -3, -2, 0), (i64::MIN, 1, i64::MIN, 0)]
        {
            let sides = [Cell::Int(left), Cell::Int(right)];
            assert_eq!((floor_divide(&sides), modulo(&sides)), (Ok(Answer::Int(quotient)), Ok(Answer::Int(rest))), "{left} by {right}");
        }
        assert!(floor_divide(&[Cell::Int(i64::MIN), Cell::Int(-1)]).is_err());
        assert_eq!(modulo(&[Cell::Real(-7.5), Cell::Int(2)]), Ok(Answer::Real(0.5)));
        assert_eq!(modulo(&[Cell::Int(i64::MAX), Cell::Int(i64::MIN)]), Ok(Answer::Int(-1)));
        for zero in [Cell::Int(0), Cell::Real(-0.0), Cell::Text(b"0.00")] {
            assert!(modulo(&[Cell::Real(1.0), zero]).is_err() && floats(&[Cell::Int(1), zero], divide).is_err());
        }
        assert_eq!(modulo(&[Cell::Null, Cell::Int(0)]), Ok(Answer::Null));
    }

    #[test]
    fn what_has_no_value_is_refused() {
        let multiply = |left, right| floats(&[Cell::Real(left), Cell::Real(right)], |left, right| Ok(left * right));
        assert!(multiply(1e308, 10.0).is_err());
        assert_eq!(multiply(f64::INFINITY, 2.0), Ok(Answer::Real(f64::INFINITY)));
        assert!(multiply(f64::INFINITY, 0.0).is_err());
        for (base, exponent) in [(0.0, -1.0), (-8.0, 0.5), (10.0, 400.0)] {
            assert!(floats(&[Cell::Real(base), Cell::Real(exponent)], power).is_err());
        }
        assert_eq!(floats(&[Cell::Int(2), Cell::Int(-1)], power), Ok(Answer::Real(0.5)));
        assert!(sqrt(&[Cell::Int(-1)]).is_err() && absolute(&[Cell::Int(i64::MIN)]).is_err());
        assert!(truncate(&[Cell::Real(9.3e18)]).is_err() && truncate(&[Cell::Text(b"1e30")]).is_err());
    }

    #[test]
    fn numbers_are_rounded_half_to_even() {
        for (value, digits, expected) in [
            (2.5, 0, 2.0),
            (-0.5, 0, -0.0),
            (2.675, 2, 2.67),
            (0.125, 2, 0.12),
            (1.005, 2, 1.0),
            (1e300, 5, 1e300),
            (1250.0, -2, 1200.0),
            (-1350.0, -2, -1400.0),
            (5e-324, 3, 0.0),
        ] {
            assert_eq!(rounded(value, digits), Some(expected), "{value} {digits}");
        }
        assert_eq!(round(&[Cell::Int(250), Cell::Int(-2)]), Ok(Answer::Int(200)));
        assert_eq!(round(&[Cell::Int(-251), Cell::Int(-2)]), Ok(Answer::Int(-300)));
        assert!(round(&[Cell::Int(i64::MAX), Cell::Int(-1)]).is_err());
    }
}
