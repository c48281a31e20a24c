//! DROP, in the reverse order of CREATE.

use oxyde_ir::Program;
use oxyde_ir::schema::Table;
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
            if order::circular(&drop.tables).next().is_some() {
                texts.push("PRAGMA defer_foreign_keys = ON".to_owned());
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
