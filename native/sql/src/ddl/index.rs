//! Indexes, as statements or inside CREATE TABLE.

use oxyde_ir::schema::{Index, IndexPart, Table, TableRef};

use super::alter::of_schema;
use super::constraint::names;
use super::fts5;
use crate::dialect::{Dialect, Indexes};
use crate::error::{Result, malformed};
use crate::quote;

/// Returns the indexes that CREATE TABLE declares.
pub fn inline(table: &Table, dialect: &Dialect) -> Result<Vec<String>> {
    match dialect.indexes {
        Indexes::Full | Indexes::Trees => Ok(Vec::new()),
        Indexes::Inline | Indexes::InlineColumns => table.indexes.iter().map(|index| inline_one(index, dialect)).collect(),
    }
}

fn inline_one(index: &Index, dialect: &Dialect) -> Result<String> {
    Ok(format!("{} {} ({})", inline_kind(index, dialect)?, quote::quoted(dialect, &index.name)?, parts(index, dialect)?))
}

fn inline_kind(index: &Index, dialect: &Dialect) -> Result<&'static str> {
    no_filter(index, dialect)?;
    no_include(index, dialect)?;
    check_fulltext(index, dialect)?;
    match (index.method.as_deref().map(str::to_ascii_lowercase).as_deref(), index.unique) {
        (None | Some("btree"), false) => Ok("INDEX"),
        (None | Some("btree"), true) => Ok("UNIQUE INDEX"),
        (Some("fulltext"), false) => Ok("FULLTEXT INDEX"),
        (Some("spatial"), false) => Ok("SPATIAL INDEX"),
        // The server would silently create a B-tree for a method that it does not know.
        (Some(_), _) => dialect.unsupported_but("index methods other than btree, fulltext and spatial", "leave out method="),
    }
}

/// Returns the statements that create an index of a table that is there. `key` is the int key of the table, if it has one.
pub fn create(table: &TableRef, index: &Index, key: Option<&str>, concurrently: bool, dialect: &Dialect) -> Result<Vec<String>> {
    let options = options(concurrently, dialect)?;
    match dialect.indexes {
        Indexes::Trees if is_fulltext(index) => fts5::statements(table, key, index, false, dialect),
        Indexes::Full | Indexes::Trees => Ok(vec![statement(table, index, options, dialect)?]),
        Indexes::Inline | Indexes::InlineColumns => {
            let (kind, name) = (inline_kind(index, dialect)?, quote::quoted(dialect, &index.name)?);
            Ok(vec![format!("CREATE {kind} {name} ON {} ({})", quote::table(dialect, table)?, parts(index, dialect)?)])
        }
    }
}

/// Returns the statements that drop an index.
pub fn drop(table: &TableRef, name: &str, fulltext: bool, concurrently: bool, dialect: &Dialect) -> Result<Vec<String>> {
    if let (Indexes::Trees, true) = (dialect.indexes, fulltext) {
        return fts5::drop(table.schema.as_deref(), name, dialect);
    }
    let mut text = format!("DROP INDEX {}", options(concurrently, dialect)?);
    if of_schema(dialect) {
        quote::qualified(&mut text, dialect, table.schema.as_deref(), name)?;
    } else {
        text = format!("{text}{} ON {}", quote::quoted(dialect, name)?, quote::table(dialect, table)?);
    }
    Ok(vec![text])
}

/// Returns the statements that rename an index; `index` has its new name.
pub fn rename(table: &TableRef, name: &str, index: &Index, key: Option<&str>, dialect: &Dialect) -> Result<Vec<String>> {
    match dialect.indexes {
        Indexes::Full => {
            let mut text = "ALTER INDEX ".to_owned();
            quote::qualified(&mut text, dialect, table.schema.as_deref(), name)?;
            Ok(vec![format!("{text} RENAME TO {}", quote::quoted(dialect, &index.name)?)])
        }
        Indexes::Trees => {
            let mut texts = drop(table, name, is_fulltext(index), false, dialect)?;
            texts.extend(create(table, index, key, false, dialect)?);
            Ok(texts)
        }
        Indexes::Inline | Indexes::InlineColumns => rename_in_table(table, name, &index.name, dialect),
    }
}

/// Returns the statement that renames an index, or a unique constraint, where an index belongs to its table.
pub fn rename_in_table(table: &TableRef, name: &str, new: &str, dialect: &Dialect) -> Result<Vec<String>> {
    let (name, new) = (quote::quoted(dialect, name)?, quote::quoted(dialect, new)?);
    Ok(vec![format!("ALTER TABLE {} RENAME INDEX {name} TO {new}", quote::table(dialect, table)?)])
}

fn options(concurrently: bool, dialect: &Dialect) -> Result<&'static str> {
    match (concurrently, dialect.indexes) {
        (false, _) => Ok(""),
        (true, Indexes::Full) => Ok("CONCURRENTLY "),
        (true, Indexes::Trees | Indexes::Inline | Indexes::InlineColumns) => {
            dialect.unsupported_but("indexes that are made concurrently", "leave out concurrently=")
        }
    }
}

/// Returns the CREATE INDEX statements.
pub fn statements(table: &Table, if_not_exists: bool, dialect: &Dialect) -> Result<Vec<String>> {
    let options = if if_not_exists { "IF NOT EXISTS " } else { "" };
    match dialect.indexes {
        Indexes::Full => table.indexes.iter().map(|index| statement(&table.table, index, options, dialect)).collect(),
        Indexes::Trees => {
            let mut texts = Vec::new();
            for index in &table.indexes {
                if is_fulltext(index) {
                    texts.extend(fts5::statements(&table.table, fts5::key(table), index, if_not_exists, dialect)?);
                } else {
                    texts.push(statement(&table.table, index, options, dialect)?);
                }
            }
            Ok(texts)
        }
        Indexes::Inline | Indexes::InlineColumns => Ok(Vec::new()),
    }
}

fn statement(table: &TableRef, index: &Index, options: &str, dialect: &Dialect) -> Result<String> {
    let mut text = if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " }.to_owned();
    text.push_str(options);
    match dialect.indexes {
        Indexes::Trees => {
            no_include(index, dialect)?;
            if index.method.as_deref().is_some_and(|method| !method.eq_ignore_ascii_case("btree")) {
                return dialect.unsupported_but("index methods other than btree", "leave out method=");
            }
            // The index name is qualified by the schema, and the table name must not be.
            quote::qualified(&mut text, dialect, table.schema.as_deref(), &index.name)?;
            text.push_str(" ON ");
            quote::identifier(&mut text, dialect, &table.name)?;
        }
        Indexes::Full | Indexes::Inline | Indexes::InlineColumns => {
            quote::identifier(&mut text, dialect, &index.name)?;
            text.push_str(" ON ");
            text.push_str(&quote::table(dialect, table)?);
            if is_fulltext(index) {
                check_fulltext(index, dialect)?;
                return filtered(format!("{text} USING gin ({})", vectors(index, dialect)?), index);
            }
            if let Some(method) = &index.method {
                text.push_str(" USING ");
                quote::identifier(&mut text, dialect, &method.to_ascii_lowercase())?;
            }
        }
    }
    text = format!("{text} ({})", parts(index, dialect)?);
    if !index.include.is_empty() {
        text = format!("{text} INCLUDE ({})", names(dialect, &index.include)?);
    }
    filtered(text, index)
}

fn filtered(mut text: String, index: &Index) -> Result<String> {
    if let Some(filter) = &index.filter {
        text.push_str(" WHERE ");
        text.push_str(quote::sql(filter)?);
    }
    Ok(text)
}

/// Refuses what a full-text index has nowhere.
pub fn check_fulltext(index: &Index, dialect: &Dialect) -> Result<()> {
    if !is_fulltext(index) {
        return Ok(());
    }
    if index.unique {
        return dialect.unsupported_but("unique full-text indexes", "leave out unique=");
    }
    if !index.include.is_empty() {
        return dialect.unsupported_but("covering full-text indexes", "leave out include=");
    }
    if index.parts.iter().any(|part| part.desc) {
        return dialect.unsupported_but("full-text indexes in descending order", "leave out desc=");
    }
    Ok(())
}

pub fn is_fulltext(index: &Index) -> bool {
    index.method.as_deref().is_some_and(|method| method.eq_ignore_ascii_case("fulltext"))
}

/// Returns what `search` compares on `PostgreSQL`, as the parts of an index.
fn vectors(index: &Index, dialect: &Dialect) -> Result<String> {
    let of = |part: &IndexPart| match &part.column {
        Some(column) => Ok(format!("to_tsvector('simple', {})", quote::quoted(dialect, column)?)),
        None => malformed("a full-text index of an expression"),
    };
    let vectors: Vec<String> = index.parts.iter().map(of).collect::<Result<_>>()?;
    Ok(vectors.join(", "))
}

fn no_filter(index: &Index, dialect: &Dialect) -> Result<()> {
    if index.filter.is_some() { dialect.unsupported_but("partial indexes", "leave out where=") } else { Ok(()) }
}

fn no_include(index: &Index, dialect: &Dialect) -> Result<()> {
    if index.include.is_empty() { Ok(()) } else { dialect.unsupported_but("covering indexes (INCLUDE)", "leave out include=") }
}

fn parts(index: &Index, dialect: &Dialect) -> Result<String> {
    if index.parts.is_empty() {
        return malformed(format!("the index {:?} has no parts", index.name));
    }
    let parts: Vec<String> = index.parts.iter().map(|one| part(one, dialect)).collect::<Result<_>>()?;
    Ok(parts.join(", "))
}

fn part(part: &IndexPart, dialect: &Dialect) -> Result<String> {
    let text = match (&part.column, &part.sql, dialect.indexes) {
        (Some(column), None, _) => quote::quoted(dialect, column)?,
        (None, Some(sql), _) if is_column_with_more(sql, dialect) => quote::sql(sql)?.to_owned(),
        (None, Some(_), Indexes::InlineColumns) => {
            return dialect.unsupported_but("expression indexes", "index a generated column: Field(db_generated=..., db_index=True)");
        }
        (None, Some(sql), Indexes::Full | Indexes::Trees | Indexes::Inline) => format!("({})", quote::sql(sql)?),
        (Some(_), Some(_), _) | (None, None, _) => return malformed("an index part is a column or an expression"),
    };
    Ok(if part.desc { format!("{text} DESC") } else { text })
}

/// Whether a part is a quoted column, or an expression in parentheses, with what no expression holds: a collation, an
/// operator class and an order of NULL after it, or the length of its prefix: `"name" text_pattern_ops`, `` `name`(10) ``.
fn is_column_with_more(sql: &str, dialect: &Dialect) -> bool {
    let Some(rest) = after_first(sql, dialect.quote) else { return false };
    match dialect.indexes {
        Indexes::Full | Indexes::Trees => {
            let words: Vec<&str> = rest.split_whitespace().collect();
            let order = matches!(words.as_slice(), [.., "NULLS", "FIRST" | "LAST"]);
            let class = words.iter().any(|word| word.ends_with("_ops"));
            rest.starts_with(' ') && (order || class || words.first() == Some(&"COLLATE"))
        }
        Indexes::Inline | Indexes::InlineColumns => {
            let length = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            length.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        }
    }
}

/// Returns what follows the quoted name, or the parentheses, that a text begins with.
fn after_first(sql: &str, quote: char) -> Option<&str> {
    let (mut depth, mut quoted) = (0_usize, None);
    for (at, c) in sql.char_indices() {
        match (quoted, c) {
            (Some(end), _) if c == end => quoted = None,
            (Some(_), _) => continue,
            (None, _) if c == quote || c == '\'' => quoted = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, _) if depth == 0 => return None,
            (None, _) => {}
        }
        let rest = &sql[at + c.len_utf8()..];
        if quoted.is_none() && depth == 0 && !rest.starts_with(quote) {
            return Some(rest);
        }
    }
    None
}
