//! Splits SQL text into tokens by the lexical rules of each server: words, placeholders, strings,
//! identifiers, comments.

use oxyde_ir::Family;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// White space, and a byte order mark.
    Space,
    /// A comment. Of an executable comment (`/*! ... */`) only its delimiters: its content is SQL.
    Comment,
    /// A string or a quoted identifier, including its quotes.
    Quoted,
    /// A keyword or an unquoted identifier.
    Word,
    Number,
    /// `:name`.
    Named,
    /// `$1`, `?2`: a placeholder with its position.
    Position,
    /// `?`.
    Mark,
    /// `@name`, `$name`: further placeholders of `SQLite`.
    Foreign,
    /// Anything else: punctuation, operators, variables.
    Other,
}

/// A piece of SQL text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

/// The lexical rules of a server.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent rules of a dialect, not the states of one thing
struct Spelling {
    /// Comments nest.
    nests: bool,
    /// `#` begins a comment.
    hash: bool,
    /// `--` starts a comment only if white space follows.
    spaced_dashes: bool,
    /// A carriage return also ends a line comment.
    returns: bool,
    /// The openings of executable comments.
    executable: &'static [&'static str],
    /// A backslash in a string is an escape.
    backslashes: bool,
    /// `E'...'` has backslash escapes, `$tag$...$tag$` is a string, and `$1` is a placeholder.
    dollars: bool,
    backticks: bool,
    /// `[name]` is a quoted identifier.
    bracketed: bool,
    /// `?` is a placeholder.
    marks: bool,
    /// `?2`, `@name` and `$name` are placeholders.
    variables: bool,
}

const POSTGRES: Spelling = Spelling {
    nests: true,
    hash: false,
    spaced_dashes: false,
    returns: true,
    executable: &[],
    backslashes: false,
    dollars: true,
    backticks: false,
    bracketed: false,
    marks: false,
    variables: false,
};
const SQLITE: Spelling =
    Spelling { nests: false, returns: false, dollars: false, backticks: true, bracketed: true, marks: true, variables: true, ..POSTGRES };
const MYSQL: Spelling =
    Spelling { hash: true, spaced_dashes: true, executable: &["/*!"], backslashes: true, bracketed: false, variables: false, ..SQLITE };
const MARIADB: Spelling = Spelling { executable: &["/*!", "/*M!"], ..MYSQL };
/// The rules for an unknown server: every form of comment is recognised.
const ANY: Spelling = Spelling { nests: true, spaced_dashes: false, ..MARIADB };

/// The tokens of a text, without gaps. Never fails: an unterminated token extends to the end of the
/// text.
#[derive(Debug)]
pub struct Tokens<'a> {
    rest: &'a str,
    spelling: &'static Spelling,
    /// The character before `rest`.
    before: Option<char>,
    /// `rest` starts inside an executable comment.
    executes: bool,
}

/// Returns the tokens of a text by the rules of `family`, or by the union of all rules without one.
pub fn tokens(text: &str, family: Option<Family>) -> Tokens<'_> {
    let spelling = match family {
        Some(Family::Postgres) => &POSTGRES,
        Some(Family::Sqlite) => &SQLITE,
        Some(Family::Mysql) => &MYSQL,
        Some(Family::Mariadb) => &MARIADB,
        None => &ANY,
    };
    Tokens { rest: text, spelling, before: None, executes: false }
}

/// Returns the tokens of a text without white space and comments.
pub fn code(text: &str, family: Option<Family>) -> impl Iterator<Item = Token<'_>> {
    tokens(text, family).filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        let (kind, length) = self.measure(first);
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.before = text.chars().next_back();
        Some(Token { kind, text })
    }
}

impl Tokens<'_> {
    /// Returns the kind and the length of the token at the start of the rest.
    fn measure(&mut self, first: char) -> (Kind, usize) {
        let (text, spelling) = (self.rest, self.spelling);
        let one = (Kind::Other, first.len_utf8());
        let second = text[first.len_utf8()..].chars().next();
        match (first, second) {
            (c, _) if is_space(c) => (Kind::Space, run(text, is_space)),
            ('-', Some('-'))
                if !spelling.spaced_dashes || text[2..].chars().next().is_none_or(|c| c.is_ascii_whitespace() || c.is_ascii_control()) =>
            {
                (Kind::Comment, self.line())
            }
            ('#', _) if spelling.hash => (Kind::Comment, self.line()),
            ('/', Some('*')) => (Kind::Comment, self.comment()),
            ('*', Some('/')) if self.executes => {
                self.executes = false;
                (Kind::Comment, 2)
            }
            ('\'', _) => (Kind::Quoted, quoted(text, '\'', spelling.backslashes)),
            ('"', _) => (Kind::Quoted, quoted(text, '"', spelling.backslashes)),
            ('`', _) if spelling.backticks => (Kind::Quoted, quoted(text, '`', false)),
            ('[', _) if spelling.bracketed => (Kind::Quoted, text.find(']').map_or(text.len(), |at| at + 1)),
            ('e' | 'E', Some('\'')) if spelling.dollars => (Kind::Quoted, 1 + quoted(&text[1..], '\'', true)),
            ('$', Some(c)) if spelling.dollars && c.is_ascii_digit() => (Kind::Position, 1 + run(&text[1..], |c| c.is_ascii_digit())),
            ('$', _) if spelling.dollars => dollar_quoted(text).map_or(one, |length| (Kind::Quoted, length)),
            ('@' | '$', Some(c)) if spelling.variables && starts_name(c) => (Kind::Foreign, 1 + run(&text[1..], continues_name)),
            ('?', _) if spelling.marks => {
                let digits = if spelling.variables { run(&text[1..], |c| c.is_ascii_digit()) } else { 0 };
                (if digits == 0 { Kind::Mark } else { Kind::Position }, 1 + digits)
            }
            (':', Some(':' | '=')) => (Kind::Other, 2),
            (':', Some(c)) if starts_name(c) && !self.before.is_some_and(precedes_bound) => {
                (Kind::Named, 1 + run(&text[1..], continues_name))
            }
            ('@', _) if spelling.backslashes => (Kind::Other, run(text, |c| c == '@' || c == '.' || continues_word(c))),
            (c, _) if c.is_ascii_digit() => (Kind::Number, run(text, |c| c == '.' || continues_word(c))),
            (c, _) if continues_word(c) && c != '$' => (Kind::Word, run(text, continues_word)),
            _ => one,
        }
    }

    /// Returns the length of a line comment.
    fn line(&self) -> usize {
        self.rest.find(|c| c == '\n' || (c == '\r' && self.spelling.returns)).unwrap_or(self.rest.len())
    }

    /// Returns the length of a comment, or of the opening of an executable one, including its version
    /// number.
    fn comment(&mut self) -> usize {
        let text = self.rest;
        if let Some(opening) = self.spelling.executable.iter().find(|opening| text.starts_with(**opening)) {
            self.executes = true;
            // Five or six digits are a version number; fewer are code.
            let digits = run(&text[opening.len()..], |c| c.is_ascii_digit());
            return opening.len() + if digits < 5 { 0 } else { digits.min(6) };
        }
        let (mut at, mut depth) = (2, 1);
        while depth > 0 {
            let Some(mark) = text[at..].find(['/', '*']) else { return text.len() };
            at += mark;
            match &text.as_bytes()[at..] {
                [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
                [b'/', b'*', ..] if self.spelling.nests => (depth, at) = (depth + 1, at + 2),
                _ => at += 1,
            }
        }
        at
    }
}

/// Returns the length of the leading characters that satisfy `is`.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// Returns the length of a quoted text, in which the quote is doubled or escaped by a backslash.
fn quoted(text: &str, quote: char, backslashes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslashes {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

/// Returns the length of `$tag$...$tag$` if the text starts with such a tag.
fn dollar_quoted(text: &str) -> Option<usize> {
    let inside = &text[1..];
    let tag = run(inside, continues_name);
    if !inside[tag..].starts_with('$') || inside.starts_with(|c: char| !starts_name(c) && c != '$') {
        return None;
    }
    let opening = &text[..tag + 2];
    Some(text[opening.len()..].find(opening).map_or(text.len(), |at| at + 2 * opening.len()))
}

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}' || c == '\u{feff}'
}

/// Servers treat every non-ASCII character as a letter.
fn continues_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || (!c.is_ascii() && c != '\u{feff}')
}

/// The name of a placeholder follows the rules of Python identifiers.
fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A colon directly after such a character is a slice bound (`a[1:n]`) or part of a word.
fn precedes_bound(c: char) -> bool {
    continues_name(c) || matches!(c, ']' | ')' | '"' | '\'' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, family: Family) -> Vec<(Kind, &str)> {
        code(text, Some(family)).map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn the_tokens_are_the_text() {
        let text = "/*!50001 a */ $x$ é $x$ 'it''s' \\ \"b\" `c` [d] :e ?1 $2 @f -- g\r\n # h\u{feff}i";
        for family in Family::ALL.map(Some).into_iter().chain([None]) {
            for (cut, _) in text.char_indices() {
                let joined: String = tokens(&text[cut..], family).map(|token| token.text).collect();
                assert_eq!(joined, text[cut..], "{family:?}");
            }
        }
    }

    #[test]
    fn comments_are_as_each_server_has_them() {
        let nested = "/* a /* b */ c */ d";
        assert_eq!(shown(nested, Family::Postgres), [(Kind::Word, "d")]);
        assert_eq!(shown(nested, Family::Sqlite)[0], (Kind::Word, "c"));
        assert_eq!(shown("--a\nb", Family::Postgres), [(Kind::Word, "b")]);
        assert_eq!(shown("--a\nb", Family::Mysql)[2], (Kind::Word, "a"));
        assert_eq!(shown("--\ta\rb\nc", Family::Mysql), [(Kind::Word, "c")]);
        assert_eq!(shown("--a\rb", Family::Postgres), [(Kind::Word, "b")]);
        assert_eq!(shown("#a\nb", Family::Mariadb), [(Kind::Word, "b")]);
        assert_eq!(shown("#a", Family::Postgres), [(Kind::Other, "#"), (Kind::Word, "a")]);
        assert_eq!(shown("/*!50001 a*/ b", Family::Mysql), [(Kind::Word, "a"), (Kind::Word, "b")]);
        assert_eq!(shown("/*M! a*/ b", Family::Mysql), [(Kind::Word, "b")]);
        assert_eq!(shown("/*M! a*/ b", Family::Mariadb), [(Kind::Word, "a"), (Kind::Word, "b")]);
        assert_eq!(shown("/*! a*/ b", Family::Sqlite), [(Kind::Word, "b")]);
    }

    #[test]
    fn strings_are_as_each_server_has_them() {
        assert_eq!(shown(r"E'\':a' e", Family::Postgres), [(Kind::Quoted, r"E'\':a'"), (Kind::Word, "e")]);
        assert_eq!(shown(r"'\' a", Family::Postgres), [(Kind::Quoted, r"'\'"), (Kind::Word, "a")]);
        assert_eq!(shown(r"'\' a", Family::Mysql), [(Kind::Quoted, r"'\' a")]);
        assert_eq!(shown("$$a$$ $b$ $$ $b$ c$d$", Family::Postgres).len(), 3);
        assert_eq!(shown("[a] b", Family::Sqlite)[0], (Kind::Quoted, "[a]"));
        assert_eq!(shown("a[1:n]", Family::Postgres).len(), 6);
    }

    #[test]
    fn placeholders_are_as_each_server_has_them() {
        assert_eq!(shown("?1 ? @a $b :c", Family::Sqlite).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), {
            [Kind::Position, Kind::Mark, Kind::Foreign, Kind::Foreign, Kind::Named]
        });
        assert_eq!(shown("$1 ?", Family::Postgres), [(Kind::Position, "$1"), (Kind::Other, "?")]);
        assert_eq!(shown("@@a ?2", Family::Mysql), [(Kind::Other, "@@a"), (Kind::Mark, "?"), (Kind::Number, "2")]);
        assert_eq!(shown("a::b :c:d", Family::Postgres)[3], (Kind::Named, ":c"));
    }
}
