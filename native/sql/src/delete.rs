//! DELETE.

use oxyde_ir::program::{Repeat, Step};
use oxyde_ir::statement::Delete;
use oxyde_ir::{Atomic, Program};

use crate::dialect::{DeleteAlias, Dialect, Returning};
use crate::error::Result;
use crate::keyed::kept;
use crate::params::Params;
use crate::update::Chosen;
use crate::writer::{Writer, single};

pub fn program(delete: &Delete, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let Delete { table, alias, filter, rows, key, .. } = delete;
    let chosen = Chosen { table, alias, filter: filter.as_ref(), rows: rows.as_deref(), key };
    match dialect.returning {
        Returning::None if !delete.returning.is_empty() => by_key(delete, chosen, dialect, params),
        Returning::Full | Returning::InsertDelete | Returning::None => {
            let mut writer = Writer::new(dialect, params);
            writer.delete_from(delete)?;
            writer.where_chosen(&chosen)?;
            let outputs = writer.returning(&delete.returning, table)?;
            Ok(single(writer.step(Some(outputs))))
        }
    }
}

/// Locks the keys, reads the rows, and deletes them one by one.
fn by_key(delete: &Delete, chosen: Chosen<'_>, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let locked = chosen.lock(dialect, params)?;
    let read = chosen.read(&delete.returning, dialect, params)?;
    let mut writer = Writer::new(dialect, params);
    writer.delete_from(delete)?;
    writer.where_key(&delete.key, &kept(&delete.key))?;
    let gone = Step { repeat: Repeat::EachKey, ..writer.step(Some(Vec::new())) };
    Ok(Program { steps: vec![locked, read, gone], atomic: Atomic::All, result: 1, changes: 2, ..Program::default() })
}

impl<'a> Writer<'a> {
    fn delete_from(&mut self, delete: &'a Delete) -> Result<()> {
        self.push("DELETE FROM ");
        match self.dialect.delete_alias {
            DeleteAlias::Alias => self.table_as(&delete.table, &delete.alias),
            DeleteAlias::Name => {
                self.table(&delete.table)?;
                self.call_by_name(&delete.alias, &delete.table);
                Ok(())
            }
        }
    }
}
