//! Double quotes. SQLite takes what they enclose for a string where it names nothing: other people's views and triggers rely on
//! that, and in a statement it hides a misspelt name. So it is allowed, and statements are compiled with their names in backticks,
//! which enclose nothing but names.

use std::fmt::Write as _;

use oxyde_ir::Family;

use crate::backend::verb;
use crate::error::Error;
use crate::lexer::{Kind, tokens};

/// The statement with names in backticks; `None` where no name is in double quotes.
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
                // Writing to a string cannot fail.
                let _ = write!(safe, "`{}`", name.replace("\"\"", "\"").replace('`', "``"));
            }
            None => safe.push_str(token.text),
        }
    }
    is_changed.then_some(safe)
}

/// What a token in double quotes encloses.
fn inside(kind: Kind, text: &str) -> Option<&str> {
    (kind == Kind::Quoted).then(|| text.strip_prefix('"')?.strip_suffix('"')).flatten()
}

/// Whether the file keeps the text of a statement, and shall keep it as it was written.
pub fn is_kept(text: &str) -> bool {
    verb::is_one_of(&["CREATE", "ALTER"], text, Family::Sqlite)
}

/// Whether a table could not be altered because a definition that is there writes text in double quotes.
pub fn is_about_a_definition(error: &Error, text: &str) -> bool {
    let message = &error.message;
    let is_there = message.starts_with("error in ") && !message.contains(" after ");
    is_there && message.contains("no such column") && verb::is_one_of(&["ALTER"], text, Family::Sqlite)
}

/// The error of a statement that compiles only where double quotes may enclose strings.
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
