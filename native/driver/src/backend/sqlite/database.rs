//! An open database with its prepared statements, used by one thread at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::brake::Brake;
use super::cache::Cache;
use super::errors;
use super::functions;
use super::handle::Handle;
use super::reset::Opened;
use super::suspended::Suspended;
use crate::error::{Error, Kind, Result};

/// The fields are dropped in this order: every statement must be finalized before the handle closes.
pub struct Database {
    pub cache: Cache,
    /// The queries that the open transaction reads in parts, by number.
    pub suspended: BTreeMap<u64, Suspended>,
    brake: Attached,
    pub handle: Handle,
    /// All users share this single connection.
    pub is_memory: bool,
    /// The settings of an in-memory database when it was opened.
    pub opened: Opened,
}

/// A brake attached to the database; detached when dropped.
struct Attached(Arc<Brake>);

impl Drop for Attached {
    fn drop(&mut self) {
        self.0.detach();
    }
}

impl Database {
    pub fn new(handle: Handle, brake: Arc<Brake>, is_memory: bool) -> Result<Self> {
        let database =
            Self { cache: Cache::default(), suspended: BTreeMap::new(), brake: Attached(brake), handle, is_memory, opened: Vec::new() };
        database.watch();
        database.handle.take_quoted_strings();
        database.handle.keep_exists();
        functions::register(&database.handle)?;
        Ok(database)
    }

    /// Attaches the brake.
    pub fn watch(&self) {
        // SAFETY: the handle is open and `Attached` is dropped before it; the brake has a stable address in
        // its `Arc`, which lives as long.
        unsafe { self.brake().attach(self.handle.db()) };
    }

    pub fn brake(&self) -> &Brake {
        &self.brake.0
    }

    /// Runs an internal statement and discards its rows.
    pub fn command(&mut self, sql: &str) -> Result<()> {
        let mut taken = self.cache.take(&self.handle, sql).map_err(|error| error.in_sql(sql))?;
        let end = {
            let mut cursor = taken.statement.start();
            loop {
                match cursor.step() {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                }
            }
        };
        self.cache.put(taken);
        end.map_err(|error| self.explain(error).in_sql(sql))
    }

    /// Adds to an error what only the connection knows: that the statement was interrupted, or waited for a
    /// lock.
    pub fn explain(&self, error: Error) -> Error {
        let brake = self.brake();
        if error.detail.sqlstate.as_deref().is_some_and(errors::is_interruption) {
            let message = "the statement was cancelled";
            return Error { kind: Kind::Cancelled, message: message.to_owned(), detail: error.detail };
        }
        if error.detail.sqlstate.as_deref().is_some_and(errors::is_busy) {
            if brake.is_pulled() {
                let message = "the statement was cancelled while it waited for a lock";
                return Error { kind: Kind::Cancelled, message: message.to_owned(), detail: error.detail };
            }
            return errors::locked(error, brake.has_waited());
        }
        error
    }

    /// Returns the first column of a statement's first row, as text.
    pub fn ask(&self, sql: &str) -> Result<Option<String>> {
        let mut statement = super::statement::Statement::prepare(&self.handle, sql)?;
        let mut cursor = statement.start();
        if !cursor.step()? {
            return Ok(None);
        }
        Ok(match cursor.cell(0) {
            super::statement::Cell::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            super::statement::Cell::Int(value) => Some(value.to_string()),
            super::statement::Cell::Null | super::statement::Cell::Real(_) | super::statement::Cell::Blob(_) => None,
        })
    }
}
