//! Checks whether the numbers in JSON text survive a conversion to float.

/// The number of significant digits that a float always preserves (`DBL_DIG`).
const ALWAYS_KEPT: usize = 15;

/// The number of characters of a number that a message shows.
const SHOWN: usize = 60;

/// Returns the first number of valid JSON text that changes as a float. Integers become int, which is
/// unbounded.
pub fn unheld(text: &[u8]) -> Option<String> {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = after_string(text, at + 1),
            b'-' | b'0'..=b'9' => {
                let rest = text.get(at..).unwrap_or_default();
                let length = rest.iter().position(|byte| !is_of_number(*byte)).unwrap_or(rest.len());
                let number = rest.get(..length).unwrap_or_default();
                if !is_whole(number) && !is_held(number) {
                    let shown = number.get(..SHOWN).unwrap_or(number);
                    let dots = if shown.len() < number.len() { "..." } else { "" };
                    return Some(format!("{}{dots}", String::from_utf8_lossy(shown)));
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

/// Returns the position after a string whose first character is at `at`.
fn after_string(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn is_whole(number: &[u8]) -> bool {
    number.iter().all(|byte| !matches!(byte, b'.' | b'e' | b'E'))
}

/// Whether a float, printed with as many digits as the number, equals it.
fn is_held(number: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(number).ok() else { return false };
    let Some(float) = text.parse::<f64>().ok().filter(|float| float.is_finite()) else { return false };
    let Some(given) = Scientific::of(text) else { return false };
    if given.length == 0 {
        return float == 0.0;
    }
    if (given.length <= ALWAYS_KEPT && float.is_normal()) || is_nearest(number, float) {
        return true;
    }
    Scientific::of(&format!("{float:.*e}", given.length - 1)).is_some_and(|found| found.is(&given))
}

/// Whether a fraction without exponent differs from a float by less than half a unit of its last digit,
/// computed in integers; false if those would overflow.
fn is_nearest(number: &[u8], float: f64) -> bool {
    let (mut digits, mut places, mut behind) = (0_u64, 0_u32, false);
    for byte in number {
        match byte {
            b'.' => behind = true,
            b'0'..=b'9' if digits < 1_000_000_000_000_000_000 => {
                digits = digits * 10 + u64::from(byte - b'0');
                places += u32::from(behind);
            }
            b'-' => {}
            _ => return false,
        }
    }
    let bits = float.to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    let Some(shift) = 1_075_u64.checked_sub((bits >> 52) & 0x7ff).and_then(|shift| u32::try_from(shift).ok()) else { return false };
    if !float.is_normal() || places > 22 || shift > 66 {
        return false;
    }
    let distance = (u128::from(mantissa) * 10_u128.pow(places)).abs_diff(u128::from(digits) << shift);
    distance.checked_mul(2).is_some_and(|twice| twice < 1 << shift)
}

/// A number as its significant digits, without zeros at either end, and the exponent of the first
/// digit.
struct Scientific<'a> {
    mantissa: &'a [u8],
    leading: usize,
    length: usize,
    exponent: i64,
}

impl<'a> Scientific<'a> {
    fn of(number: &'a str) -> Option<Self> {
        let number = number.strip_prefix('-').unwrap_or(number);
        let (mantissa, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let power: i64 = power.parse().ok()?;
        let whole = mantissa.find('.').unwrap_or(mantissa.len());
        let mantissa = mantissa.as_bytes();
        let (mut count, mut leading, mut last) = (0, None, 0);
        for digit in mantissa.iter().filter(|byte| **byte != b'.') {
            if *digit != b'0' {
                leading = leading.or(Some(count));
                last = count + 1;
            }
            count += 1;
        }
        let leading = leading.unwrap_or(count);
        let exponent = power.checked_add(i64::try_from(whole).ok()?)?.checked_sub(i64::try_from(leading).ok()?)?;
        Some(Self { mantissa, leading, length: last.saturating_sub(leading), exponent })
    }

    fn digits(&self) -> impl Iterator<Item = &u8> {
        self.mantissa.iter().filter(|byte| **byte != b'.').skip(self.leading).take(self.length)
    }

    fn is(&self, other: &Self) -> bool {
        self.length == other.length && self.exponent == other.exponent && self.digits().eq(other.digits())
    }
}

#[cfg(test)]
mod tests {
    use super::unheld;

    #[test]
    fn numbers_that_a_float_holds_pass() {
        let held = [
            "0",
            "-0.0",
            "0e400",
            "1.5",
            "0.1",
            "1e22",
            "123456789012345678901234567890",
            "0.10000000000000001",
            "3.141592653589793",
            "0.50000000000000000000",
            "1.7976931348623157e308",
            "5e-324",
            "2.2250738585072014E-308",
            "[0.1, -2.5e+10, 1E2]",
            r#"{"1e400": "1e999 \" 1e999"}"#,
        ];
        for text in held {
            assert_eq!(unheld(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_number_that_a_float_changes_is_named() {
        let changed = [
            "1e400",
            "-1e999",
            "1e-400",
            "0.1234567890123456789",
            "12345678901234567.8",
            "792045677756914.3",
            "1.7976931348623159e308",
            "1e99999999999999999999",
            "123456789012345678.0",
            "4.00000000000000000001",
        ];
        for text in changed {
            assert_eq!(unheld(format!("[\"1\", {{\"a\": {text}}}]").as_bytes()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_long_number_is_cut_in_the_message() {
        let text = format!("0.{}", "1".repeat(1_000));
        assert_eq!(unheld(text.as_bytes()).map(|shown| shown.len()), Some(63));
    }
}
