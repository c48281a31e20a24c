//! DROP statements, in the reverse order of CREATE.

use oxyde_ir::Program;
use oxyde_ir::program::{Repeat, Step};
use oxyde_ir::schema::{Action, ForeignKey, Table};
use oxyde_ir::statement::DropTables;

use super::{forgiving, fts5, order, plain, program};
use crate::dialect::{Dialect, Drops, Enums};
use crate::error::Result;
use crate::quote;

pub fn drop(drop: &DropTables, dialect: &'static Dialect) -> Result<Program> {
    let exists = if drop.if_exists { "IF EXISTS " } else { "" };
    let (views, tables): (Vec<&Table>, Vec<&Table>) = drop.tables.iter().rev().partition(|table| table.view.is_some());
    let (mut texts, mut loosened) = (Vec::new(), Vec::new());
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
                loosened.extend(loosening(table, key, dialect)?);
            }
            texts.extend(names.iter().map(|name| format!("DROP TABLE {exists}{name}")));
            for table in &tables {
                texts.extend(fts5::drops(table, dialect)?);
            }
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
                // Another table may still use it.
                texts.push(forgiving(&text, "dependent_objects_still_exist")?);
            }
        }
        Enums::Inline | Enums::Check => {}
    }
    loosened.extend(texts.into_iter().map(plain));
    Ok(program(loosened, dialect))
}

/// Returns an UPDATE that makes no row refer to another one by this RESTRICT key, because dropping a table first
/// deletes its rows. It sets the key to NULL, or makes each row refer to itself. The table may be missing, or older
/// than the key.
fn loosening(table: &Table, key: &ForeignKey, dialect: &Dialect) -> Result<Option<Step>> {
    let name = quote::table(dialect, &table.table)?;
    let is_nullable = |name: &&String| table.columns.iter().any(|column| column.name == **name && column.nullable);
    let set: Vec<String> = if let Some(free) = key.columns.iter().find(is_nullable) {
        vec![format!("{} = NULL", quote::quoted(dialect, free)?)]
    } else if key.target == table.table {
        let pairs = key.columns.iter().zip(&key.target_columns);
        pairs
            .map(|(own, target)| Ok(format!("{} = {}", quote::quoted(dialect, own)?, quote::quoted(dialect, target)?)))
            .collect::<Result<_>>()?
    } else {
        return Ok(None);
    };
    let text = format!("UPDATE {name} SET {}", set.join(", "));
    Ok(Some(Step { repeat: Repeat::WherePossible, ..plain(text) }))
}
