//! The numbers in JSON text, as a float holds them or not.

/// As many significant digits as every float keeps.
const ALWAYS_KEPT: usize = 15;

/// As much of a number as a message shows.
const SHOWN: usize = 60;

/// The first number of valid JSON text that becomes another one as a float. Whole numbers become int, which holds all of them.
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

/// Where a string ends whose first character stands at `at`.
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

/// Whether a float, written with as many digits as the number has, is that number again.
fn is_held(number: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(number).ok() else { return false };
    let Some(float) = text.parse::<f64>().ok().filter(|float| float.is_finite()) else { return false };
    let Some((digits, exponent)) = scientific(text) else { return false };
    if digits.is_empty() {
        return float == 0.0;
    }
    if digits.len() <= ALWAYS_KEPT && float.is_normal() {
        return true;
    }
    let again = format!("{float:.*e}", digits.len() - 1);
    scientific(&again).is_some_and(|found| found == (digits, exponent))
}

/// The significant digits of a number without zeros at either end, and the exponent of the first; no digits for zero.
fn scientific(number: &str) -> Option<(String, i64)> {
    let number = number.strip_prefix('-').unwrap_or(number);
    let (mantissa, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let power: i64 = power.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let leading = i64::try_from(all.len() - digits.len()).ok()?;
    let exponent = power.checked_add(i64::try_from(whole.len()).ok()?)?.checked_sub(leading)?;
    Some((digits.trim_end_matches('0').to_owned(), exponent))
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
