//! Creates instances of one class from columns: column by column if no validator spans fields,
//! otherwise from dictionaries.

use oxyde_driver::{ColumnBatch, Kind};
use pyo3::exceptions::PyException;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet};

use super::gc::Pause;
use super::layout::{Entry, Layout};
use super::values::{columns, texts};
use crate::error::of_kind;

/// One column of a batch as Python objects.
pub struct Cells<'py> {
    pub values: Bound<'py, PyList>,
    /// The source texts of a JSON column, kept because the parsed values are mutable.
    texts: Option<Bound<'py, PyList>>,
}

impl<'py> Cells<'py> {
    /// Returns the values as the database returned them.
    fn raw(&self) -> &Bound<'py, PyList> {
        self.texts.as_ref().unwrap_or(&self.values)
    }

    /// Returns the values of some rows.
    pub fn of(&self, rows: &[usize]) -> PyResult<Self> {
        let pick = |list: &Bound<'py, PyList>| {
            let items = rows.iter().map(|row| list.get_item(*row)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(list.py(), items)
        };
        Ok(Self { values: pick(&self.values)?, texts: self.texts.as_ref().map(pick).transpose()? })
    }
}

/// Returns one new instance per row of the columns.
pub fn build<'py>(py: Python<'py>, read: &[Cells<'py>], rows: usize, layout: &Layout) -> PyResult<Bound<'py, PyList>> {
    // If the class was given its own `__new__` after the layout was made, pydantic-core creates the
    // instance and calls it.
    let valid = if layout.slots.is_plain() { validated(py, read, layout)? } else { None };
    match valid {
        Some(columns) => instances(py, &columns, read, rows, layout),
        None => from_rows(py, read, rows, layout),
    }
}

/// Writes the rows of a batch into existing instances.
pub fn fill(py: Python<'_>, batch: &ColumnBatch, layout: &Layout, instances: &[Bound<'_, PyAny>], first: usize) -> PyResult<()> {
    if instances.len() != batch.rows {
        let message = format!("{} instances of {} for {} rows", instances.len(), layout.name, batch.rows);
        return Err(of_kind(py, Kind::Internal, message));
    }
    let _pause = Pause::new(py);
    let read = read(py, batch, &layout.json, first, &layout.name)?;
    let columns = match validated(py, &read, layout)? {
        Some(columns) => columns,
        None => fields_of(py, &call_rows(py, &read, batch.rows, layout)?, layout)?,
    };
    for (row, instance) in instances.iter().enumerate() {
        let dict: Bound<'_, PyDict> = instance.getattr(intern!(py, "__dict__"))?.cast_into()?;
        let fields_set: Bound<'_, PySet> = instance.getattr(intern!(py, "__pydantic_fields_set__"))?.cast_into()?;
        for (field, column) in layout.fields.iter().zip(&columns) {
            dict.set_item(field, item(column, row)?)?;
            fields_set.add(field)?;
        }
    }
    Ok(())
}

/// Returns the columns of a batch; `json` says for each one whether it contains JSON text.
pub fn read<'py>(py: Python<'py>, batch: &ColumnBatch, json: &[bool], first: usize, name: &str) -> PyResult<Vec<Cells<'py>>> {
    // A program whose step never ran has no columns.
    if batch.columns.is_empty() && batch.rows == 0 {
        return Ok(json.iter().map(|_| Cells { values: PyList::empty(py), texts: None }).collect());
    }
    if batch.columns.len() != json.len() {
        let message = format!("{} columns for the {} fields of {name}", batch.columns.len(), json.len());
        return Err(of_kind(py, Kind::Internal, message));
    }
    let lists = columns(py, batch, Some(json), first)?;
    let texts = if json.contains(&true) { texts(py, batch, json, first)? } else { Vec::new() };
    let texts = texts.into_iter().chain(std::iter::repeat_with(|| None));
    Ok(lists.into_iter().zip(texts).map(|(values, texts)| Cells { values, texts }).collect())
}

/// Returns the columns after their validators; `None` if the model needs dictionaries, or a column is
/// invalid.
fn validated<'py>(py: Python<'py>, read: &[Cells<'py>], layout: &Layout) -> PyResult<Option<Vec<Bound<'py, PyList>>>> {
    let Some(validators) = &layout.validators else { return Ok(None) };
    let mut columns = Vec::with_capacity(read.len());
    for (Cells { values: list, .. }, validator) in read.iter().zip(validators) {
        let Some(validator) = validator else {
            columns.push(list.clone());
            continue;
        };
        match validator.bind(py).call1((list,)) {
            Ok(valid) => columns.push(valid.cast_into()?),
            // Validating dictionaries raises the error that the model's author expects.
            Err(error) if error.is_instance_of::<PyException>(py) => return Ok(None),
            Err(interruption) => return Err(interruption),
        }
        if columns.last().is_some_and(|column: &Bound<'_, PyList>| column.len() != list.len()) {
            return Err(of_kind(py, Kind::Internal, format!("a validator of {} changed the number of rows", layout.name)));
        }
    }
    Ok(Some(columns))
}

/// Returns an item of a list that is known to be long enough.
fn item<'py>(list: &Bound<'py, PyList>, row: usize) -> PyResult<Bound<'py, PyAny>> {
    list.get_item(row)
}

fn instances<'py>(
    py: Python<'py>,
    columns: &[Bound<'py, PyList>],
    read: &[Cells<'py>],
    rows: usize,
    layout: &Layout,
) -> PyResult<Bound<'py, PyList>> {
    // What is kept of each column for comparison: the value itself, or the source text of a mutable one.
    let kept = kept(columns, read, layout);
    let fields_set = layout.fields_set.bind(py);
    let made = PyList::empty(py);
    for row in 0..rows {
        let dict = PyDict::new(py);
        for (name, entry) in &layout.entries {
            let set = match entry {
                // SAFETY: all three are live; the list has at least `rows` items (checked by `validated`); `SetItem`
                // takes its own references to the borrowed name and item.
                Entry::Column(index) => unsafe {
                    let value = ffi::PyList_GET_ITEM(columns[*index].as_ptr(), row as ffi::Py_ssize_t);
                    ffi::PyDict_SetItem(dict.as_ptr(), name.as_ptr(), value)
                },
                // SAFETY: three live objects; `SetItem` takes its own references.
                Entry::Constant(value) => unsafe { ffi::PyDict_SetItem(dict.as_ptr(), name.as_ptr(), value.as_ptr()) },
            };
            if set == -1 {
                return Err(PyErr::fetch(py));
            }
        }
        let stored = stored(py, &kept, row)?;
        made.append(layout.slots.make(&dict, fields_set, stored)?)?;
    }
    Ok(made)
}

/// Returns what is kept of each column of the table: validated values, or the raw values of a mutable
/// column.
fn kept<'a, 'py>(columns: &'a [Bound<'py, PyList>], read: &'a [Cells<'py>], layout: &Layout) -> Vec<(&'a Bound<'py, PyList>, bool)> {
    let pairs = columns.iter().zip(read).zip(&layout.mutable);
    pairs.map(|((column, cells), mutable)| (if *mutable { cells.raw() } else { column }, *mutable)).collect()
}

/// Returns a row as it is in the database, for `save()` to compare with: the items of the lists at
/// `row`, with lists as tuples.
fn stored<'py>(py: Python<'py>, kept: &[(&Bound<'py, PyList>, bool)], row: usize) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: returns a new tuple of empty places, or null with an exception set.
    let made = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(kept.len() as ffi::Py_ssize_t))? };
    let mut collected = false;
    for (index, (list, mutable)) in kept.iter().enumerate() {
        // SAFETY: the lists have at least `rows` items and `row` is below that; the item is borrowed from the
        // list, which stays alive.
        let mut value = unsafe { ffi::PyList_GET_ITEM(list.as_ptr(), row as ffi::Py_ssize_t) };
        // SAFETY: a live object; the tuple takes the one reference that either branch creates. Each place is
        // filled once, and a partly filled tuple skips its empty places when dropped.
        unsafe {
            if *mutable && ffi::PyList_CheckExact(value) != 0 {
                value = ffi::PyList_AsTuple(value);
                if value.is_null() {
                    return Err(PyErr::fetch(py));
                }
            } else {
                ffi::Py_INCREF(value);
            }
            collected |= (*ffi::Py_TYPE(value)).tp_flags & ffi::Py_TPFLAGS_HAVE_GC != 0;
            ffi::PyTuple_SET_ITEM(made.as_ptr(), index as ffi::Py_ssize_t, value);
        }
    }
    if !collected {
        // SAFETY: the tuple is tracked since its creation. It contains nothing that can be part of a cycle, so
        // the collector need not visit it.
        unsafe { ffi::PyObject_GC_UnTrack(made.as_ptr().cast()) };
    }
    Ok(made)
}

/// Returns instances created by the model's own validation of dictionaries.
fn from_rows<'py>(py: Python<'py>, read: &[Cells<'py>], rows: usize, layout: &Layout) -> PyResult<Bound<'py, PyList>> {
    let made = call_rows(py, read, rows, layout)?;
    let columns = if layout.mutable.is_empty() { Vec::new() } else { fields_of(py, &made, layout)? };
    let kept = kept(&columns, read, layout);
    for (row, instance) in made.iter().enumerate() {
        let stored = stored(py, &kept, row)?;
        layout.slots.mark(&instance, &stored)?;
        if !layout.children.is_empty() {
            let fields_set: Bound<'_, PySet> = instance.getattr(intern!(py, "__pydantic_fields_set__"))?.cast_into()?;
            for child in &layout.children {
                fields_set.add(&child.attribute)?;
            }
        }
    }
    Ok(made)
}

fn call_rows<'py>(py: Python<'py>, read: &[Cells<'py>], rows: usize, layout: &Layout) -> PyResult<Bound<'py, PyList>> {
    let dicts = PyList::empty(py);
    for row in 0..rows {
        let dict = PyDict::new(py);
        for (field, column) in layout.fields.iter().zip(read) {
            dict.set_item(field, item(&column.values, row)?)?;
        }
        dicts.append(dict)?;
    }
    let made: Bound<'py, PyList> = layout.validate_rows.bind(py).call1((dicts,))?.cast_into()?;
    if made.len() != rows {
        return Err(of_kind(py, Kind::Internal, format!("validation made {} instances of {} from {rows} rows", made.len(), layout.name)));
    }
    Ok(made)
}

/// Returns the fields of validated rows by column; rows are instances or dictionaries.
fn fields_of<'py>(py: Python<'py>, rows: &Bound<'py, PyList>, layout: &Layout) -> PyResult<Vec<Bound<'py, PyList>>> {
    layout
        .fields
        .iter()
        .map(|field| {
            let values = PyList::empty(py);
            for row in rows {
                match row.cast::<PyDict>() {
                    Ok(dict) => values.append(dict.as_any().get_item(field)?)?,
                    Err(_) => values.append(row.getattr(field)?)?,
                }
            }
            Ok(values)
        })
        .collect()
}
