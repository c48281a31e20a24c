//! Full-text indexes on `SQLite`: FTS5 tables without content of their own, kept up to date by triggers.

use oxyde_ir::ColumnType;
use oxyde_ir::schema::{Index, Table, TableRef};

use super::index::{check_fulltext, is_fulltext};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::quote;

const EVENTS: [&str; 3] = ["INSERT", "DELETE", "UPDATE"];

/// Returns the column whose values are the rowids of a table. Other keys are not the rowid, which VACUUM may change.
pub fn key(table: &Table) -> Option<&str> {
    let is_int =
        |name: &str| table.columns.iter().any(|column| column.name == name && column.ty == ColumnType::Int && column.db_type.is_none());
    match table.key.as_slice() {
        [only] if is_int(only) => Some(only),
        _ => None,
    }
}

/// Returns the statements that create the index. Rows that the table has already are indexed by the last one.
pub fn statements(table: &TableRef, key: Option<&str>, index: &Index, if_not_exists: bool, dialect: &Dialect) -> Result<Vec<String>> {
    check_fulltext(index, dialect)?;
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let schema = table.schema.as_deref();
    let columns: Option<Vec<&str>> = index.parts.iter().map(|part| part.column.as_deref()).collect();
    let (Some(key), Some(columns), None) = (key, columns, &index.filter) else {
        return refused(dialect);
    };
    let rowid = quote::literal(dialect, key)?;
    let (own, name, key) = (quote::quoted(dialect, &table.name)?, quote::quoted(dialect, &index.name)?, quote::quoted(dialect, key)?);
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
        quote::literal(dialect, &table.name)?,
    )];
    let bodies = [insert.clone(), delete.clone(), format!("{delete}; {insert}")];
    for (event, body) in EVENTS.into_iter().zip(bodies) {
        let trigger = trigger(schema, &index.name, event, dialect)?;
        texts.push(format!("CREATE TRIGGER {exists}{trigger} AFTER {event} ON {own} BEGIN {body}; END"));
    }
    let mut known = String::new();
    quote::qualified(&mut known, dialect, schema, &format!("{}_docsize", index.name))?;
    texts.push(format!("INSERT INTO {qualified} ({name}) SELECT 'rebuild' WHERE NOT EXISTS (SELECT 1 FROM {known})"));
    Ok(texts)
}

fn trigger(schema: Option<&str>, index: &str, event: &str, dialect: &Dialect) -> Result<String> {
    let mut name = String::new();
    quote::qualified(&mut name, dialect, schema, &format!("{index}_{}", event.to_ascii_lowercase()))?;
    Ok(name)
}

/// Returns the statements that drop the index of a table that stays.
pub fn drop(schema: Option<&str>, name: &str, dialect: &Dialect) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for event in EVENTS {
        texts.push(format!("DROP TRIGGER {}", trigger(schema, name, event, dialect)?));
    }
    let mut text = "DROP TABLE ".to_owned();
    quote::qualified(&mut text, dialect, schema, name)?;
    texts.push(text);
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
