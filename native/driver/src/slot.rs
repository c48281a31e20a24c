//! Encodings of values that all servers share: LIKE patterns and JSON text.

use std::fmt::Write;

use oxyde_ir::Value;
use oxyde_ir::program::PatternSyntax;

use crate::iso;

/// The characters of a text used in a GLOB pattern: SQLite refuses patterns above 50,000 bytes.
const GLOBBED: usize = 1_000;

/// Escapes text as a literal pattern, with a wildcard before and after it as requested. For GLOB the
/// text is cut at a NUL and at `GLOBBED` characters, followed by a wildcard.
pub fn pattern(text: &str, syntax: PatternSyntax, before: bool, after: bool) -> String {
    let wildcard = match syntax {
        PatternSyntax::Like => '%',
        PatternSyntax::Glob => '*',
    };
    let mut pattern = String::with_capacity(text.len() + 2);
    if before {
        pattern.push(wildcard);
    }
    let read = match syntax {
        PatternSyntax::Like => text,
        PatternSyntax::Glob => {
            let end = text.char_indices().enumerate().find(|(count, (_, c))| *count == GLOBBED || *c == '\0');
            end.map_or(text, |(_, (at, _))| &text[..at])
        }
    };
    let after = after || read.len() < text.len();
    for c in read.chars() {
        match (syntax, c) {
            (PatternSyntax::Like, '%' | '_' | '!') => pattern.extend(['!', c]),
            (PatternSyntax::Glob, '*' | '?' | '[') => pattern.extend(['[', c, ']']),
            (PatternSyntax::Like | PatternSyntax::Glob, _) => pattern.push(c),
        }
    }
    if after {
        pattern.push(wildcard);
    }
    pattern
}

/// Returns a value as JSON text: numbers for integers and floats, hexadecimal digits for bytes, ISO
/// 8601 strings for dates and times, strings for decimals and UUIDs, microseconds for durations, arrays
/// for arrays. The error says why that is impossible.
pub fn json(value: &Value) -> Result<String, String> {
    let mut text = String::new();
    append(value, &mut text)?;
    Ok(text)
}

/// Returns the values as one JSON array.
pub fn json_array<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<String, String> {
    let mut text = String::from("[");
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        append(value, &mut text)?;
    }
    text.push(']');
    Ok(text)
}

fn append(value: &Value, text: &mut String) -> Result<(), String> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) | Value::Duration(value) => text.push_str(&value.to_string()),
        // Formatting into a String cannot fail, here and below.
        Value::Float(value) if value.is_finite() => drop(write!(text, "{value:?}")),
        Value::Float(value) => return Err(format!("{value} cannot be written as JSON")),
        Value::Text(value) => quote(value, text),
        Value::Bytes(value) => quote(&hex(value), text),
        Value::Decimal(value) => quote(value, text),
        Value::Uuid(value) => quote(&uuid(*value), text),
        Value::Date(value) => quote(&iso::date(*value).ok_or_else(out_of_calendar)?, text),
        Value::Time(value) => quote(&iso::time(*value).ok_or_else(|| "not a time of day".to_owned())?, text),
        Value::TimeTz(..) => return Err("a time of day with zone cannot be written as JSON".to_owned()),
        Value::Datetime(value) => quote(&iso::datetime(*value, 'T').ok_or_else(out_of_calendar)?, text),
        Value::DatetimeTz(value) => {
            let clock = iso::datetime(*value, 'T').ok_or_else(out_of_calendar)?;
            quote(&format!("{clock}+00:00"), text);
        }
        Value::Json(value) => text.push_str(value),
        Value::Array(values) => text.push_str(&json_array(values)?),
    }
    Ok(())
}

fn out_of_calendar() -> String {
    "the date is outside the years 0 to 9999".to_owned()
}

fn quote(value: &str, text: &mut String) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c < ' ' => drop(write!(text, "\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

/// Encodes bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

/// Decodes hexadecimal digits.
pub fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Formats a UUID as `00112233-4455-6677-8899-aabbccddeeff`.
pub fn uuid(bytes: [u8; 16]) -> String {
    let mut text = hex(&bytes);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

/// Parses a UUID of 36 characters with hyphens, or 32 without.
pub fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let digits = match text.len() {
        32 => text.to_owned(),
        36 if [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-') => text.replace('-', ""),
        _ => return None,
    };
    parse_hex(&digits)?.try_into().ok()
}

/// One spelling of a UUID.
pub enum Uuid {
    Text(String),
    Bytes([u8; 16]),
}

/// Returns a spelling of a UUID by number: with hyphens, without, both again in upper case, and the raw
/// bytes.
pub fn of_uuid(bytes: [u8; 16], number: u8) -> Option<Uuid> {
    Some(match number {
        0 => Uuid::Text(uuid(bytes)),
        1 => Uuid::Text(hex(&bytes)),
        2 => Uuid::Text(uuid(bytes).to_ascii_uppercase()),
        3 => Uuid::Text(hex(&bytes).to_ascii_uppercase()),
        4 => Uuid::Bytes(bytes),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_their_text() {
        assert_eq!(pattern("50%_!", PatternSyntax::Like, true, false), "%50!%!_!!");
        assert_eq!(pattern("a*b?[c]", PatternSyntax::Glob, false, true), "a[*]b[?][[]c]*");
        assert_eq!(pattern("a\0b", PatternSyntax::Glob, false, false), "a*");
        assert_eq!(pattern(&"é".repeat(60_000), PatternSyntax::Glob, false, true).chars().count(), 1_001);
    }

    #[test]
    fn arrays_become_json() {
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Float(-0.0),
            Value::Float(1e308),
            Value::Text("é\"\\\u{1}\0😀".into()),
            Value::Decimal("1.10".into()),
            Value::Uuid([0xab; 16]),
            Value::DatetimeTz(0),
            Value::Array(vec![Value::Date(0)]),
            Value::Json("{\"a\":1}".into()),
        ];
        let expected = "[null,true,-9223372036854775808,-0.0,1e308,\"é\\\"\\\\\\u0001\\u0000😀\",\"1.10\",\
            \"abababab-abab-abab-abab-abababababab\",\"1970-01-01T00:00:00.000000+00:00\",[\"1970-01-01\"],{\"a\":1}]";
        assert_eq!(json_array(&values).unwrap(), expected);
        assert!(json(&Value::Array(vec![Value::Float(f64::NAN)])).is_err());
    }

    #[test]
    fn uuids_return() {
        let bytes = *b"0123456789abcdef";
        assert_eq!(parse_uuid(&uuid(bytes)), Some(bytes));
        assert_eq!(parse_uuid("zz"), None);
        assert_eq!(parse_uuid("é0000000-0000-0000-0000-00000000000"), None);
    }
}
