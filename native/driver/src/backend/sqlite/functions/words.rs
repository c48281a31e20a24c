//! Words as a query of FTS5, none of which is syntax.

use super::json::text;
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

/// Returns the query for a column that has all words; NULL if one is NULL. Words without letters and digits count as none.
pub fn query(arguments: &[Cell<'_>]) -> Answered {
    let [column, words] = arguments else { return Err("it takes a column and words".to_owned()) };
    let (Some(column), Some(words)) = (text(*column)?, text(*words)?) else { return Ok(Answer::Null) };
    let words: Vec<String> = words.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty()).map(quoted).collect();
    Ok(Answer::Text(if words.is_empty() { quoted("") } else { format!("{} : ({})", quoted(&column), words.join(" ")) }))
}

fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted() {
        let query = |words: &str| query(&[Cell::Text(b"a\"b"), Cell::Text(words.as_bytes())]);
        assert_eq!(query("one OR\ttwo*"), Ok(Answer::Text(r#""a""b" : ("one" "OR" "two*")"#.to_owned())));
        assert_eq!(query("say\"x"), Ok(Answer::Text(r#""a""b" : ("say""x")"#.to_owned())));
        assert_eq!(query(" \0"), Ok(Answer::Text("\"\"".to_owned())));
    }
}
