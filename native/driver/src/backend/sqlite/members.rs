//! Splits a query into the parts for which SQLite's declared types may be wrong: the members of a
//! compound query, and the parentheses that contain one.

use std::collections::HashSet;

use oxyde_ir::Family;

use crate::lexer::{Kind, Token, code};

/// The tokens of a text, without white space and comments.
pub struct Parts<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
}

/// A pair of parentheses, or the whole text, during parsing.
#[derive(Default)]
struct Frame {
    start: usize,
    /// Nothing in it can become a result column: it is an operand of IN or EXISTS, or part of a filter.
    is_aside: bool,
    /// The rest of this level only filters rows.
    filters: bool,
    holds_members: bool,
}

impl<'t> Parts<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, tokens: code(text, Some(Family::Sqlite)).collect() }
    }

    /// Returns the query of a view's definition.
    pub fn of_view(definition: &'t str) -> Option<Self> {
        let parts = Self::new(definition);
        let at = parts.outside().find(|at| parts.is(*at, &["AS"]))?;
        parts.text.get(parts.end(at)..).map(Self::new)
    }

    /// Returns the query, or for a write the part from RETURNING.
    pub fn returned(self) -> Self {
        let is_write = self.body().is_some_and(|at| !self.is(at, &["SELECT", "VALUES"]));
        let returning = self.outside().filter(|at| self.is(*at, &["RETURNING"])).last();
        match returning {
            Some(at) if is_write => Self::new(self.text.get(self.end(at)..).unwrap_or_default()),
            Some(_) | None => self,
        }
    }

    pub fn begins_with_common_tables(&self) -> bool {
        self.is(0, &["WITH"])
    }

    /// Returns the members of a compound query, each as a query of its own; otherwise the query itself.
    pub fn members(&self) -> Vec<String> {
        let Some(body) = self.body() else { return vec![self.text.to_owned()] };
        let before = self.text.get(..self.start(body)).unwrap_or_default();
        let mut cuts = vec![body];
        let mut end = self.text.len();
        for at in self.outside().filter(|at| *at > body) {
            if self.is(at, &["UNION", "INTERSECT", "EXCEPT"]) {
                cuts.push(at);
            } else if self.is(at, &["ORDER", "LIMIT"]) {
                end = self.start(at);
                break;
            }
        }
        if cuts.len() == 1 {
            return vec![self.text.to_owned()];
        }
        let ends = cuts.iter().skip(1).map(|at| self.start(*at)).chain([end]).collect::<Vec<_>>();
        let begins = cuts.iter().enumerate().map(|(number, at)| {
            let first = if number == 0 { *at } else { at + 1 + usize::from(self.is(at + 1, &["ALL"])) };
            self.tokens.get(first).map_or(self.text.len(), |_| self.start(first))
        });
        begins.zip(ends).map(|(begin, end)| format!("{before}{}", self.text.get(begin..end).unwrap_or_default())).collect()
    }

    /// Whether it is a VALUES list of several rows.
    pub fn is_list_of_rows(&self) -> bool {
        self.body().is_some_and(|body| self.is(body, &["VALUES"])) && self.outside().any(|at| self.is(at, &[","]))
    }

    /// Returns the contents of the innermost parentheses with a compound query whose columns may become
    /// result columns.
    pub fn compounds(&self) -> Vec<&'t str> {
        let mut found = Vec::new();
        let mut frames = vec![Frame::default()];
        for at in 0..self.tokens.len() {
            let is_inside = frames.len() > 1;
            let Some(frame) = frames.last_mut() else { break };
            match self.tokens[at].text {
                "(" => {
                    let is_looked_up_in = at > 0 && self.is(at - 1, &["IN", "EXISTS"]);
                    let is_aside = frame.is_aside || frame.filters || is_looked_up_in;
                    frames.push(Frame { start: self.end(at), is_aside, ..Frame::default() });
                }
                ")" if is_inside => {
                    let frame = frames.pop().unwrap_or_default();
                    if frame.holds_members && !frame.is_aside {
                        found.extend(self.text.get(frame.start..self.start(at)));
                    }
                }
                _ if self.is(at, &["UNION", "INTERSECT", "EXCEPT", "VALUES"]) => {
                    frame.holds_members = true;
                    frame.filters = false;
                }
                _ if self.is(at, &["SELECT", "FROM"]) => frame.filters = false,
                _ if self.is(at, &["WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT"]) => frame.filters = true,
                _ => {}
            }
        }
        found
    }

    /// Returns all names in the text, and words that may be names, in lower case.
    pub fn names(&self) -> HashSet<String> {
        let tokens = self.tokens.iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
        tokens.map(|token| name(token.text).to_ascii_lowercase()).collect()
    }

    /// Returns the position of the query after its common table expressions.
    fn body(&self) -> Option<usize> {
        let is_named = |at: usize| at > 0 && self.is(at - 1, &[",", "WITH", "RECURSIVE"]);
        self.outside().find(|at| self.is(*at, &["SELECT", "VALUES", "INSERT", "UPDATE", "DELETE", "REPLACE"]) && !is_named(*at))
    }

    /// Returns the positions of the tokens outside all parentheses.
    fn outside(&self) -> impl Iterator<Item = usize> {
        let mut depth = 0_u32;
        (0..self.tokens.len()).filter(move |at| {
            match self.tokens[*at].text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
    }

    /// Whether a token is one of these words, which are in upper case, or signs.
    fn is(&self, at: usize, words: &[&str]) -> bool {
        let token = self.tokens.get(at).filter(|token| matches!(token.kind, Kind::Word | Kind::Other));
        token.is_some_and(|token| words.iter().any(|word| token.text.eq_ignore_ascii_case(word)))
    }

    fn start(&self, at: usize) -> usize {
        self.tokens[at].text.as_ptr() as usize - self.text.as_ptr() as usize
    }

    fn end(&self, at: usize) -> usize {
        self.start(at) + self.tokens[at].text.len()
    }
}

/// Returns a name without its quotes.
fn name(text: &str) -> String {
    for (open, close) in [('"', '"'), ('`', '`'), ('\'', '\''), ('[', ']')] {
        if let Some(inside) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inside.replace(&format!("{close}{close}"), &close.to_string());
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_queries() {
        let cases: [(&str, &[&str]); 5] = [
            ("select a from b", &["select a from b"]),
            ("select a from (select 1 union select 2) order by 1", &["select a from (select 1 union select 2) order by 1"]),
            ("select a union all select 'union' except values (1) order by 1 limit 2", &["select a ", "select 'union' ", "values (1) "]),
            ("with q as (select 1) select a union select b", &["with q as (select 1) select a ", "with q as (select 1) select b"]),
            ("select a union", &["select a ", ""]),
        ];
        for (text, expected) in cases {
            assert_eq!(Parts::new(text).members(), expected, "{text}");
        }
    }

    #[test]
    fn compounds_whose_columns_come_out_are_found() {
        let cases: [(&str, &[&str]); 6] = [
            ("select a from (select 1 union select 2)", &["select 1 union select 2"]),
            ("select a from b where c in (select 1 union select 2)", &[]),
            (
                "select a from b where c = (select 1 union select 2) union all select (select 3 except select 4)",
                &["select 3 except select 4"],
            ),
            ("select a from b where exists (select 1 from (values (1)))", &[]),
            ("with r(v) as (values (1) union all select v from r) select v from r", &["values (1) union all select v from r"]),
            (
                "select a in (select 1 union select 2), x from (select y from (select 1 union select 2) order by 1)",
                &["select 1 union select 2"],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(Parts::new(text).compounds(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_returns_no_members() {
        let text = "insert into t select 1 union select 2 on conflict do nothing returning a, (select b)";
        assert_eq!(Parts::new(text).returned().members(), [" a, (select b)"]);
        assert!(Parts::new("values (1), (2)").is_list_of_rows() && !Parts::new("values (1, 2)").is_list_of_rows());
    }

    #[test]
    fn views_are_queries() {
        let parts = Parts::of_view("CREATE VIEW \"as\" (a, b) AS SELECT 1, 2").unwrap();
        assert_eq!(parts.text, " SELECT 1, 2");
        assert!(parts.names().contains("select"));
        assert_eq!(Parts::new("\"A\"\"b\", `C`, [d e], 'f'").names(), ["a\"b", "c", "d e", "f"].map(str::to_owned).into());
    }
}
