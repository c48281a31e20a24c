//! DROP, in the reverse order of CREATE.

use oxyde_ir::Program;
use oxyde_ir::schema::{Action, ForeignKey, Table};
use oxyde_ir::statement::DropTables;

use super::{forgiving, order, program};
use crate::dialect::{Dialect, Drops, Enums};
use crate::error::Result;
use crate::quote;

pub fn drop(drop: &DropTables, dialect: &'static Dialect) -> Result<Program> {
    let exists = if drop.if_exists { "IF EXISTS " } else { "" };
    let (views, tables): (Vec<&Table>, Vec<&Table>) = drop.tables.iter().rev().partition(|table| table.view.is_some());
    let mut texts = Vec::new();
    for view in views {
        texts.push(format!("DROP VIEW {exists}{}", quote::table(dialect, &view.table)?));
    }
    let names: Vec<String> = tables.iter().map(|table| quote::table(dialect, &table.table)).collect::<Result<_>>()?;
    match dialect.drops {
        Drops::Together if names.is_empty() => {}
        Drops::Together => texts.push(format!("DROP TABLE {exists}{}", names.join(", "))),
        Drops::Deferred => {
            let circular: Vec<(&Table, &ForeignKey)> = order::circular(&drop.tables).collect();
            if !circular.is_empty() {
                texts.push("PRAGMA defer_foreign_keys = ON".to_owned());
            }
            let own = drop.tables.iter().flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
            let restricting = own.filter(|(table, key)| key.target == table.table).chain(circular);
            for (table, key) in restricting.filter(|(_, key)| key.on_delete == Action::Restrict) {
                texts.extend(loosened(table, key, drop.if_exists, dialect)?);
            }
            texts.extend(names.iter().map(|name| format!("DROP TABLE {exists}{name}")));
        }
        Drops::KeysFirst => {
            for (table, key) in order::circular(&drop.tables) {
                let (table, key) = (quote::table(dialect, &table.table)?, quote::quoted(dialect, &key.name)?);
                texts.push(format!("ALTER TABLE {exists}{table} DROP FOREIGN KEY {exists}{key}"));
            }
            texts.extend(names.iter().map(|name| format!("DROP TABLE {exists}{name}")));
        }
    }
    match dialect.enums {
        Enums::Types => {
            for one in drop.enums.iter().rev() {
                let mut text = format!("DROP TYPE {exists}");
                quote::qualified(&mut text, dialect, one.schema.as_deref(), &one.name)?;
                // Another table may use it still.
                texts.push(forgiving(&text, "dependent_objects_still_exist")?);
            }
        }
        Enums::Inline | Enums::Check => {}
    }
    Ok(program(texts, dialect))
}

/// What keeps a key of a cycle from restricting that rows are deleted, which dropping their table does first: no row refers to another one.
fn loosened(table: &Table, key: &ForeignKey, if_exists: bool, dialect: &Dialect) -> Result<Vec<String>> {
    let name = quote::table(dialect, &table.table)?;
    let own: Vec<String> = key.columns.iter().map(|column| quote::quoted(dialect, column)).collect::<Result<_>>()?;
    let theirs: Vec<String> = key.target_columns.iter().map(|column| quote::quoted(dialect, column)).collect::<Result<_>>()?;
    let is_nullable = |name: &String| table.columns.iter().any(|column| column.name == *name && column.nullable);
    let set: Vec<String> = if let Some(free) = key.columns.iter().position(is_nullable) {
        vec![format!("{} = NULL", own[free])]
    } else if key.target == table.table {
        own.iter().zip(&theirs).map(|(ours, theirs)| format!("{ours} = {theirs}")).collect()
    } else {
        return Ok(Vec::new());
    };
    let mut texts = Vec::new();
    if if_exists {
        let others = theirs.into_iter().filter(|column| !own.contains(column));
        let columns: Vec<String> = own.iter().cloned().chain(others).collect();
        texts.push(format!("CREATE TABLE IF NOT EXISTS {name} ({})", columns.join(", ")));
    }
    texts.push(format!("UPDATE {name} SET {}", set.join(", ")));
    Ok(texts)
}
