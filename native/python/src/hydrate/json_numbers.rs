//! Numbers in JSON text: whether a float of Python's is each of them.

/// The first number that is neither an integer nor what a float shows as: it has more digits than a float, or is beyond its range.
pub fn inexact(text: &[u8]) -> Option<&str> {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1),
            b'-' | b'0'..=b'9' => {
                let length = text[at..].iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')).count();
                let number = std::str::from_utf8(&text[at..at + length]).ok()?;
                if !is_exact(number) {
                    return Some(number);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

/// The place behind a string that begins before `at`.
fn string_end(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn is_exact(number: &str) -> bool {
    let is_integer = number.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    // So few characters are at most 15 digits, within the range.
    if is_integer || (number.len() <= 15 && !number.contains(['e', 'E'])) {
        return true;
    }
    // What is no number is for the parser to refuse.
    let Ok(float) = number.parse::<f64>() else { return true };
    let (float, said) = (float.abs(), parts(number.trim_start_matches('-')));
    // Two shortest texts may be as near as each other; the one that was written is the float rounded to as many digits.
    let digits = said.as_ref().map_or(0, |(digits, _)| digits.len());
    let rounded = || digits <= 17 && parts(&format!("{float:.*e}", digits.saturating_sub(1))) == said;
    float.is_finite() && (parts(&format!("{float:e}")) == said || rounded())
}

/// The digits that count and the power of ten of the last one.
fn parts(number: &str) -> Option<(String, i64)> {
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let counted = all.trim_start_matches('0').trim_end_matches('0');
    if counted.is_empty() {
        return Some((String::new(), 0));
    }
    let zeros = all.len() - all.trim_end_matches('0').len();
    let exponent: i64 = exponent.parse().ok()?;
    Some((counted.to_owned(), exponent - fraction.len() as i64 + zeros as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_floats_are() {
        for text in ["0.1", "1e22", "-2.50", "[1, 123456789012345678901234567890]", "0.30000000000000004", "1E5", "5e-324", "0.0e5", "1.0e+5", "-956625482635524.2"] {
            assert_eq!(inexact(text.as_bytes()), None, "{text}");
        }
        assert_eq!(inexact(br#"{"a \" 1e400": "0.1234567890123456789", "b": 100000000000000000000.0}"#), None);
    }

    #[test]
    fn numbers_that_no_float_is() {
        for number in ["1e400", "-1e999", "0.1234567890123456789", "1e-400", "12345678901234567.5", "0.30000000000000001"] {
            assert_eq!(inexact(format!("{{\"a\": [{number}]}}").as_bytes()), Some(number));
        }
    }
}
