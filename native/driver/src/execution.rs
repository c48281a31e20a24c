//! A program with its parameters and progress: the input of a backend.

use std::sync::Arc;

use oxyde_ir::program::Step;
use oxyde_ir::{Program, Value};

use crate::batch::{Column, ColumnBatch, Data};
use crate::cursor::CursorStep;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::request::{Request, runs};
use crate::stream::{Finished, Limits, Sink};

/// The values of an execution, apart from its program.
#[derive(Debug, Default)]
pub struct Inputs {
    pub params: Vec<Value>,
    /// The rows of a bulk insert.
    pub bulk: Option<ColumnBatch>,
}

/// Which steps of a program run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The steps that run before the transaction, outside of it.
    Before,
    #[default]
    Steps,
    /// The steps that run after the transaction, outside of it.
    After,
}

/// A program, or a part of one, to run. It owns its data, so that a backend may move it to another
/// thread, and has all its steps, so that a backend may pipeline them.
#[derive(Clone)]
pub struct Execution {
    pub program: Arc<Program>,
    pub part: Part,
    pub inputs: Arc<Inputs>,
    /// Receives full batches. Without a sink, `Finished::last` contains all rows.
    pub sink: Option<Sink>,
    pub limits: Limits,
    /// The most bytes of values that the connection accepts in one statement.
    pub max_bytes: usize,
    /// On SQLite, a step of reading the single query of the program in parts.
    pub cursor: Option<CursorStep>,
}

impl Execution {
    pub fn steps(&self) -> &[Step] {
        match self.part {
            Part::Before => &self.program.before,
            Part::Steps => &self.program.steps,
            Part::After => &self.program.after,
        }
    }

    /// Returns the single step of a read by key, which is short enough for the calling thread.
    pub(crate) fn point_read<'a>(&'a self, deadline: Deadline<'a>) -> Option<Request<'a>> {
        if self.program.point_read && self.cursor.is_none() { self.only(deadline) } else { None }
    }

    /// Returns the step of a program that has only one.
    pub(crate) fn only<'a>(&'a self, deadline: Deadline<'a>) -> Option<Request<'a>> {
        let [step] = self.steps() else { return None };
        Some(self.request(step, None, self.sink.as_ref(), deadline))
    }

    fn request<'r>(&'r self, step: &'r Step, keys: Option<&'r ColumnBatch>, sink: Option<&'r Sink>, deadline: Deadline<'r>) -> Request<'r> {
        let Self { program, inputs, limits, max_bytes, .. } = self;
        let Inputs { params, bulk } = &**inputs;
        Request {
            step,
            params,
            bulk: bulk.as_ref(),
            keys,
            deadline,
            sink,
            limits: *limits,
            max_bytes: *max_bytes,
            point_read: program.point_read,
            prepared_anew: program.prepared_anew,
        }
    }
}

/// The steps of an execution that are done, and their results.
pub(crate) struct Progress<'a> {
    execution: &'a Execution,
    /// The number of steps done.
    ended: usize,
    /// The rows of the latest step that keeps its keys.
    keys: Option<ColumnBatch>,
    result: Finished,
    affected: u64,
}

impl<'a> Progress<'a> {
    pub fn new(execution: &'a Execution) -> Self {
        Self { execution, ended: 0, keys: None, result: Finished::default(), affected: 0 }
    }

    /// The current step.
    fn step(&self) -> Option<&'a Step> {
        self.execution.steps().get(self.ended)
    }

    fn is_result(&self) -> bool {
        self.execution.part == Part::Steps && self.ended == self.execution.program.result
    }

    /// Returns the next step as a request, or `None` at the end.
    pub fn next<'r>(&'r self, deadline: Deadline<'r>) -> Option<Request<'r>> {
        let step = self.step()?;
        let sink = self.execution.sink.as_ref().filter(|_| self.is_result() && !step.keep_keys);
        Some(self.execution.request(step, self.keys.as_ref(), sink, deadline))
    }

    /// Records the result of the current step.
    pub fn add(&mut self, finished: Finished) -> Result<()> {
        let Some(step) = self.step() else { return Ok(()) };
        if step.last_insert_id {
            let rows = runs(step, self.execution.inputs.bulk.as_ref(), self.keys.as_ref(), self.execution.max_bytes).len();
            self.keys = Some(inserted(&finished, rows)?);
        } else if step.keep_keys {
            self.keys.clone_from(&finished.last);
        }
        if self.execution.part == Part::Steps && self.ended == self.execution.program.changes {
            self.affected = finished.affected;
        }
        if self.execution.part == Part::Steps && Some(self.ended) == self.execution.program.skipped {
            self.affected = self.affected.saturating_sub(count(&finished));
        }
        if self.is_result() {
            self.result = finished;
        }
        self.ended += 1;
        Ok(())
    }

    /// Returns the result of the execution.
    pub fn finish(self) -> Finished {
        Finished { affected: self.affected, ..self.result }
    }
}

/// Returns the single integer that a step returned.
fn count(finished: &Finished) -> u64 {
    let value =
        finished.last.as_ref().filter(|batch| batch.rows == 1).and_then(|batch| batch.columns.first()).map(|column| column.value(0));
    if let Some(Value::Int(count)) = value { count.unsigned_abs() } else { 0 }
}

/// Returns the generated keys, one for each run, as the kept keys.
fn inserted(finished: &Finished, rows: usize) -> Result<ColumnBatch> {
    let ids = finished.insert_ids.clone();
    if ids.len() != rows {
        let message = format!("the server returned {} keys for the {rows} rows just inserted", ids.len());
        return Err(Error::new(Kind::Internal, message));
    }
    Ok(ColumnBatch { columns: vec![Column::new("", Data::Int64(ids))], rows })
}
