//! Text functions that count Unicode characters like Python: SQLite's own handle only ASCII, or stop at
//! a NUL.

use super::register::{Answer, Answered};
use crate::backend::sqlite::read;
use crate::backend::sqlite::statement::Cell;

/// Returns a text; `None` for NULL.
fn text_of<'a>(cell: Cell<'a>) -> Result<Option<std::borrow::Cow<'a, str>>, String> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Text(text) => std::str::from_utf8(text).map(|text| Some(text.into())).map_err(|_| "the text is not valid UTF-8".to_owned()),
        Cell::Int(value) => Ok(Some(value.to_string().into())),
        Cell::Real(_) | Cell::Blob(_) => Err(format!("expected a text, got {}", read::shown(cell))),
    }
}

/// Checks that a text has at most that many characters.
pub fn fitted(arguments: &[Cell<'_>]) -> Answered {
    let [text, Cell::Int(length)] = arguments else { return Err("it takes a text and a length".to_owned()) };
    let Some(text) = text_of(*text)? else { return Ok(Answer::Null) };
    match usize::try_from(*length) {
        Ok(length) if text.chars().nth(length).is_none() => Ok(Answer::Text(text.into_owned())),
        _ => Err(format!("the result has more than {length} characters")),
    }
}

/// Applies a function to a text.
pub fn mapped(arguments: &[Cell<'_>], work: fn(&str) -> String) -> Answered {
    let [text] = arguments else { return Err("it takes one argument".to_owned()) };
    Ok(text_of(*text)?.map_or(Answer::Null, |text| Answer::Text(work(&text))))
}

/// Converts to upper case, character by character like the servers: no character becomes two.
pub fn upper(text: &str) -> String {
    text.chars().map(capital).collect()
}

fn capital(c: char) -> char {
    let step = match c {
        // Greek letters with iota subscript: the titlecase form, because their upper case has two characters.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    if step > 0 {
        return char::from_u32(u32::from(c) + step).unwrap_or(c);
    }
    let mut all = c.to_uppercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        (_, _) => c,
    }
}

/// Converts to lower case, character by character.
pub fn lower(text: &str) -> String {
    let small = |c: char| {
        let mut all = c.to_lowercase();
        // Only U+0130 (I with dot above) becomes two characters, the first of which is the letter.
        all.next().unwrap_or(c)
    };
    text.chars().map(small).collect()
}

/// Strips the characters for which `str.isspace()` is true.
pub fn trim(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)).to_owned()
}

/// Returns the number of characters, or of bytes.
pub fn length(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Blob(bytes)] => Ok(Answer::Int(bytes.len() as i64)),
        [text] => Ok(text_of(*text)?.map_or(Answer::Null, |text| Answer::Int(text.chars().count() as i64))),
        _ => Err("it takes one argument".to_owned()),
    }
}

/// Returns a substring from a position, counted from 1, with a number of characters or to the end.
pub fn part(arguments: &[Cell<'_>]) -> Answered {
    let (text, start, length) = match arguments {
        [Cell::Null, ..] => return Ok(Answer::Null),
        [text, Cell::Int(start)] => (text, start, None),
        [text, Cell::Int(start), Cell::Int(length)] => (text, start, Some(*length)),
        _ => return Err("it takes a text and one or two integers".to_owned()),
    };
    let Some(text) = text_of(*text)? else { return Ok(Answer::Null) };
    let before = usize::try_from(*start - 1).map_err(|_| "places are counted from 1 on".to_owned())?;
    let most = length.map_or(Ok(usize::MAX), usize::try_from).map_err(|_| "a length is not negative".to_owned())?;
    Ok(Answer::Text(text.chars().skip(before).take(most).collect()))
}

/// Returns the text without ASCII white space at both ends, for parsing numbers.
fn bare<'a>(cell: Cell<'a>) -> Result<Option<std::borrow::Cow<'a, str>>, String> {
    match cell {
        Cell::Real(value) => Ok(Some(value.to_string().into())),
        Cell::Null | Cell::Int(_) | Cell::Text(_) | Cell::Blob(_) => {
            Ok(text_of(cell)?.map(|text| text.trim_matches(['\t', '\n', '\u{b}', '\u{c}', '\r', ' ']).to_owned().into()))
        }
    }
}

/// Parses a text as a number with `read`; the error says `wanted`.
fn number(arguments: &[Cell<'_>], wanted: &str, read: impl Fn(&str) -> Option<Answer>) -> Answered {
    let [cell] = arguments else { return Err("it takes one argument".to_owned()) };
    let Some(text) = bare(*cell)? else { return Ok(Answer::Null) };
    read(&text).ok_or_else(|| format!("expected {wanted}, got {}", read::shown(*cell)))
}

pub fn read_int(arguments: &[Cell<'_>]) -> Answered {
    number(arguments, "an integer of 64 bits", |text| text.parse().ok().map(Answer::Int))
}

pub fn read_float(arguments: &[Cell<'_>]) -> Answered {
    // "nan" and "infinity" have no digit at the start or after the point.
    let is_number = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        digits.strip_prefix('.').unwrap_or(digits).starts_with(|c: char| c.is_ascii_digit())
    };
    number(arguments, "a float", |text| text.parse().ok().filter(|value: &f64| is_number(text) && value.is_finite()).map(Answer::Real))
}

pub fn read_decimal(arguments: &[Cell<'_>]) -> Answered {
    number(arguments, "a decimal", |text| super::number::Number::parse(text).map(|number| Answer::Text(number.text())))
}

/// Parses the words that Pydantic accepts as bool.
pub fn read_bool(arguments: &[Cell<'_>]) -> Answered {
    let [cell] = arguments else { return Err("it takes one argument".to_owned()) };
    let Some(text) = text_of(*cell)? else { return Ok(Answer::Null) };
    match text.to_lowercase().as_str() {
        "1" | "on" | "t" | "true" | "y" | "yes" => Ok(Answer::Int(1)),
        "0" | "off" | "f" | "false" | "n" | "no" => Ok(Answer::Int(0)),
        _ => Err(format!("expected a truth value, got {}", read::shown(*cell))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_one() {
        assert_eq!(upper("éßıǆﬁᾳİx\0y"), "ÉßIǄﬁᾼİX\0Y");
        assert_eq!(lower("İΣÉẞ"), "iσéß");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let fit = |text: &str| fitted(&[Cell::Text(text.as_bytes()), Cell::Int(2)]);
        assert_eq!(fit("é😀"), Ok(Answer::Text("é😀".to_owned())));
        assert!(fit("ab ").is_err());
        assert_eq!(fitted(&[Cell::Null, Cell::Int(2)]), Ok(Answer::Null));
    }

    #[test]
    fn characters_are_counted() {
        assert_eq!(length(&[Cell::Text("😀é\0x".as_bytes())]), Ok(Answer::Int(4)));
        assert_eq!(length(&[Cell::Blob(b"\0\xff")]), Ok(Answer::Int(2)));
        assert_eq!(trim("\u{a0}\u{1c}\t x y \u{3000}\n"), "x y");
        let cut = |start, length| part(&[Cell::Text("a😀\0é".as_bytes()), Cell::Int(start), Cell::Int(length)]);
        assert_eq!(cut(2, 2), Ok(Answer::Text("😀\0".to_owned())));
        assert_eq!(cut(9, i64::MAX), Ok(Answer::Text(String::new())));
        assert!(cut(0, 1).is_err() && cut(-2, 1).is_err() && cut(1, -1).is_err());
    }

    #[test]
    fn numbers_are_read_whole_or_not() {
        let read = |function: fn(&[Cell<'_>]) -> Answered, text: &str| function(&[Cell::Text(text.as_bytes())]);
        assert_eq!(read(read_int, " +12\n"), Ok(Answer::Int(12)));
        assert_eq!(read(read_float, "-1.5e3 "), Ok(Answer::Real(-1500.0)));
        assert_eq!(read(read_float, ".5"), Ok(Answer::Real(0.5)));
        assert_eq!(read(read_decimal, "01.50"), Ok(Answer::Text("1.5".to_owned())));
        assert_eq!((read(read_bool, "YES"), read(read_bool, "off")), (Ok(Answer::Int(1)), Ok(Answer::Int(0))));
        for text in ["", "12abc", "1 2", "nan", "inf", "0x1f", "1_0", "--1", "9223372036854775808e"] {
            assert!(read(read_int, text).is_err() && read(read_float, text).is_err() && read(read_decimal, text).is_err(), "{text}");
        }
        assert!(read(read_int, "9223372036854775808").is_err() && read(read_float, "1e400").is_err() && read(read_bool, " true").is_err());
    }
}
