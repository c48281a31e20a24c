//! The leading keywords of a statement, which tell what it does.

use oxyde_ir::Family;

use crate::lexer::{Kind, code};

/// Whether the statement starts with one of the words, which are in upper case.
pub fn is_one_of(verbs: &[&str], text: &str, family: Family) -> bool {
    let word = first(text, family);
    verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// Returns the first word; empty if the statement starts with none.
pub fn first(text: &str, family: Family) -> &str {
    words(text, family).next().unwrap_or_default()
}

/// Returns the keyword that tells what a statement does: after WITH and its queries, if there are any.
pub fn main(text: &str, family: Family) -> &str {
    const VERBS: [&str; 8] = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES", "TABLE"];
    let verb = first(text, family);
    if !verb.eq_ignore_ascii_case("WITH") {
        return verb;
    }
    let (mut depth, mut before) = (0_u32, "");
    for token in code(text, Some(family)) {
        let names = before == "," || ["WITH", "RECURSIVE"].iter().any(|word| before.eq_ignore_ascii_case(word));
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && token.kind == Kind::Word && !names && VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb)) => {
                return word;
            }
            _ => {}
        }
        before = token.text;
    }
    verb
}

/// Returns the words that a statement starts with, up to the first sign, string or quoted identifier.
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
        for (text, verb) in [
            ("WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a", "SELECT"),
            ("with recursive insert (x) as (select 1), b as not materialized (select 2) update c set d = (select 1)", "update"),
            ("/* c */ SELECT 1", "SELECT"),
            ("WITH a AS (SELECT 1", "WITH"),
        ] {
            assert_eq!(main(text, Family::Postgres), verb, "{text}");
        }
        assert_eq!(words("create /* x */ temporary table", Family::Sqlite).collect::<Vec<_>>(), ["create", "temporary", "table"]);
    }
}
