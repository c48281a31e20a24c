//! What a backend is asked to do: one step, the values for its slots, and where the rows go.

use std::borrow::Cow;

use oxyde_ir::Value;
use oxyde_ir::program::{Origin, Repeat, Slot, Step, Text};

use crate::batch::{Column, ColumnBatch};
use crate::deadline::Deadline;
use crate::error::{Error, Kind};
use crate::stream::{Limits, Sink};

/// One step on one connection. The backend runs it as often as `step.repeat` says and gathers the rows of all runs.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub step: &'a Step,
    /// The scalar parameters and lists, by index.
    pub params: &'a [Value],
    /// The rows of a bulk insert.
    pub bulk: Option<&'a ColumnBatch>,
    /// The kept keys of an earlier step.
    pub keys: Option<&'a ColumnBatch>,
    pub deadline: Deadline<'a>,
    /// Where full batches go; without one all rows come back in `Finished::last`.
    pub sink: Option<&'a Sink>,
    pub limits: Limits,
    /// `Program::point_read`: short enough for the calling thread.
    pub point_read: bool,
}

/// The rows that one run of a step covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub start: usize,
    pub rows: usize,
}

/// The runs of a step, in order: one for `Once`, else slices of the bulk rows or keys.
pub fn runs(step: &Step, bulk: Option<&ColumnBatch>, keys: Option<&ColumnBatch>) -> Vec<Run> {
    let total = match step.repeat {
        Repeat::Once => return vec![Run { start: 0, rows: 1 }],
        Repeat::EachRow | Repeat::Chunks { .. } => bulk.map_or(0, |batch| batch.rows),
        Repeat::EachKey => keys.map_or(0, |batch| batch.rows),
    };
    let mut runs = Vec::new();
    let mut start = 0;
    while start < total {
        let left = total - start;
        let rows = match (step.repeat, &step.text) {
            // Powers of two, so that few texts are prepared.
            (Repeat::Chunks { rows }, Text::Rows { max_rows, .. }) => {
                let most = left.min(rows as usize).min(*max_rows as usize).max(1);
                1 << most.ilog2()
            }
            (Repeat::Chunks { rows }, Text::Fixed(_)) => left.min(rows as usize).max(1),
            (Repeat::Once | Repeat::EachRow | Repeat::EachKey, _) => 1,
        };
        runs.push(Run { start, rows });
        start += rows;
    }
    runs
}

/// The text of a step for a run.
pub fn text(step: &Step, run: Run) -> Cow<'_, str> {
    match &step.text {
        Text::Fixed(fragment) => fragment.text.as_str().into(),
        Text::Rows { head, row, between, tail, .. } => {
            let mut text = String::with_capacity(head.text.len() + (row.text.len() + between.len()) * run.rows + tail.text.len());
            text.push_str(&head.text);
            for n in 0..run.rows {
                if n > 0 {
                    text.push_str(between);
                }
                text.push_str(&row.text);
            }
            text.push_str(&tail.text);
            text.into()
        }
    }
}

impl<'a> Request<'a> {
    /// The runs of the step.
    pub fn runs(&self) -> Vec<Run> {
        runs(self.step, self.bulk, self.keys)
    }

    /// The statement text for a run.
    pub fn text(&self, run: Run) -> Cow<'a, str> {
        text(self.step, run)
    }

    /// The column that a slot's value comes from; none for parameters.
    pub fn column(&self, origin: Origin) -> Option<&'a Column> {
        let (batch, index) = match origin {
            Origin::Bulk(index) => (self.bulk?, index),
            Origin::Key(index) => (self.keys?, index),
            Origin::Param(_) | Origin::Member { .. } => return None,
        };
        batch.columns.get(index as usize)
    }

    /// The name of a slot's value, for messages.
    pub fn place(&self, slot: &Slot) -> String {
        match (slot.origin, self.column(slot.origin)) {
            (Origin::Param(index) | Origin::Member { index, .. }, _) => format!("parameter {}", index + 1),
            (Origin::Bulk(_) | Origin::Key(_), Some(column)) => format!("column {:?}", column.name),
            (Origin::Bulk(index) | Origin::Key(index), None) => format!("column {}", index + 1),
        }
    }

    /// The error of a slot's value that cannot be sent.
    pub fn misfit(&self, slot: &Slot, reason: &str) -> Error {
        let mut error = Error::new(Kind::FieldValue, format!("{}: {reason}", self.place(slot)));
        error.detail.column = self.column(slot.origin).map(|column| column.name.clone());
        error
    }

    /// The single value of a slot: for `Bulk` and `Key` that of row `row`.
    pub fn scalar(&self, origin: Origin, row: usize) -> Cow<'a, Value> {
        match origin {
            Origin::Param(index) => Cow::Borrowed(&self.params[index as usize]),
            Origin::Member { index, member } => {
                let list = &self.params[index as usize];
                // An empty list has no members to pad with; no statement asks for one, and NULL is in no list.
                let Value::Array(members) = list else { return Cow::Borrowed(list) };
                members.get(member as usize).or(members.last()).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
            }
            Origin::Bulk(column) => Cow::Owned(self.bulk.map_or(Value::Null, |batch| batch.columns[column as usize].value(row))),
            Origin::Key(column) => Cow::Owned(self.keys.map_or(Value::Null, |batch| batch.columns[column as usize].value(row))),
        }
    }
}
