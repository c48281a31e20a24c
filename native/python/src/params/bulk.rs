//! The lists of a bulk insert become columns; so do Arrow arrays.

use oxyde_driver::{Column, ColumnBatch, Data, Kind, TextColumn};
use oxyde_ir::ColumnType;
use oxyde_ir::program::BulkColumn;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{Refusal, members, mismatch, number, scalar, temporal, wrong_column};
use crate::arrow::source;
use crate::error::of_kind;

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

/// Columns of fixed width: a NULL is sent as zero.
fn fixed<T: Default>(
    column: &mut Column,
    given: &[Bound<'_, PyAny>],
    take: impl Fn(&Bound<'_, PyAny>) -> Result<T, Refusal>,
) -> Result<Vec<T>, At> {
    let mut values = Vec::with_capacity(given.len());
    for (row, one) in given.iter().enumerate() {
        let valid = !one.is_none();
        values.push(if valid { take(one).map_err(|refusal| (row, refusal))? } else { T::default() });
        column.mark(row + 1, valid);
    }
    Ok(values)
}

/// Columns of varying length: a NULL has no bytes.
fn varying<'a, 'py: 'a, B: AsRef<[u8]>>(
    column: &mut Column,
    given: &'a [Bound<'py, PyAny>],
    take: impl Fn(&'a Bound<'py, PyAny>) -> Result<B, Refusal>,
) -> Result<TextColumn, At> {
    let mut values = TextColumn::default();
    for (row, one) in given.iter().enumerate() {
        let valid = !one.is_none();
        let pushed = if valid { values.push(take(one).map_err(|refusal| (row, refusal))?.as_ref()) } else { values.push(b"") };
        if !pushed {
            return Err((row, Refusal::Unfit("more than 2 GiB in one column of a batch: insert fewer rows at once".to_owned())));
        }
        column.mark(row + 1, valid);
    }
    Ok(values)
}

fn fill(name: &str, ty: &ColumnType, given: &[Bound<'_, PyAny>]) -> Result<Column, At> {
    let mut column = Column::new(name, Data::Dynamic(Vec::new()));
    let into = &mut column;
    let data = match ty {
        ColumnType::Bool => Data::Bool(fixed(into, given, scalar::bool)?),
        ColumnType::Int => Data::Int64(fixed(into, given, number::int)?),
        ColumnType::Float => Data::Float64(fixed(into, given, number::float)?),
        ColumnType::Text => Data::Text(varying(into, given, |one| scalar::text(one))?),
        ColumnType::Json => Data::Json(varying(into, given, |one| scalar::text(one))?),
        ColumnType::Bytes => Data::Bytes(varying(into, given, |one| scalar::bytes(one))?),
        ColumnType::Enum { labels, .. } => Data::Enum(varying(into, given, |one| scalar::label(labels, one))?),
        ColumnType::Decimal { .. } => Data::DecimalText { values: varying(into, given, number::decimal)?, digits: None },
        ColumnType::Date => Data::Date(fixed(into, given, temporal::date)?),
        ColumnType::Time => Data::Time(fixed(into, given, temporal::time)?),
        ColumnType::TimeTz => Data::TimeTz(fixed(into, given, temporal::time_tz)?),
        ColumnType::Datetime => Data::Datetime(fixed(into, given, temporal::datetime)?),
        ColumnType::DatetimeTz => Data::DatetimeTz(fixed(into, given, temporal::datetime_tz)?),
        ColumnType::Duration => Data::Duration(fixed(into, given, temporal::duration)?),
        ColumnType::Uuid => Data::Uuid(fixed(into, given, number::uuid)?),
        ColumnType::Array { item } => lists(into, item, given)?,
        ColumnType::Any => {
            let mut values = Vec::with_capacity(given.len());
            for (row, one) in given.iter().enumerate() {
                values.push(scalar::value(ty, one).map_err(|refusal| (row, refusal))?);
                into.mark(row + 1, !one.is_none());
            }
            Data::Dynamic(values)
        }
    };
    column.data = data;
    Ok(column)
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
