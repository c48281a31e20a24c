//! Converts a batch to plain values: by column, or one tuple per row.

use oxyde_driver::ColumnBatch;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::gc::Pause;
use super::values;

/// Returns every column as a list; JSON is parsed if the column has that type.
pub fn columns<'py>(py: Python<'py>, batch: &ColumnBatch, first: usize) -> PyResult<Vec<Bound<'py, PyList>>> {
    let _pause = Pause::new(py);
    values::columns(py, batch, None, first)
}

/// Returns every row as a tuple.
pub fn tuples<'py>(py: Python<'py>, batch: &ColumnBatch, first: usize) -> PyResult<Bound<'py, PyList>> {
    let _pause = Pause::new(py);
    let columns = values::columns(py, batch, None, first)?;
    let rows = PyList::empty(py);
    for row in 0..batch.rows {
        // SAFETY: a new tuple with one place per column, or null with an exception set; each place is filled
        // once with its own reference before any other code sees the tuple. `values::columns` made each list
        // with `batch.rows` items, and no other code has them.
        let tuple = unsafe {
            let tuple = Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(columns.len() as ffi::Py_ssize_t))?;
            for (place, column) in columns.iter().enumerate() {
                let value = ffi::Py_NewRef(ffi::PyList_GET_ITEM(column.as_ptr(), row as ffi::Py_ssize_t));
                ffi::PyTuple_SET_ITEM(tuple.as_ptr(), place as ffi::Py_ssize_t, value);
            }
            tuple
        };
        rows.append(tuple)?;
    }
    Ok(rows)
}
