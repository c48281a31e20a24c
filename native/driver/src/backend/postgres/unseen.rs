//! Detects statements of the application whose columns may change without the server noticing, so that
//! they are prepared every time.
//!
//! A change of a table or view that a statement names makes the server reject its cached plan. That
//! does not cover functions that return rows, expanded composite values, cursors, and statements
//! prepared with PREPARE.

use oxyde_ir::Family;

use crate::backend::verb;
use crate::lexer::{Kind, Token, code};

/// Statements that return the rows of another statement.
const INDIRECT: [&str; 2] = ["FETCH", "EXECUTE"];

/// Keywords that start or continue a list of tables.
const TABLES: [&str; 4] = ["FROM", "JOIN", "LATERAL", "USING"];

/// Keywords that end such a list.
const BEYOND: [&str; 10] = ["SELECT", "VALUES", "WHERE", "GROUP", "ORDER", "HAVING", "WINDOW", "UNION", "RETURNING", "SET"];

/// Whether the names or types of the columns may change unnoticed. Errs on the safe side: the cost is
/// one more prepare.
pub fn may_change(text: &str) -> bool {
    if verb::is_one_of(&INDIRECT, text, Family::Postgres) {
        return true;
    }
    text.contains('*') && takes_rows_apart(text)
}

/// Whether a composite value, `(a).*`, or a subquery over a function's rows is expanded.
fn takes_rows_apart(text: &str) -> bool {
    let (mut stars, mut functions) = (false, false);
    // Per open parenthesis, and for the whole text: whether tables are listed here.
    let mut lists = vec![false];
    // The last name is in the position of a table.
    let mut is_table = false;
    let mut before = [Token { kind: Kind::Space, text: "" }; 2];
    for token in code(text, Some(Family::Postgres)) {
        let last = before[1];
        let lists_tables = lists.last().copied().unwrap_or_default();
        let at_table = lists_tables && (is_word(last, &TABLES) || matches!(last.text, "," | "("));
        match token.text {
            "(" => {
                functions |= is_table;
                lists.push(at_table);
                is_table = false;
            }
            ")" => {
                lists.pop();
                is_table = false;
            }
            "*" if last.text == "." && before[0].text == ")" => return true,
            "*" => stars |= last.text != "(",
            "." => {}
            _ if is_word(token, &TABLES) => {
                set(&mut lists, true);
                is_table = false;
            }
            _ if is_word(token, &BEYOND) => {
                set(&mut lists, false);
                is_table = false;
            }
            _ => {
                let is_name = matches!(token.kind, Kind::Word | Kind::Quoted);
                is_table = is_name && (at_table || (is_table && last.text == "."));
            }
        }
        before = [last, token];
    }
    stars && functions
}

fn set(lists: &mut [bool], to: bool) {
    if let Some(last) = lists.last_mut() {
        *last = to;
    }
}

fn is_word(token: Token<'_>, words: &[&str]) -> bool {
    token.kind == Kind::Word && words.iter().any(|word| token.text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_does_not_look_behind() {
        for text in [
            "SELECT * FROM f()",
            "select f.* from a.f(1) f",
            "SELECT * FROM t, \"F\" ()",
            "SELECT * FROM t JOIN LATERAL f(t.a) ON true",
            "SELECT * FROM ROWS FROM (f(), g())",
            "SELECT * FROM (SELECT * FROM f()) q",
            "SELECT * FROM t JOIN u ON lower(t.a) = u.a, f()",
            "SELECT * FROM (f() CROSS JOIN t)",
            "SELECT (f()).*",
            "SELECT ((a).b) . * FROM t",
            "WITH q AS (SELECT (a).* FROM t) SELECT b FROM q",
            "DELETE FROM t USING f() RETURNING *",
            "FETCH ALL FROM c",
            "/* x */ execute s",
        ] {
            assert!(may_change(text), "{text}");
        }
    }

    #[test]
    fn what_it_does_look_behind() {
        for text in [
            "SELECT * FROM t",
            "SELECT t.*, lower(a) FROM t WHERE a IN (SELECT 1) AND lower(a) = 'x' ORDER BY b, upper(a)",
            "SELECT a, b FROM f()",
            "SELECT count(*) FROM f()",
            "SELECT * FROM t JOIN u ON coalesce(t.a, lower(u.a)) = u.b JOIN v USING (a)",
            "INSERT INTO t (a, b) VALUES (1, 2) RETURNING *",
            "UPDATE t SET a = f(1), b = g(2) RETURNING *",
            "SELECT * FROM (VALUES (1)) AS v (a)",
            "SELECT '(a).*', * FROM t -- (a).*",
            "TABLE t",
        ] {
            assert!(!may_change(text), "{text}");
        }
    }
}
