//! Quoting of identifiers and literals, in one place.

use std::borrow::Cow;

use oxyde_ir::schema::TableRef;

use crate::dialect::{Backslash, Dialect};
use crate::error::{Result, SqlError, malformed};

/// Returns a name that a query defines (a result column, a common table expression, a join), shortened to the server's
/// maximum: a name that is too long ends in a digest of the whole.
pub fn kept<'a>(dialect: &Dialect, name: &'a str) -> Cow<'a, str> {
    if dialect.longest_name.holds(name) {
        return Cow::Borrowed(name);
    }
    let digest = format!("_{:016x}", fnv_1a(name.as_bytes()));
    let mut kept = String::new();
    for c in name.chars() {
        kept.push(c);
        if !dialect.longest_name.holds(&format!("{kept}{digest}")) {
            kept.pop();
            break;
        }
    }
    Cow::Owned(kept + &digest)
}

/// Returns the 64-bit FNV-1a hash (Fowler, Noll and Vo).
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Appends a quoted identifier.
pub fn identifier(text: &mut String, dialect: &Dialect, name: &str) -> Result<()> {
    if name.contains('\0') {
        return malformed("a name contains a NUL character");
    }
    if name.is_empty() {
        return malformed("a name is empty");
    }
    if !dialect.longest_name.holds(name) {
        return Err(SqlError::TooLong { name: name.to_owned(), dialect: dialect.name, most: dialect.longest_name });
    }
    text.push(dialect.quote);
    for c in name.chars() {
        if c == dialect.quote {
            text.push(c);
        }
        text.push(c);
    }
    text.push(dialect.quote);
    Ok(())
}

/// Returns a quoted identifier.
pub fn quoted(dialect: &Dialect, name: &str) -> Result<String> {
    let mut text = String::with_capacity(name.len() + 2);
    identifier(&mut text, dialect, name)?;
    Ok(text)
}

/// Appends `schema.name`.
pub fn qualified(text: &mut String, dialect: &Dialect, schema: Option<&str>, name: &str) -> Result<()> {
    if let Some(schema) = schema {
        identifier(text, dialect, schema)?;
        text.push('.');
    }
    identifier(text, dialect, name)
}

/// Returns the quoted name of a table, qualified by its schema if it has one.
pub fn table(dialect: &Dialect, table: &TableRef) -> Result<String> {
    let mut text = String::new();
    qualified(&mut text, dialect, table.schema.as_deref(), &table.name)?;
    Ok(text)
}

/// Returns the quoted names as a list: `"a", "b"`.
pub fn list<'a>(dialect: &Dialect, names: impl IntoIterator<Item = &'a str>) -> Result<String> {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push_str(", ");
        }
        identifier(&mut text, dialect, name)?;
    }
    Ok(text)
}

/// Returns a string literal for DDL, which takes no parameters.
pub fn literal(dialect: &Dialect, value: &str) -> Result<String> {
    if value.contains('\0') {
        return malformed("a text contains a NUL character");
    }
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    for c in value.chars() {
        match (c, dialect.backslash) {
            ('\'', _) | ('\\', Backslash::Escape) => text.extend([c, c]),
            (c, Backslash::Plain | Backslash::Escape) => text.push(c),
        }
    }
    text.push('\'');
    Ok(text)
}

/// Returns SQL written by the application if it is valid text.
pub fn sql(text: &str) -> Result<&str> {
    if text.contains('\0') {
        return malformed("an SQL text contains a NUL character");
    }
    if text.trim().is_empty() {
        return malformed("an SQL text is empty");
    }
    Ok(text)
}
