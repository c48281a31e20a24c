//! Integers, floats, decimals and UUIDs out of Python objects.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyType};

use super::{Refusal, mismatch};
use crate::hydrate::Types;

/// No server takes more digits; it keeps `1E+999999999` from filling the memory.
const MOST_DIGITS: i64 = 200_000;

pub fn int(given: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    let Ok(int) = given.cast::<PyInt>() else { return Err(mismatch("int", given)) };
    if given.is_instance_of::<PyBool>() {
        return Err(mismatch("int", given));
    }
    int.extract().map_err(|_| Refusal::Unfit("an int outside -2**63 to 2**63 - 1".to_owned()))
}

/// A float, or an int that a float holds exactly.
pub fn float(given: &Bound<'_, PyAny>) -> Result<f64, Refusal> {
    if let Ok(float) = given.cast::<PyFloat>() {
        return Ok(float.value());
    }
    if given.is_instance_of::<PyBool>() || !given.is_instance_of::<PyInt>() {
        return Err(mismatch("float", given));
    }
    let inexact = || Refusal::Unfit("an int that no float holds exactly".to_owned());
    let int: i128 = given.extract().map_err(|_| inexact())?;
    let float = int as f64;
    // 2**127 and more would saturate on the way back.
    if float.abs() < 1.7e38 && float as i128 == int { Ok(float) } else { Err(inexact()) }
}

pub fn is_decimal(given: &Bound<'_, PyAny>) -> PyResult<bool> {
    is(given, &Types::get(given.py())?.decimal)
}

pub fn is_uuid(given: &Bound<'_, PyAny>) -> PyResult<bool> {
    is(given, &Types::get(given.py())?.uuid)
}

fn is(given: &Bound<'_, PyAny>, class: &Py<PyType>) -> PyResult<bool> {
    given.is_instance(class.bind(given.py()))
}

pub fn uuid(given: &Bound<'_, PyAny>) -> Result<[u8; 16], Refusal> {
    if !is_uuid(given)? {
        return Err(mismatch("UUID", given));
    }
    let int: u128 = given.getattr(intern!(given.py(), "int"))?.extract()?;
    Ok(int.to_be_bytes())
}

/// Plain digits with a point where there is one, or `NaN`, `Infinity`, `-Infinity`; from a Decimal or an int.
pub fn decimal(given: &Bound<'_, PyAny>) -> Result<String, Refusal> {
    if !is_decimal(given)? {
        if given.is_instance_of::<PyInt>() && !given.is_instance_of::<PyBool>() {
            // An int of more digits than `sys.get_int_max_str_digits()` raises ValueError here.
            let text = given.str().map_err(|_| Refusal::Unfit("an int of too many digits".to_owned()))?;
            return Ok(text.to_str()?.to_owned());
        }
        return Err(mismatch("Decimal", given));
    }
    // The class's own method: a subclass may print itself as it likes.
    let text = Types::get(given.py())?.decimal.bind(given.py()).call_method1(intern!(given.py(), "__str__"), (given,))?;
    plain(text.extract::<&str>()?).map_err(Refusal::Unfit)
}

/// The text of a Decimal without an exponent.
fn plain(text: &str) -> Result<String, String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    match digits {
        "NaN" => return Ok("NaN".to_owned()),
        "Infinity" => return Ok(text.to_owned()),
        _ if digits.starts_with("sNaN") => return Err("a signalling NaN, which no server keeps".to_owned()),
        _ if digits.starts_with("NaN") => return Err("a NaN with a payload, which no server keeps".to_owned()),
        _ => {}
    }
    let (mantissa, exponent) = digits.split_once('E').unwrap_or((digits, "0"));
    let exponent: i64 = exponent.parse().map_err(|_| "a Decimal with too large an exponent".to_owned())?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if exponent.abs() + (mantissa.len() as i64) > MOST_DIGITS {
        return Err(format!("a Decimal of more than {MOST_DIGITS} digits"));
    }
    let all = format!("{whole}{part}");
    let point = whole.len() as i64 + exponent;
    let (whole, part) = if point <= 0 {
        ("0".to_owned(), format!("{}{all}", "0".repeat(point.unsigned_abs() as usize)))
    } else if point as usize >= all.len() {
        (format!("{all}{}", "0".repeat(point as usize - all.len())), String::new())
    } else {
        let (whole, part) = all.split_at(point as usize);
        (whole.to_owned(), part.to_owned())
    };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    let zero = all.bytes().all(|digit| digit == b'0');
    let sign = if zero { "" } else { sign };
    Ok(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn exponents_become_digits() {
        let cases = [
            ("1.10", "1.10"),
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0.00"),
            ("1E+3", "1000"),
            ("-1.5E+1", "-15"),
            ("1.25E+1", "12.5"),
            ("1E-7", "0.0000001"),
            ("0E-7", "0.0000000"),
            ("0E+3", "0"),
            ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
            ("NaN", "NaN"),
            ("-Infinity", "-Infinity"),
        ];
        for (given, expected) in cases {
            assert_eq!(plain(given).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn what_no_server_keeps_is_refused() {
        for given in ["sNaN", "-sNaN1", "NaN7", "1E+999999999", "1E-200001"] {
            assert!(plain(given).is_err(), "{given}");
        }
    }
}
