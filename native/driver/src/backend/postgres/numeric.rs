//! Decodes and encodes `numeric`: digits to the base 10,000, of any length.

use super::read::{Read, int2, int4, int8};
use crate::decimal::{self, fits, misfit};

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const MINUS_INFINITY: u16 = 0xf000;

/// The largest scale that the server accepts.
const MAX_SCALE: usize = 16_383;

/// Base-10,000 digits, the most significant first.
struct Finite<'a> {
    negative: bool,
    /// The power of 10,000 of the first digit.
    weight: i32,
    /// The number of decimal digits after the point.
    scale: usize,
    digits: &'a [[u8; 2]],
}

enum Numeric<'a> {
    Finite(Finite<'a>),
    /// `NaN` and the infinities.
    Word(&'static str),
}

fn parse(raw: &[u8]) -> Read<Numeric<'_>> {
    let (head, digits) = raw.split_first_chunk::<8>().ok_or("the decimal is cut short")?;
    let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let negative = match number(4) {
        0 => false,
        NEGATIVE => true,
        NAN => return Ok(Numeric::Word("NaN")),
        INFINITY => return Ok(Numeric::Word("Infinity")),
        MINUS_INFINITY => return Ok(Numeric::Word("-Infinity")),
        sign => return Err(format!("a decimal of sign {sign:#x} came").into()),
    };
    let (digits, rest) = digits.as_chunks::<2>();
    if digits.len() != usize::from(number(0)) || !rest.is_empty() {
        return Err("the decimal is cut short".into());
    }
    Ok(Numeric::Finite(Finite { negative, weight: i32::from(number(2) as i16), scale: number(6).into(), digits }))
}

impl Finite<'_> {
    /// Returns the digit at a power of 10,000.
    fn digit(&self, power: i32) -> u16 {
        let at = usize::try_from(self.weight - power).ok();
        at.and_then(|at| self.digits.get(at)).map_or(0, |digit| u16::from_be_bytes(*digit))
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(self.digits.len() * 4 + 8 + self.scale);
        if self.negative {
            text.push('-');
        }
        let start = text.len();
        for power in (0..=self.weight.max(0)).rev() {
            four(self.digit(power), &mut text);
        }
        let zeros = text[start..].bytes().take_while(|byte| *byte == b'0').count().min(text.len() - start - 1);
        text.drain(start..start + zeros);
        if self.scale > 0 {
            text.push('.');
            let end = text.len() + self.scale;
            let mut power = -1;
            while text.len() < end {
                four(self.digit(power), &mut text);
                power -= 1;
            }
            text.truncate(end);
        }
        text
    }

    /// Returns the value times ten to the `scale`; `None` if that is not an integer or has more than 38
    /// digits.
    fn unscaled(&self, scale: u8) -> Option<i128> {
        let mut value: i128 = 0;
        // The power of ten of the last digit of `value`, at that scale.
        let mut power = 0;
        for (at, digit) in self.digits.iter().enumerate() {
            let digit = u16::from_be_bytes(*digit);
            power = (self.weight - at as i32) * 4 + i32::from(scale);
            // Of a digit that crosses the scale only the leading part counts; the rest must be zeros.
            let (kept, unit) = match power {
                0.. => (10_000, 1),
                -3..0 => (10_i128.pow((4 + power) as u32), 10_u16.pow(power.unsigned_abs())),
                _ if digit == 0 => continue,
                _ => return None,
            };
            if digit % unit != 0 {
                return None;
            }
            value = value.checked_mul(kept)?.checked_add((digit / unit).into())?;
        }
        if power > 0 && value != 0 {
            value = value.checked_mul(10_i128.checked_pow(power.unsigned_abs())?)?;
        }
        Some(if self.negative { -value } else { value })
    }
}

/// Appends four decimal digits.
fn four(digit: u16, text: &mut String) {
    for unit in [1_000, 100, 10, 1] {
        text.push(char::from(b'0' + (digit / unit % 10) as u8));
    }
}

/// Decodes canonical text, including `NaN` and the infinities.
pub fn text(raw: &[u8]) -> Read<String> {
    Ok(match parse(raw)? {
        Numeric::Finite(finite) => finite.text(),
        Numeric::Word(word) => word.to_owned(),
    })
}

/// Decodes the unscaled value of a decimal with at most `precision` digits, `scale` of them after the
/// point.
pub fn unscaled(raw: &[u8], precision: u8, scale: u8) -> Read<i128> {
    match parse(raw)? {
        Numeric::Finite(finite) => {
            let value = finite.unscaled(scale).filter(|value| fits(*value, precision));
            value.ok_or_else(|| misfit(&finite.text(), precision, scale).into())
        }
        Numeric::Word(word) => Err(misfit(word, precision, scale).into()),
    }
}

pub fn integer(raw: &[u8]) -> Read<i64> {
    match parse(raw)? {
        Numeric::Finite(finite) => {
            let value = finite.unscaled(0).and_then(|value| i64::try_from(value).ok());
            value.ok_or_else(|| format!("{} is no integer of 64 bits", finite.text()).into())
        }
        Numeric::Word(word) => Err(format!("{word} is no integer").into()),
    }
}

/// Decodes the nearest float.
pub fn double(raw: &[u8]) -> Read<f64> {
    let text = text(raw)?;
    let value: f64 = text.parse().map_err(|_| format!("{text} is no float"))?;
    if value.is_infinite() && text.ends_with(|last: char| last.is_ascii_digit()) {
        return Err(format!("{text} is out of a float's range").into());
    }
    Ok(value)
}

// Integers as decimals

fn of_integer(value: i64, precision: u8, scale: u8) -> Read<i128> {
    decimal::of_integer(value, precision, scale).ok_or_else(|| misfit(&value.to_string(), precision, scale).into())
}

pub fn unscaled_int2(raw: &[u8], precision: u8, scale: u8) -> Read<i128> {
    of_integer(int2(raw)?.into(), precision, scale)
}

pub fn unscaled_int4(raw: &[u8], precision: u8, scale: u8) -> Read<i128> {
    of_integer(int4(raw)?.into(), precision, scale)
}

pub fn unscaled_int8(raw: &[u8], precision: u8, scale: u8) -> Read<i128> {
    of_integer(int8(raw)?, precision, scale)
}

pub fn text_int2(raw: &[u8]) -> Read<String> {
    int2(raw).map(|value| value.to_string())
}

pub fn text_int4(raw: &[u8]) -> Read<String> {
    int4(raw).map(|value| value.to_string())
}

pub fn text_int8(raw: &[u8]) -> Read<String> {
    int8(raw).map(|value| value.to_string())
}

/// Encodes a decimal, `NaN` or an infinity. The error says why that is impossible.
pub fn write(text: &str, out: &mut Vec<u8>) -> Result<(), String> {
    match text {
        "NaN" => head(0, 0, NAN, 0, out),
        "Infinity" => head(0, 0, INFINITY, 0, out),
        "-Infinity" => head(0, 0, MINUS_INFINITY, 0, out),
        _ => return write_finite(text, out),
    }
    Ok(())
}

fn head(digits: u16, weight: i16, sign: u16, scale: u16, out: &mut Vec<u8>) {
    for part in [digits, weight as u16, sign, scale] {
        out.extend(part.to_be_bytes());
    }
}

fn write_finite(text: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let canonical = decimal::canonical(text).ok_or_else(|| format!("{:?} is no decimal", text.chars().take(80).collect::<String>()))?;
    let (sign, number) = canonical.strip_prefix('-').map_or((0, canonical.as_str()), |rest| (NEGATIVE, rest));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if part.len() > MAX_SCALE {
        return Err(format!("the decimal has more than {MAX_SCALE} digits after the point"));
    }
    let before = (4 - whole.len() % 4) % 4;
    let after = (4 - part.len() % 4) % 4;
    let zeros = |count| std::iter::repeat_n(b'0', count);
    let decimals: Vec<u8> = zeros(before).chain(whole.bytes()).chain(part.bytes()).chain(zeros(after)).collect();
    let (groups, _) = decimals.as_chunks::<4>();
    let digit = |group: &[u8; 4]| group.iter().fold(0_u16, |value, byte| value * 10 + u16::from(byte - b'0'));
    let digits: Vec<u16> = groups.iter().map(digit).collect();
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    let trailing = digits[leading..].iter().rev().take_while(|digit| **digit == 0).count();
    let digits = &digits[leading..digits.len() - trailing];
    let weight = if digits.is_empty() { 0 } else { (whole.len() + before) as i64 / 4 - 1 - leading as i64 };
    let (Ok(count), Ok(weight)) = (u16::try_from(digits.len()), i16::try_from(weight)) else {
        return Err("the decimal has more digits than PostgreSQL can hold".to_owned());
    };
    head(count, weight, if digits.is_empty() { 0 } else { sign }, part.len() as u16, out);
    for digit in digits {
        out.extend(digit.to_be_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(digits: &str) -> Vec<u8> {
        let mut raw = Vec::new();
        write(digits, &mut raw).unwrap();
        raw
    }

    #[test]
    fn decimals_return() {
        let mut cases: Vec<String> =
            ["0", "0.00", "1", "-1", "10000", "9999", "0.0001", "0.00001", "-0.5", "1.10", "100000000", "123456789.987654321"]
                .map(str::to_owned)
                .to_vec();
        // Every length around the groups of four, with digits and zeros at each end.
        for whole in 1..14 {
            for part in 0..14 {
                for pattern in ["7", "10", "01", "9990", "00001"] {
                    let digits: String = pattern.chars().cycle().take(whole + part).collect();
                    let (before, after) = digits.split_at(whole);
                    let before = before.trim_start_matches('0');
                    let before = if before.is_empty() { "0" } else { before };
                    let sign = if part % 2 == 0 || digits.trim_matches('0').is_empty() { "" } else { "-" };
                    cases.push(if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") });
                }
            }
        }
        cases.push(format!("{}.{}", "8".repeat(5_000), "3".repeat(5_000)));
        cases.extend(["NaN", "Infinity", "-Infinity"].map(str::to_owned));
        for case in cases {
            assert_eq!(text(&round(&case)).as_deref(), Ok(case.as_str()));
        }
    }

    #[test]
    fn bounded_decimals_are_exact_or_nothing() {
        for digits in ["0", "1.10", "-123456789.01", "99999999999999999999999999999999999.999", "0.001", "-10000", "12340000"] {
            assert_eq!(unscaled(&round(digits), 38, 3).ok(), decimal::unscaled(digits, 38, 3).ok(), "{digits}");
        }
        for digits in ["1.001", "12345678.00", "NaN", "Infinity", "100000000"] {
            assert!(unscaled(&round(digits), 9, 2).is_err(), "{digits}");
        }
        assert_eq!(unscaled(&round("0.000000000000000000000000000000000000000000000"), 9, 2), Ok(0));
        assert_eq!(unscaled_int4(&7_i32.to_be_bytes(), 5, 2), Ok(700));
        assert!(unscaled_int4(&7_000_i32.to_be_bytes(), 5, 2).is_err());
    }

    #[test]
    fn integers_and_floats_come_out() {
        assert_eq!(integer(&round("-9223372036854775808")), Ok(i64::MIN));
        assert_eq!(integer(&round("3.00")), Ok(3));
        assert!(integer(&round("9223372036854775808")).is_err() && integer(&round("0.5")).is_err() && integer(&round("NaN")).is_err());
        assert_eq!(double(&round("0.1")), Ok(0.1));
        assert_eq!(double(&round("Infinity")), Ok(f64::INFINITY));
        assert!(double(&round(&"9".repeat(400))).is_err());
    }

    #[test]
    fn garbage_is_refused() {
        for raw in [&[][..], &[0; 7], &[0, 1, 0, 0, 0, 0, 0, 0], &[0, 0, 0, 0, 0x80, 0, 0, 0], &[0, 1, 0, 0, 0, 0, 0, 0, 1]] {
            assert!(text(raw).is_err(), "{raw:?}");
        }
        assert!(write("1e", &mut Vec::new()).is_err() && write("", &mut Vec::new()).is_err());
        assert!(write(&format!("0.{}", "1".repeat(16_384)), &mut Vec::new()).is_err());
    }
}
