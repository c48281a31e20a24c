//! Finds the function calls in a statement written by the application, by its text alone.

use oxyde_ir::Family;

use crate::builtin;
use crate::lexer::{Kind, Token};

/// The tokens of a statement without white space and comments.
pub type Code<'c, 'a> = &'c [Token<'a>];

/// Whether the statement calls a function that may have side effects, or assigns a variable (`:=`).
pub fn calls(code: Code<'_, '_>, family: Family) -> bool {
    if family == Family::Sqlite {
        return false;
    }
    let makes_index = code.first().is_some_and(|token| is(token.text, &["CREATE"]))
        && code.get(1).is_some_and(|token| is(token.text, &["INDEX", "UNIQUE"]));
    // Only DISTINCT ON (...) can be followed directly by a call.
    let picks = code.windows(2).any(|pair| is(pair[0].text, &["DISTINCT"]) && is(pair[1].text, &["ON"]));
    // The token before a name, the qualifier up to the last dot, and the last part of the name.
    let (mut anchor, mut schema, mut name) = ("", None, None);
    let mut last = "";
    for (at, token) in code.iter().enumerate() {
        match token.text {
            "." => {}
            ":=" if family != Family::Postgres => return true,
            "(" => {
                let is_query = code.get(at + 1).is_some_and(|next| is(next.text, &["SELECT", "WITH"]));
                let call = name.take().map(|name| Call { name, schema, anchor, opening: token, inside: &code[at + 1..] });
                if call.is_some_and(|call| !is_query && !is_place(anchor, makes_index) && !call.is_harmless(family)) {
                    return true;
                }
            }
            _ if is_name(token, family) => {
                let qualified = last == "." && name.is_some();
                (anchor, schema) = if qualified { (anchor, name.map(|token: &Token<'_>| token.text)) } else { (last, None) };
                if last == ")" && picks {
                    anchor = "";
                }
                name = Some(token);
            }
            _ => name = None,
        }
        last = token.text;
    }
    false
}

/// A name followed by a parenthesis.
struct Call<'c, 'a> {
    name: &'c Token<'a>,
    schema: Option<&'a str>,
    anchor: &'a str,
    opening: &'c Token<'a>,
    /// The tokens after the opening parenthesis.
    inside: Code<'c, 'a>,
}

impl Call<'_, '_> {
    /// Whether the call has no side effects, or is not a call at all.
    fn is_harmless(&self, family: Family) -> bool {
        let Self { name, schema, anchor, opening, .. } = self;
        let is_own = matches!(schema, None | Some("pg_catalog"));
        if name.kind != Kind::Word || !is_own || (schema.is_some() && family != Family::Postgres) {
            return false;
        }
        let touching = name.text.as_ptr().wrapping_add(name.text.len()) == opening.text.as_ptr();
        match name.text.to_ascii_uppercase().as_str() {
            // Also valid function names, so they are keywords only in these positions.
            "OVER" | "FILTER" if *anchor == ")" => true,
            "BY" => is(anchor, &["ORDER", "GROUP", "PARTITION"]),
            "KEY" if is(anchor, &["PRIMARY", "FOREIGN"]) => true,
            "CONFLICT" => is(anchor, &["ON"]),
            "SET_CONFIG" if family == Family::Postgres => self.sets_own_locally(),
            _ => builtin::is_harmless(name.text, touching, family),
        }
    }

    /// Whether the arguments are `'prefix.name', ..., true`: a custom setting that is local to the
    /// transaction.
    fn sets_own_locally(&self) -> bool {
        let mut depth = 0_u32;
        let inside = self.inside.iter().map(|token| token.text).take_while(|text| {
            match *text {
                "(" => depth += 1,
                ")" if depth == 0 => return false,
                ")" => depth -= 1,
                _ => {}
            }
            true
        });
        match inside.collect::<Vec<_>>().as_slice() {
            [name, ",", .., ",", last] => name.starts_with('\'') && name.contains('.') && is(last, &["TRUE"]),
            _ => false,
        }
    }
}

/// Whether a token is an identifier or a part of one, not a string.
fn is_name(token: &Token<'_>, family: Family) -> bool {
    token.kind == Kind::Word || token.text.starts_with(if family == Family::Postgres { '"' } else { '`' })
}

/// Whether the token before a name shows that a table, an alias or a type follows, not a call.
fn is_place(anchor: &str, makes_index: bool) -> bool {
    is(anchor, &["INTO", "TABLE", "AS", "REFERENCES", "EXISTS", "RECURSIVE", "WITH", "::"]) || (makes_index && is(anchor, &["ON", "USING"]))
}

/// Whether a word equals one of `words`, which are in upper case; ignores case.
pub fn is(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| word.eq_ignore_ascii_case(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::code;

    fn called(text: &str, family: Family) -> bool {
        calls(&code(text, Some(family)).collect::<Vec<_>>(), family)
    }

    #[test]
    fn names_before_parentheses_are_calls_unless_they_are_places() {
        for text in
            ["SELECT f(1)", "SELECT a.f(1)", "SELECT \"f\"(1)", "SELECT * FROM f (1)", "SELECT 1 FROM a JOIN b ON f(1)", "SELECT by(1)"]
        {
            assert!(called(text, Family::Postgres), "{text}");
        }
        for text in ["INSERT INTO f (a) VALUES (1)", "SELECT 1 AS f", "SELECT 'f'", "SELECT a[f] FROM t AS f(a)", "CREATE INDEX i ON f (a)"]
        {
            assert!(!called(text, Family::Postgres), "{text}");
        }
        assert!(called("SELECT @a := 1", Family::Mysql) && !called("SELECT 'a' ':='", Family::Mysql));
    }
}
