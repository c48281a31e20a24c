//! DELETE.

use oxyde_ir::program::{Repeat, Step};
use oxyde_ir::statement::Delete;
use oxyde_ir::{Atomic, Program};

use crate::chosen::Chosen;
use crate::dialect::{DeleteAlias, Dialect, Returning};
use crate::error::Result;
use crate::params::Params;
use crate::read_back::kept;
use crate::writer::{Scope, Writer, fragment, outputs_of, single, step};

pub fn program(delete: &Delete, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    match dialect.returning {
        Returning::None if !delete.returning.is_empty() => by_key(delete, dialect, params),
        Returning::Full | Returning::InsertDelete | Returning::None => {
            let text = fragment(dialect, params, scope(delete, dialect), |writer| {
                writer.delete_from(delete)?;
                writer.where_chosen(&delete.into())?;
                writer.returning(&delete.returning)
            })?;
            Ok(single(step(text, Some(outputs_of(&delete.returning, &delete.table.name)))))
        }
    }
}

/// Returns a program that locks the keys, reads the rows, and deletes them one by one.
fn by_key(delete: &Delete, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let chosen: Chosen<'_> = delete.into();
    let locked = chosen.lock(dialect, params)?;
    let read = chosen.read(&delete.returning, dialect, params)?;
    let text = fragment(dialect, params, scope(delete, dialect), |writer| {
        writer.delete_from(delete)?;
        writer.where_key(&delete.key, &kept(&delete.key))
    })?;
    let gone = Step { repeat: Repeat::EachKey, ..step(text, Some(Vec::new())) };
    Ok(Program { steps: vec![locked, read, gone], atomic: Atomic::All, result: 1, changes: 2, ..Program::default() })
}

fn scope<'a>(delete: &'a Delete, dialect: &Dialect) -> Scope<'a> {
    match dialect.delete_alias {
        DeleteAlias::Alias => Scope::default(),
        DeleteAlias::Name => Scope::named(&delete.alias, &delete.table),
    }
}

impl Writer<'_> {
    fn delete_from(&mut self, delete: &Delete) -> Result<()> {
        self.push("DELETE FROM ");
        match self.dialect.delete_alias {
            DeleteAlias::Alias => self.table_as(&delete.table, &delete.alias),
            DeleteAlias::Name => self.table(&delete.table),
        }
    }
}
