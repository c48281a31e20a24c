//! Double-quoted string literals. SQLite treats a double-quoted name that does not exist as a string:
//! existing views and triggers rely on that, but in a statement it hides a misspelt name. So it stays
//! enabled, and statements are compiled with their names in backticks, which never become strings.

use std::fmt::Write as _;

use oxyde_ir::Family;

use crate::backend::verb;
use crate::error::Error;
use crate::lexer::{Kind, tokens};

/// Returns the statement with names in backticks; `None` if it contains no double-quoted name.
pub fn in_backticks(text: &str) -> Option<String> {
    if !text.contains('"') {
        return None;
    }
    let mut safe = String::with_capacity(text.len());
    let mut is_changed = false;
    for token in tokens(text, Some(Family::Sqlite)) {
        match inside(token.kind, token.text) {
            Some(name) => {
                is_changed = true;
                // Writing to a String cannot fail.
                let _ = write!(safe, "`{}`", name.replace("\"\"", "\"").replace('`', "``"));
            }
            None => safe.push_str(token.text),
        }
    }
    is_changed.then_some(safe)
}

/// Returns the content of a double-quoted token.
fn inside(kind: Kind, text: &str) -> Option<&str> {
    (kind == Kind::Quoted).then(|| text.strip_prefix('"')?.strip_suffix('"')).flatten()
}

/// Whether the text of the statement is stored in the schema (CREATE), and must be kept as written.
pub fn is_kept(text: &str) -> bool {
    verb::is_one_of(&["CREATE", "ALTER"], text, Family::Sqlite)
}

/// Whether ALTER TABLE failed because an existing definition contains a double-quoted string literal.
pub fn is_about_a_definition(error: &Error, text: &str) -> bool {
    let message = &error.message;
    let is_there = message.starts_with("error in ") && !message.contains(" after ");
    is_there && message.contains("no such column") && verb::is_one_of(&["ALTER"], text, Family::Sqlite)
}

/// Returns the error for a statement that compiles only with double-quoted string literals.
pub fn of_string(error: Error) -> Error {
    error.with_hint("double quotes enclose a name; write text in single quotes, or bind it as a parameter")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_enclosed_in_backticks() {
        for (text, expected) in [
            (r#"SELECT "a" FROM "t" WHERE b = '"c"'"#, "SELECT `a` FROM `t` WHERE b = '\"c\"'"),
            (r#"SELECT "a""b`c" -- "d""#, "SELECT `a\"b``c` -- \"d\""),
            (r#"SELECT "" /* "x" */"#, "SELECT `` /* \"x\" */"),
        ] {
            assert_eq!(in_backticks(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["SELECT a", "SELECT '\"a\"'", "SELECT [\"a\"] FROM `t\"`", "SELECT \"a", "-- \"a\""] {
            assert_eq!(in_backticks(text), None, "{text}");
        }
    }

    #[test]
    fn definitions_are_kept() {
        assert!(is_kept(" create table \"t\" (a)") && is_kept("/* c */ ALTER TABLE t RENAME TO \"u\""));
        assert!(!is_kept("SELECT 1") && !is_kept("DROP TABLE \"t\""));
    }
}
