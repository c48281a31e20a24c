//! The first word of a statement, as far as it tells what the statement does.

/// Whether the statement begins with one of the words, which are in capitals.
pub fn is_one_of(verbs: &[&str], text: &str) -> bool {
    let text = text.trim_start();
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb))
}
