//! Queries that are read in parts inside a transaction, with other statements in between.
//!
//! SQLite does not define which changes of its own connection a running query sees. So before a statement
//! that changes something, the rest of these queries is read and held: a query returns the rows that were
//! there when it was first read or when the change came, whichever was earlier.

use std::collections::VecDeque;
use std::mem;

use super::cache::Taken;
use super::database::Database;
use super::encode;
use super::execute::check_count;
use super::gather::Gather;
use crate::batch::ColumnBatch;
use crate::cancel::Cancel;
use crate::cursor::CursorStep;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::execution::Execution;
use crate::request::{Request, Run};
use crate::stream::{Finished, Limits};

/// The single run of a query.
const ONCE: Run = Run { start: 0, rows: 1 };

/// A query between two of its parts.
pub struct Suspended {
    /// `None` once the last row is read. Dropped before `execution`, whose values are bound to it.
    taken: Option<Taken>,
    execution: Execution,
    /// The number of rows read from the database.
    rows: usize,
    /// Rows that were read before they were asked for.
    held: VecDeque<ColumnBatch>,
    /// Why they could not be read.
    failure: Option<Error>,
    /// The columns without rows.
    empty: Option<ColumnBatch>,
}

impl Suspended {
    /// Whether SQLite is still inside the query.
    #[cfg(test)]
    pub fn is_running(&self) -> bool {
        self.taken.is_some()
    }
}

impl Database {
    /// Takes a step of reading a query in parts.
    pub fn read_in_parts(&mut self, execution: &Execution, step: CursorStep) -> Result<Finished> {
        match step {
            CursorStep::Open(number) => {
                let query = self.suspend(execution)?;
                self.suspended.insert(number, query);
                Ok(Finished::default())
            }
            CursorStep::Fetch(number, rows) => {
                let gone = || Error::new(Kind::Internal, "the query that is read in parts has ended");
                let mut query = self.suspended.remove(&number).ok_or_else(gone)?;
                let end = self.fetch(&mut query, execution.limits, rows);
                self.suspended.insert(number, query);
                end
            }
            CursorStep::Close(number) => {
                if let Some(taken) = self.suspended.remove(&number).and_then(|query| query.taken) {
                    self.shelve(taken);
                }
                Ok(Finished::default())
            }
        }
    }

    /// Begins a query; a statement that changes something runs to its end at once.
    fn suspend(&mut self, execution: &Execution) -> Result<Suspended> {
        let never = Cancel::default();
        let request = single(execution, Limits::MODELS, &never)?;
        let text = request.text(ONCE);
        let mut taken = self.cache.take(&self.handle, &text).map_err(|error| self.explain(error).in_sql(&text))?;
        let writes = !taken.statement.is_read_only();
        if writes {
            self.hold();
        }
        let end = check_count(&request, ONCE, &taken.statement).and_then(|()| {
            let mut cursor = taken.statement.start();
            encode::bind(&mut cursor, &self.handle, &request, ONCE)?;
            // SAFETY: the bound values belong to the program and the inputs of `execution`, whose clone keeps
            // them where they are and is dropped after the statement.
            unsafe { cursor.suspend() };
            Ok(())
        });
        if let Err(error) = end {
            self.cache.put(taken);
            return Err(self.explain(error).in_sql(&text));
        }
        let execution = execution.clone();
        let mut query = Suspended { taken: Some(taken), execution, rows: 0, held: VecDeque::new(), failure: None, empty: None };
        if writes {
            let batches = self.read(&mut query, Limits::MODELS, usize::MAX)?;
            query.held.extend(batches);
        }
        Ok(query)
    }

    /// Returns the next rows of a query, in batches of limited size.
    fn fetch(&mut self, query: &mut Suspended, limits: Limits, most: usize) -> Result<Finished> {
        let mut rest = Vec::new();
        let mut rows = 0;
        while rows < most
            && let Some(batch) = query.held.pop_front()
        {
            rows += batch.rows;
            rest.push(batch);
        }
        if rows < most {
            if let Some(error) = query.failure.take() {
                return Err(error);
            }
            rest.extend(self.read(query, limits, most - rows)?);
        }
        Ok(Finished { rest, last: query.empty.clone(), ..Finished::default() })
    }

    /// Reads the rest of all queries that are being read in parts.
    pub fn hold(&mut self) {
        let mut queries = mem::take(&mut self.suspended);
        for query in queries.values_mut() {
            match self.read(query, Limits::MODELS, usize::MAX) {
                Ok(batches) => query.held.extend(batches),
                Err(error) => query.failure = Some(error),
            }
        }
        self.suspended = queries;
    }

    /// Reads further rows of a query from the database.
    fn read(&mut self, query: &mut Suspended, limits: Limits, most: usize) -> Result<Vec<ColumnBatch>> {
        let Some(mut taken) = query.taken.take() else { return Ok(Vec::new()) };
        let mut batches = Vec::new();
        match self.advance(&mut taken, query, limits, most, &mut batches) {
            Ok(true) => query.taken = Some(taken),
            Ok(false) => self.shelve(taken),
            Err(error) => {
                let error = self.explain(error).in_sql(&taken.text);
                self.shelve(taken);
                return Err(error);
            }
        }
        Ok(batches)
    }

    /// Does that, and returns whether there may be more rows.
    fn advance(
        &self,
        taken: &mut Taken,
        query: &mut Suspended,
        limits: Limits,
        most: usize,
        batches: &mut Vec<ColumnBatch>,
    ) -> Result<bool> {
        let never = Cancel::default();
        let request = single(&query.execution, limits, &never)?;
        let mut gather = Gather::after(&request, query.rows);
        let mut cursor = taken.statement.start();
        let start = query.rows;
        let mut more = true;
        while more && query.rows - start < most {
            more = cursor.step()?;
            if query.rows == start {
                gather.begin(&mut cursor, &self.handle, &taken.text)?;
            }
            if more {
                gather.push(&cursor)?;
                query.rows += 1;
            }
            if gather.is_full() {
                batches.push(gather.take());
            }
        }
        if more {
            // SAFETY: the bound values are still kept by `execution`, as at the start of the run.
            unsafe { cursor.suspend() };
        }
        if !gather.is_empty() {
            batches.push(gather.take());
        }
        query.empty = gather.finish();
        Ok(more)
    }

    /// Ends the run of a statement and keeps it for the next one.
    fn shelve(&mut self, mut taken: Taken) {
        drop(taken.statement.start());
        self.cache.put(taken);
    }
}

/// Returns the request for the single step of a query.
fn single<'r>(execution: &'r Execution, limits: Limits, never: &'r Cancel) -> Result<Request<'r>> {
    let request = execution.only(Deadline::from(never));
    let request = request.ok_or_else(|| Error::new(Kind::Internal, "only a single statement is read in parts"))?;
    Ok(Request { limits, sink: None, ..request })
}
