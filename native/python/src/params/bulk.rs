//! The lists of a bulk insert become columns; so do Arrow arrays.

use std::borrow::Cow;

use oxyde_driver::{Column, ColumnBatch, Data, Kind, TextColumn};
use oxyde_ir::program::BulkColumn;
use oxyde_ir::{ColumnType, Value};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{Refusal, members, mismatch, scalar, wrong_column};
use crate::arrow::{Target, source};
use crate::error::of_kind;
use crate::types::{Visitor, visit};

/// One list or Arrow array for each column, all of one length, from `values[start..]`.
pub fn batch(columns: &[BulkColumn], values: &Bound<'_, PyTuple>, start: usize) -> PyResult<ColumnBatch> {
    let py = values.py();
    let mut batch = ColumnBatch::default();
    for (index, column) in columns.iter().enumerate() {
        let given = values.get_item(start + index)?;
        let foreign = source::imported(&given)?;
        let filled = if let Some(array) = &foreign {
            check_rows(py, &mut batch, index, &column.name, array.len())?;
            source::column(&column.name, &column.ty, array).map_err(|(row, reason)| (row, Refusal::Unfit(reason)))
        } else {
            let given = members(&given).ok_or_else(|| {
                let refusal = mismatch("list", &given);
                refusal.at(py, &format!("column {:?}", column.name))
            })?;
            check_rows(py, &mut batch, index, &column.name, given.len())?;
            fill(&column.name, &column.ty, &given)
        };
        batch.columns.push(filled.map_err(|(row, refusal)| wrong_column(py, &column.name, row, refusal))?);
    }
    Ok(batch)
}

/// Checks that all columns are of one length, which the first one decides.
fn check_rows(py: Python<'_>, batch: &mut ColumnBatch, index: usize, name: &str, rows: usize) -> PyResult<()> {
    if index == 0 {
        batch.rows = rows;
    }
    if batch.rows == rows {
        return Ok(());
    }
    Err(of_kind(py, Kind::Field, format!("column {name:?} has {rows} values, those before it {}", batch.rows)))
}

type At = (usize, Refusal);

fn fill(name: &str, ty: &ColumnType, given: &[Bound<'_, PyAny>]) -> Result<Column, At> {
    let mut column = Column::new(name, Data::Dynamic(Vec::new()));
    column.data = visit(ty, Fill { column: &mut column, given })?;
    Ok(column)
}

/// Makes a column of a list of values, and marks those that are there.
struct Fill<'a, 'py> {
    column: &'a mut Column,
    given: &'a [Bound<'py, PyAny>],
}

impl<'py> Visitor<'py> for Fill<'_, 'py> {
    type Output = Result<Data, At>;

    /// A NULL is sent as zero.
    fn fixed<T: Default>(
        self,
        take: impl Fn(&Bound<'py, PyAny>) -> Result<T, Refusal>,
        _: fn(T) -> Value,
        data: fn(Vec<T>) -> Data,
        _: Target,
    ) -> Self::Output {
        let mut values = Vec::with_capacity(self.given.len());
        for (row, one) in self.given.iter().enumerate() {
            let valid = !one.is_none();
            values.push(if valid { take(one).map_err(|refusal| (row, refusal))? } else { T::default() });
            self.column.mark(row + 1, valid);
        }
        Ok(data(values))
    }

    /// A NULL has no bytes.
    fn varying<B: ToOwned + AsRef<[u8]> + ?Sized>(
        self,
        take: impl for<'a> Fn(&'a Bound<'py, PyAny>) -> Result<Cow<'a, B>, Refusal>,
        _: fn(B::Owned) -> Value,
        data: fn(TextColumn) -> Data,
        _: Target,
    ) -> Self::Output {
        let mut values = TextColumn::default();
        for (row, one) in self.given.iter().enumerate() {
            let valid = !one.is_none();
            let pushed = if valid { values.push(take(one).map_err(|refusal| (row, refusal))?.as_ref().as_ref()) } else { values.push(b"") };
            if !pushed {
                return Err((row, Refusal::Unfit("more than 2 GiB in one column of a batch: insert fewer rows at once".to_owned())));
            }
            self.column.mark(row + 1, valid);
        }
        Ok(data(values))
    }

    fn list(self, item: &ColumnType) -> Self::Output {
        lists(self.column, item, self.given)
    }

    fn any(self) -> Self::Output {
        let mut values = Vec::with_capacity(self.given.len());
        for (row, one) in self.given.iter().enumerate() {
            values.push(scalar::value(&ColumnType::Any, one).map_err(|refusal| (row, refusal))?);
            self.column.mark(row + 1, !one.is_none());
        }
        Ok(Data::Dynamic(values))
    }
}

/// Lists end to end, and where each ends.
fn lists(column: &mut Column, item: &ColumnType, given: &[Bound<'_, PyAny>]) -> Result<Data, At> {
    let mut offsets = vec![0];
    let mut all = Vec::new();
    // The row of each member, for messages.
    let mut row_of = Vec::new();
    for (row, one) in given.iter().enumerate() {
        let valid = !one.is_none();
        if valid {
            all.extend(members(one).ok_or_else(|| (row, mismatch("list", one)))?);
            row_of.resize(all.len(), row);
        }
        let end =
            i32::try_from(all.len()).map_err(|_| (row, Refusal::Unfit("more than 2**31 members in one column of a batch".to_owned())))?;
        offsets.push(end);
        column.mark(row + 1, valid);
    }
    let items = fill("item", item, &all).map_err(|(member, refusal)| (row_of[member], refusal))?;
    Ok(Data::List { offsets, items: Box::new(items) })
}
