//! Full-text indexes on `SQLite`: FTS5 tables without content of their own, kept up to date by triggers.

use oxyde_ir::ColumnType;
use oxyde_ir::schema::{Index, Table};

use super::index::is_fulltext;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::quote;

/// Returns the statements that create the index. Rows that the table has already are indexed by the last one.
pub fn statements(table: &Table, index: &Index, if_not_exists: bool, dialect: &Dialect) -> Result<Vec<String>> {
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let schema = table.table.schema.as_deref();
    let columns: Option<Vec<&str>> = index.parts.iter().map(|part| part.column.as_deref()).collect();
    // Other keys are not the rowid, which VACUUM may change.
    let key = match table.key.as_slice() {
        [only] if table.columns.iter().any(|column| column.name == *only && column.ty == ColumnType::Int && column.db_type.is_none()) => {
            only
        }
        _ => return refused(dialect),
    };
    let Some(columns) = columns.filter(|_| !index.unique && index.filter.is_none() && index.include.is_empty()) else {
        return refused(dialect);
    };
    let rowid = quote::literal(dialect, key)?;
    let (own, name, key) = (quote::quoted(dialect, &table.table.name)?, quote::quoted(dialect, &index.name)?, quote::quoted(dialect, key)?);
    let listed = quote::list(dialect, columns.iter().copied())?;
    let rows = |row: &str| -> Result<String> {
        let values: Vec<String> =
            columns.iter().map(|column| Ok(format!("{row}.{}", quote::quoted(dialect, column)?))).collect::<Result<_>>()?;
        Ok(values.join(", "))
    };
    let insert = format!("INSERT INTO {name} (rowid, {listed}) VALUES (new.{key}, {})", rows("new")?);
    let delete = format!("INSERT INTO {name} ({name}, rowid, {listed}) VALUES ('delete', old.{key}, {})", rows("old")?);
    let mut qualified = String::new();
    quote::qualified(&mut qualified, dialect, schema, &index.name)?;
    let mut texts = vec![format!(
        "CREATE VIRTUAL TABLE {exists}{qualified} USING fts5 ({listed}, content={}, content_rowid={rowid}, tokenize='unicode61 remove_diacritics 0')",
        quote::literal(dialect, &table.table.name)?,
    )];
    for (event, body) in [("INSERT", insert.clone()), ("DELETE", delete.clone()), ("UPDATE", format!("{delete}; {insert}"))] {
        let mut trigger = String::new();
        quote::qualified(&mut trigger, dialect, schema, &format!("{}_{}", index.name, event.to_ascii_lowercase()))?;
        texts.push(format!("CREATE TRIGGER {exists}{trigger} AFTER {event} ON {own} BEGIN {body}; END"));
    }
    let mut known = String::new();
    quote::qualified(&mut known, dialect, schema, &format!("{}_docsize", index.name))?;
    texts.push(format!("INSERT INTO {qualified} ({name}) SELECT 'rebuild' WHERE NOT EXISTS (SELECT 1 FROM {known})"));
    Ok(texts)
}

/// Returns the statements that drop the full-text indexes of a table that is dropped; its triggers go with it.
pub fn drops(table: &Table, dialect: &Dialect) -> Result<Vec<String>> {
    let indexes = table.indexes.iter().filter(|index| is_fulltext(index));
    indexes
        .map(|index| {
            let mut text = "DROP TABLE IF EXISTS ".to_owned();
            quote::qualified(&mut text, dialect, table.table.schema.as_deref(), &index.name)?;
            Ok(text)
        })
        .collect()
}

fn refused<T>(dialect: &Dialect) -> Result<T> {
    dialect.unsupported("full-text indexes of anything but columns of a table with one int key")
}
