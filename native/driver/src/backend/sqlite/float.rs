//! Formats floats as decimal text that SQLite parses back to the same float.
//! SQLite's parser is wrong in the last bits for many very large or very small numbers, so each text is
//! tried on it first.

use super::handle::Handle;
use super::statement::{Cell, Statement};
use crate::error::{Error, Kind, Result};

/// Decimals of up to this many digits, without exponent, are always parsed correctly.
const SAFE: usize = 15;

/// How far from the float to search for a decimal, in eighths of the distance to the next float.
const REACH: i64 = 40;

/// The numbers of digits after the first to try: SQLite computes differently for each.
const WIDTHS: [usize; 3] = [18, 17, 16];

/// Formats finite floats on one connection.
pub struct Speller<'h> {
    handle: &'h Handle,
    reader: Option<Statement>,
}

impl<'h> Speller<'h> {
    pub fn new(handle: &'h Handle) -> Self {
        Self { handle, reader: None }
    }

    pub fn spell(&mut self, value: f64) -> Result<String> {
        let short = format!("{value:?}");
        let is_safe = !short.contains('e') && short.bytes().filter(u8::is_ascii_digit).count() <= SAFE;
        if is_safe || same(self.read(&short)?, value) {
            return Ok(short);
        }
        let size = value.abs();
        let sign = if value < 0.0 { "-" } else { "" };
        for width in WIDTHS {
            for eighths in (0..=REACH).flat_map(|eighths| [eighths, -eighths]) {
                if let Some(text) = beside(size, width, eighths)
                    && same(self.read(&text)?, size)
                {
                    return Ok(format!("{sign}{text}"));
                }
            }
        }
        Err(Error::new(Kind::FieldValue, format!("SQLite cannot take the float {value:?} in a list")))
    }

    /// Returns the float that SQLite parses from a text.
    fn read(&mut self, text: &str) -> Result<f64> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            reader => reader.insert(Statement::prepare(self.handle, "SELECT CAST(? AS REAL)")?),
        };
        let mut cursor = reader.start();
        let bound = cursor.bind_copy(1, text);
        bound.map_err(|unbound| Error::new(Kind::Internal, unbound.reason()))?;
        match (cursor.step()?, cursor.cell(0)) {
            (true, Cell::Real(value)) => Ok(value),
            _ => Err(Error::new(Kind::Internal, "SQLite read no float")),
        }
    }
}

/// Whether two floats have the same bits.
const fn same(left: f64, right: f64) -> bool {
    left.to_bits() == right.to_bits()
}

/// Returns a decimal at the given number of eighths from a positive float towards the next one.
fn beside(value: f64, width: usize, eighths: i64) -> Option<String> {
    let text = format!("{value:.width$e}");
    let (digits, exponent) = text.split_once('e')?;
    let digits: u64 = digits.replace('.', "").parse().ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    // The distance between two floats, in units of the last digit.
    let distance = digits as f64 * ((value - value.next_down()) / value);
    let digits = digits.checked_add_signed((distance / 8.0 * eighths as f64) as i64)?;
    Some(format!("{digits}e{}", exponent - width as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_mean_the_same_float() {
        for value in [1.715_373_926_431_966e178, 0.1, 1.191_059_317_632_293_5e-240, f64::MAX, f64::MIN_POSITIVE, 5e-324] {
            for eighths in [0, 1, -1] {
                let text = beside(value, 18, eighths).unwrap();
                assert_eq!(text.parse(), Ok(value), "{text}");
            }
        }
    }
}
