//! Exports batches as Arrow: one schema per statement, to which every batch conforms. Takes in arrays of bulk inserts.

mod array;
mod batch;
mod decimal;
mod dynamic;
mod misfit;
mod observed;
pub mod source;
mod stream;
mod target;

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};
use oxyde_driver::{ColumnBatch, Error, Kind, Result};
use oxyde_ir::Output;

use array::array;
use misfit::Misfit;

pub use batch::ArrowBatch;
pub use observed::Observed;
pub use stream::{ArrowStream, schema_capsule};
pub use target::Target;

/// How the columns of a statement become Arrow arrays: the schema, and the type that each column is
/// converted to.
#[derive(Clone)]
pub struct Conversion {
    pub schema: SchemaRef,
    targets: Vec<Target>,
}

impl Conversion {
    /// Derives the conversion from the outputs; `None` if a column's type is known only to the server.
    pub fn announced(outputs: &[Output]) -> Option<Self> {
        let targets = outputs.iter().map(|output| Target::of_type(&output.ty)).collect::<Option<Vec<_>>>()?;
        let fields = outputs.iter().zip(&targets).map(|(output, target)| target.field(&output.name, output.nullable)).collect();
        Some(Self::new(fields, targets))
    }

    fn new(fields: Vec<Field>, targets: Vec<Target>) -> Self {
        Self { schema: Arc::new(Schema::new(fields)), targets }
    }

    /// Converts a batch to the schema; `first` is the number of rows before it, for messages.
    pub fn record(&self, batch: ColumnBatch, first: usize) -> Result<RecordBatch> {
        let rows = batch.rows;
        if batch.columns.len() != self.targets.len() {
            let message = format!("a batch of {} columns where {} were announced", batch.columns.len(), self.targets.len());
            return Err(Error::new(Kind::Internal, message));
        }
        let mut arrays = Vec::with_capacity(self.targets.len());
        for ((mut column, target), field) in batch.columns.into_iter().zip(&self.targets).zip(self.schema.fields()) {
            let name = std::mem::take(&mut column.name);
            let null = column.valid.as_ref().and_then(|valid| valid.iter().position(|valid| !valid));
            if let (Some(row), false) = (null, field.is_nullable()) {
                let reason = "NULL in a column that the model says is never NULL".to_owned();
                return Err(misfit(&name, first, (row, reason).into()));
            }
            arrays.push(array(column, target).map_err(|error| misfit(&name, first, error))?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(|error| Error::new(Kind::Internal, format!("a batch that is not as announced: {error}")))
    }
}

fn misfit(column: &str, first: usize, Misfit { row, reason, is_mixed }: Misfit) -> Error {
    let place = row.map_or_else(String::new, |row| format!(", row {}", first + row + 1));
    let mut error = Error::new(Kind::Decode, format!("column {column:?}{place}: {reason}"));
    if is_mixed {
        error = error.with_hint(format!("a frame has one type for a column: give it one in SQL, CAST({column} AS TEXT) or AS REAL"));
    }
    error.detail.column = Some(column.to_owned());
    error
}
