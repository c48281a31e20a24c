//! The input of a backend for one step: the step, its parameters, and the sink for its rows.

use std::borrow::Cow;

use oxyde_ir::Value;
use oxyde_ir::program::{Origin, Repeat, Slot, Step, Text};

use crate::batch::{Column, ColumnBatch};
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::stream::{Limits, Sink};

/// One step on one connection. The backend runs it as often as `step.repeat` says and collects the rows
/// of all runs.
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
    /// Receives full batches. Without a sink, `Finished::last` contains all rows.
    pub sink: Option<&'a Sink>,
    pub limits: Limits,
    /// The most bytes of values that the connection accepts in one statement.
    pub max_bytes: usize,
    /// `Program::point_read`: the step is short enough for the calling thread.
    pub point_read: bool,
    /// `Program::prepared_anew`.
    pub prepared_anew: bool,
}

/// The rows that one run of a step covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub start: usize,
    pub rows: usize,
}

/// The largest slice of bulk rows, which bounds memory on both sides.
const SLICE_BYTES: usize = 1 << 26;

/// Returns the runs of a step, in order: one for `Once`, otherwise slices of the bulk rows or keys. A
/// slice has at most `max_bytes` of values, unless a single row has more.
pub fn runs(step: &Step, bulk: Option<&ColumnBatch>, keys: Option<&ColumnBatch>, max_bytes: usize) -> Vec<Run> {
    let total = match step.repeat {
        Repeat::Once | Repeat::WherePossible => return vec![Run { start: 0, rows: 1 }],
        Repeat::EachRow | Repeat::Chunks { .. } => bulk.map_or(0, |batch| batch.rows),
        Repeat::EachKey => keys.map_or(0, |batch| batch.rows),
    };
    let mut runs = Vec::new();
    let mut start = 0;
    while start < total {
        let left = total - start;
        let most = match (step.repeat, &step.text) {
            // Powers of two, so that few distinct statements are prepared.
            (Repeat::Chunks { rows }, Text::Rows { max_rows, .. }) => {
                let most = left.min(rows as usize).min(*max_rows as usize).max(1);
                1 << most.ilog2()
            }
            (Repeat::Chunks { rows }, Text::Fixed(_) | Text::Copy { .. }) => left.min(rows as usize).max(1),
            (Repeat::Once | Repeat::WherePossible | Repeat::EachRow | Repeat::EachKey, _) => 1,
        };
        let mut run = Run { start, rows: most };
        while run.rows > 1 && bulk.is_some_and(|batch| batch.bytes_of(run) > max_bytes.min(SLICE_BYTES)) {
            run.rows /= 2;
        }
        runs.push(run);
        start += run.rows;
    }
    runs
}

/// Returns the text of a step for a run.
pub fn text(step: &Step, run: Run) -> Cow<'_, str> {
    match &step.text {
        Text::Fixed(fragment) => fragment.text.as_str().into(),
        Text::Copy { copy, .. } => copy.as_str().into(),
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
    /// Returns the runs of the step.
    pub fn runs(&self) -> Vec<Run> {
        runs(self.step, self.bulk, self.keys, self.max_bytes)
    }

    /// Returns the text of the step for a run.
    pub fn text(&self, run: Run) -> Cow<'a, str> {
        text(self.step, run)
    }

    /// Returns the column that a slot's value comes from; `None` for parameters.
    pub fn column(&self, origin: Origin) -> Option<&'a Column> {
        let (batch, index) = match origin {
            Origin::Bulk(index) => (self.bulk?, index),
            Origin::Key(index) => (self.keys?, index),
            Origin::Param(_) | Origin::Member { .. } => return None,
        };
        batch.columns.get(index as usize)
    }

    /// Refuses a run whose values exceed the server's limit for one statement, because the server would
    /// close the connection.
    ///
    /// # Errors
    /// `FieldValue`, naming the largest value.
    pub fn check_bytes(&self, run: Run) -> Result<()> {
        // A slot in the repeated part stands for its whole column.
        let sizes = || self.step.text.slots(1).map(|(slot, _)| (self.bytes(slot, run), slot));
        if sizes().map(|(bytes, _)| bytes).sum::<usize>() <= self.max_bytes {
            return Ok(());
        }
        let Some((bytes, slot)) = sizes().max_by_key(|(bytes, _)| *bytes) else { return Ok(()) };
        let reason = format!(
            "{} bytes are too many: the server takes {} in one statement; send less, or raise the server's limit \
             (max_allowed_packet on MySQL and MariaDB)",
            bytes - Value::MOST_FIXED_BYTES,
            self.max_bytes
        );
        Err(self.misfit(slot, &reason))
    }

    fn bytes(&self, slot: &Slot, run: Run) -> usize {
        match slot.origin {
            Origin::Param(index) => self.params[index as usize].bytes(),
            Origin::Member { .. } => self.scalar(slot.origin, 0).bytes(),
            Origin::Bulk(_) | Origin::Key(_) => self.column(slot.origin).map_or(0, |column| column.data.bytes_of(run)),
        }
    }

    /// Returns the name of a slot's value, for messages.
    pub fn place(&self, slot: &Slot) -> String {
        match (slot.origin, self.column(slot.origin)) {
            (Origin::Param(index) | Origin::Member { index, .. }, _) => format!("parameter {}", index + 1),
            (Origin::Bulk(_) | Origin::Key(_), Some(column)) => format!("column {:?}", column.name),
            (Origin::Bulk(index) | Origin::Key(index), None) => format!("column {}", index + 1),
        }
    }

    /// Returns the error for a slot's value that cannot be sent.
    pub fn misfit(&self, slot: &Slot, reason: &str) -> Error {
        let mut error = Error::new(Kind::FieldValue, format!("{}: {reason}", self.place(slot)));
        error.detail.column = self.column(slot.origin).map(|column| column.name.clone());
        error
    }

    /// Returns the value of a slot; for `Bulk` and `Key`, that of row `row`.
    pub fn scalar(&self, origin: Origin, row: usize) -> Cow<'a, Value> {
        match origin {
            Origin::Param(index) => Cow::Borrowed(&self.params[index as usize]),
            Origin::Member { index, member } => {
                let list = &self.params[index as usize];
                // An empty list has no member to pad with, so it is padded with NULL, which `IN` never matches.
                let Value::Array(members) = list else { return Cow::Borrowed(list) };
                members.get(member as usize).or(members.last()).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
            }
            Origin::Bulk(column) => Cow::Owned(self.bulk.map_or(Value::Null, |batch| batch.columns[column as usize].value(row))),
            Origin::Key(column) => Cow::Owned(self.keys.map_or(Value::Null, |batch| batch.columns[column as usize].value(row))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Data, TextColumn};

    fn batch(sizes: &[usize]) -> ColumnBatch {
        let mut values = TextColumn::default();
        for size in sizes {
            assert!(values.push(&vec![b'x'; *size]));
        }
        ColumnBatch { columns: vec![Column::new("body", Data::Bytes(values))], rows: sizes.len() }
    }

    fn cut(sizes: &[usize], max_bytes: usize) -> Vec<usize> {
        let (head, row, tail) = Default::default();
        let text = Text::Rows { head, row, between: ", ", tail, max_rows: 8 };
        let step = Step { text, repeat: Repeat::Chunks { rows: 8 }, outputs: None, keep_keys: false, last_insert_id: false };
        runs(&step, Some(&batch(sizes)), None, max_bytes).into_iter().map(|run| run.rows).collect()
    }

    #[test]
    fn slices_keep_within_the_bytes() {
        assert_eq!(cut(&[10; 11], usize::MAX), [8, 2, 1]);
        assert_eq!(cut(&[10; 8], 4 * 30), [4, 4]);
        assert_eq!(cut(&[10; 8], 4 * 30 - 1), [2, 2, 2, 2]);
        // A row above the limit is a run of its own; `check_bytes` decides whether it is an error.
        assert_eq!(cut(&[10, 10, 500, 10], 60), [2, 1, 1]);
        assert_eq!(cut(&[500], 60), [1]);
    }
}
