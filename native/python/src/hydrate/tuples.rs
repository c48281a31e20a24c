//! A batch becomes plain values: by column, or as one tuple for each row.

use oxyde_driver::ColumnBatch;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::gc::Pause;
use super::values;

/// Every column as a list; JSON is parsed where the type says so.
pub fn columns<'py>(py: Python<'py>, batch: &ColumnBatch, first: usize) -> PyResult<Vec<Bound<'py, PyList>>> {
    let _pause = Pause::new(py);
    values::columns(py, batch, None, first)
}

/// Every row as a tuple.
pub fn tuples<'py>(py: Python<'py>, batch: &ColumnBatch, first: usize) -> PyResult<Bound<'py, PyList>> {
    let _pause = Pause::new(py);
    let columns = values::columns(py, batch, None, first)?;
    let rows = PyList::empty(py);
    for row in 0..batch.rows {
        // SAFETY: a new tuple with a place for each column, or null with an exception set; each place is filled once with a reference of
        // its own before anybody else sees the tuple. `values::columns` made each list with `batch.rows` items, and no other code has them.
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
