//! The collations for values stored as text, and the comparison of decimals.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ffi::{CStr, c_int, c_void};

use libsqlite3_sys as ffi;

use super::register::check;
use super::spelling;
use crate::backend::sqlite::handle::Handle;
use crate::decimal::{self, Parts};
use crate::error::Result;

/// An order of texts. Its methods must not panic.
trait Order {
    const NAME: &'static CStr;

    fn compare(left: &[u8], right: &[u8]) -> Ordering;
}

struct Decimals;
struct Moments;
struct Times;

impl Order for Decimals {
    const NAME: &'static CStr = c"oxyde_decimal";

    fn compare(left: &[u8], right: &[u8]) -> Ordering {
        compare(left, right)
    }
}

impl Order for Moments {
    const NAME: &'static CStr = c"oxyde_moment";

    fn compare(left: &[u8], right: &[u8]) -> Ordering {
        spelling::moments(left, right)
    }
}

impl Order for Times {
    const NAME: &'static CStr = c"oxyde_time";

    fn compare(left: &[u8], right: &[u8]) -> Ordering {
        spelling::times(left, right)
    }
}

pub fn register(handle: &Handle) -> Result<()> {
    one::<Decimals>(handle)?;
    one::<Moments>(handle)?;
    one::<Times>(handle)
}

fn one<O: Order>(handle: &Handle) -> Result<()> {
    let (name, keep) = (O::NAME, std::ptr::null_mut());
    // SAFETY: the database is open, the name is NUL-terminated, and there is no user data to free.
    let code =
        unsafe { ffi::sqlite3_create_collation_v2(handle.db().as_ptr(), name.as_ptr(), ffi::SQLITE_UTF8, keep, Some(collate::<O>), None) };
    check(handle, code)
}

unsafe extern "C" fn collate<O: Order>(
    _: *mut c_void,
    left: c_int,
    left_at: *const c_void,
    right: c_int,
    right_at: *const c_void,
) -> c_int {
    // SAFETY: SQLite passes two texts with their lengths. Orders do not panic.
    let (left, right) = unsafe { (bytes(left_at, left), bytes(right_at, right)) };
    O::compare(left, right) as c_int
}

/// # Safety
/// `length` bytes start at `start` and are valid during the current call.
unsafe fn bytes<'a>(start: *const c_void, length: c_int) -> &'a [u8] {
    if start.is_null() || length <= 0 {
        return &[];
    }
    // SAFETY: by the caller's promise.
    unsafe { std::slice::from_raw_parts(start.cast(), length as usize) }
}

/// Compares decimals by value; other texts sort after them, by their bytes.
pub fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (left, right) = (expanded(left), expanded(right));
    match (Trimmed::of(&left), Trimmed::of(&right)) {
        (Some(left), Some(right)) => left.compare(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(&right),
    }
}

/// Returns the text without an exponent.
fn expanded(text: &[u8]) -> Cow<'_, [u8]> {
    let has_exponent = text.iter().any(|byte| matches!(byte, b'e' | b'E'));
    if !has_exponent {
        return Cow::Borrowed(text);
    }
    match std::str::from_utf8(text).map(decimal::expanded) {
        Ok(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
        Ok(Cow::Borrowed(_)) | Err(_) => Cow::Borrowed(text),
    }
}

/// A decimal without exponent and without leading and trailing zeros.
struct Trimmed<'a>(Parts<'a>);

impl<'a> Trimmed<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let Parts { negative, whole, part } = Parts::of(text)?;
        let whole = whole.iter().position(|digit| *digit != b'0').and_then(|at| whole.get(at..)).unwrap_or_default();
        let part = part.iter().rposition(|digit| *digit != b'0').and_then(|at| part.get(..=at)).unwrap_or_default();
        Some(Self(Parts { negative: negative && !(whole.is_empty() && part.is_empty()), whole, part }))
    }

    fn compare(&self, other: &Self) -> Ordering {
        let size = |Self(a): &Self, Self(b): &Self| {
            a.whole.len().cmp(&b.whole.len()).then_with(|| a.whole.cmp(b.whole)).then_with(|| a.part.cmp(b.part))
        };
        match (self.0.negative, other.0.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_the_order_of_numbers() {
        let ascending = [
            "-123456789012345678901234567890.5",
            "-10",
            "-9.5",
            "-9.05",
            "-0.1",
            "0",
            "0.001",
            "0.0015",
            "0.1",
            "9",
            "9.05",
            "9.5",
            "10",
            "123456789012345678901234567890.5",
            "123456789012345678901234567890.51",
        ];
        for (at, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(compare(left.as_bytes(), right.as_bytes()), at.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for (left, right) in
            [("1.50", "1.5"), ("-0", "0.00"), ("007", "7"), (".5", "0.5"), ("+1", "1"), ("1.", "1"), ("1E+5", "100000"), ("15e-1", "1.50")]
        {
            assert_eq!(compare(left.as_bytes(), right.as_bytes()), Ordering::Equal, "{left} {right}");
        }
    }

    #[test]
    fn what_is_no_decimal_comes_last() {
        for text in ["", "-", ".", "1e", "abc", "1.2.3"] {
            assert_eq!(compare(text.as_bytes(), b"9"), Ordering::Greater, "{text}");
            assert_eq!(compare(b"-9", text.as_bytes()), Ordering::Less, "{text}");
        }
        assert_eq!(compare(b"a", b"b"), Ordering::Less);
    }
}
