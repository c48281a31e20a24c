//! What counts a key up, where it does not see keys that were given: it catches up with them.

use oxyde_ir::program::{Fragment, Step};
use oxyde_ir::statement::Insert;
use oxyde_ir::{ColumnType, Output};

use crate::dialect::{Counted, Dialect};
use crate::error::Result;
use crate::quote;
use crate::writer::step;

/// The step that follows an insert of given keys; `None` where the server counts on from the largest key by itself.
/// The sequence is raised, never lowered.
pub fn catch_up(insert: &Insert, dialect: &'static Dialect) -> Result<Option<Step>> {
    let given = insert.key.iter().find(|key| key.auto && insert.columns.iter().any(|column| column.name == key.name));
    let Some(key) = given else { return Ok(None) };
    match dialect.counted {
        Counted::Serial => {}
        Counted::Rowid | Counted::Increment => return Ok(None),
    }
    let table = quote::table(dialect, &insert.table)?;
    let (name, column) = (quote::literal(dialect, &table)?, quote::literal(dialect, &key.name)?);
    let text = format!(
        "SELECT setval(counter.name, given.most) AS setval FROM (SELECT pg_get_serial_sequence({name}, {column}) AS name) AS counter, \
         (SELECT MAX({}) AS most FROM {table}) AS given \
         WHERE counter.name IS NOT NULL AND given.most > COALESCE(pg_sequence_last_value(counter.name::regclass), 0)",
        quote::quoted(dialect, &key.name)?
    );
    let output = Output { name: "setval".to_owned(), ty: ColumnType::Int, nullable: false, table: String::new() };
    Ok(Some(step(Fragment { text, slots: Vec::new() }, Some(vec![output]))))
}
