//! The first words of a statement, as far as they tell what the statement does.

/// Whether the statement begins with one of the words, which are in capitals.
pub fn is_one_of(verbs: &[&str], text: &str) -> bool {
    let word = first(text);
    verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// The first word.
pub fn first(text: &str) -> &str {
    word(lead(text))
}

/// The word after the first.
pub fn second(text: &str) -> &str {
    let text = lead(text);
    word(lead(&text[word(text).len()..]))
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len())]
}

/// The text without the white space, semicolons and comments that it begins with. MySQL reads what stands in `/*! ... */`.
fn lead(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
        if let Some(code) = text.strip_prefix("/*!").or_else(|| text.strip_prefix("/*M!")) {
            text = code.trim_start_matches(|c: char| c.is_ascii_digit());
        } else if text.starts_with("/*") {
            text = after_comment(text);
        } else if text.starts_with("--") || text.starts_with('#') {
            text = text.split_once('\n').map_or("", |(_, rest)| rest);
        } else {
            return text;
        }
    }
}

/// What follows a comment; comments inside of it count as the standard has it.
fn after_comment(text: &str) -> &str {
    let mut depth = 0_u32;
    let mut rest = text;
    while let Some(mark) = rest.find(['/', '*']) {
        rest = &rest[mark..];
        let (step, width) = if rest.starts_with("/*") {
            (1, 2)
        } else if rest.starts_with("*/") {
            (-1, 2)
        } else {
            (0, 1)
        };
        depth = depth.saturating_add_signed(step);
        rest = &rest[width..];
        if depth == 0 {
            return rest;
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_hide_no_verb() {
        for text in ["COMMIT", " ;commit", "/* x */ Commit", "-- c\ncommit", "/*!50000 COMMIT */", "/* a /* b */ c */commit", "# c\ncommit"]
        {
            assert!(is_one_of(&["COMMIT"], text), "{text}");
        }
        assert!(!is_one_of(&["COMMIT"], "COMMITTED") && !is_one_of(&["COMMIT"], "") && !is_one_of(&["COMMIT"], "/* commit"));
        assert_eq!((first("é"), second("create /* x */ temporary table")), ("", "temporary"));
    }
}
