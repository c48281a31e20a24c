//! The first words of a statement, from which we infer what it does.

use oxyde_ir::Family;

use crate::lexer::{Kind, code};

/// Whether the statement begins with one of the words, which are in capitals.
pub fn is_one_of(verbs: &[&str], text: &str, family: Family) -> bool {
    let word = first(text, family);
    verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// The first word; empty where the statement begins with none.
pub fn first(text: &str, family: Family) -> &str {
    words(text, family).next().unwrap_or_default()
}

/// The words that a statement begins with, up to the first sign, string or name in quotes.
pub fn words(text: &str, family: Family) -> impl Iterator<Item = &str> {
    let tokens = code(text, Some(family)).skip_while(|token| token.text == ";");
    tokens.take_while(|token| token.kind == Kind::Word).map(|token| token.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_hide_no_verb() {
        for text in ["COMMIT", " ;commit", "\u{feff}/* x */ Commit", "-- c\ncommit", "/*!50000 COMMIT */", "/* a */commit", "# c\ncommit"] {
            assert!(is_one_of(&["COMMIT"], text, Family::Mysql), "{text}");
        }
        assert!(is_one_of(&["COMMIT"], "/* a /* b */ c */commit", Family::Postgres));
        assert!(is_one_of(&["COMMIT"], "/* a /* b */commit", Family::Sqlite));
        for text in ["COMMITTED", "", "/* commit", "(commit", "'a' commit"] {
            assert!(!is_one_of(&["COMMIT"], text, Family::Sqlite), "{text}");
        }
        assert_eq!(words("create /* x */ temporary table", Family::Sqlite).collect::<Vec<_>>(), ["create", "temporary", "table"]);
    }
}
