//! The prepared statements of a connection by text, as an LRU cache.

use std::collections::HashMap;

use super::handle::Handle;
use super::statement::Statement;
use crate::error::Result;

const CAPACITY: usize = 256;

#[derive(Default)]
pub struct Cache {
    statements: HashMap<Box<str>, (Statement, u64)>,
    /// Incremented with each use.
    clock: u64,
}

/// A statement taken out of the cache; it must be put back.
pub struct Taken {
    pub text: Box<str>,
    pub statement: Statement,
}

impl Cache {
    pub fn contains(&self, text: &str) -> bool {
        self.statements.contains_key(text)
    }

    /// Takes a statement out of the cache, or prepares it.
    pub fn take(&mut self, handle: &Handle, text: &str) -> Result<Taken> {
        if let Some((text, (statement, _))) = self.statements.remove_entry(text) {
            return Ok(Taken { text, statement });
        }
        Statement::prepare(handle, text).map(|statement| Taken { text: text.into(), statement })
    }

    /// Puts a statement back after a reset.
    pub fn put(&mut self, taken: Taken) {
        if taken.statement.is_for_once() {
            return;
        }
        if self.statements.len() >= CAPACITY {
            let oldest = self.statements.iter().min_by_key(|(_, (_, used))| *used).map(|(text, _)| text.clone());
            if let Some(text) = oldest {
                self.statements.remove(&text);
            }
        }
        self.clock += 1;
        self.statements.insert(taken.text, (taken.statement, self.clock));
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.statements.len()
    }
}
