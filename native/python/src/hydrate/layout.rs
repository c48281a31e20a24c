//! How result columns become instances of one model class, decided once and used for every batch.

use std::collections::HashSet;

use oxyde_driver::Kind;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyString, PyTuple, PyType};

use super::instance::Slots;
use crate::error::of_kind;

/// What stands under a name in an instance's dictionary.
pub enum Entry {
    Column(usize),
    Constant(Py<PyAny>),
}

/// A plan for hydrating one class from one set of columns.
#[pyclass(frozen, module = "oxyde._native")]
pub struct Layout {
    pub(super) fields: Vec<Py<PyString>>,
    pub(super) validators: Option<Vec<Option<Py<PyAny>>>>,
    pub(super) validate_rows: Py<PyAny>,
    pub(super) json: Vec<bool>,
    pub(super) state: Py<PyAny>,
    pub(super) slots: Slots,
    /// The instance's dictionary, in the order in which the class declares its fields.
    pub(super) entries: Vec<(Py<PyString>, Entry)>,
    pub(super) fields_set: Py<PySet>,
    pub(super) name: String,
}

#[pymethods]
impl Layout {
    #[new]
    #[pyo3(signature = (model, fields, *, validators, validate_rows, rows, state, state_slot, json, constants))]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // the constructor's keywords, as pyo3 hands them over
    fn new(
        py: Python<'_>,
        model: Bound<'_, PyType>,
        fields: Bound<'_, PyTuple>,
        validators: Option<Bound<'_, PyTuple>>,
        validate_rows: Py<PyAny>,
        rows: &str,
        state: Py<PyAny>,
        state_slot: &str,
        json: Vec<bool>,
        constants: Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let name = model.qualname()?.to_string();
        let wrong = |what: &str| of_kind(py, Kind::Internal, format!("the layout of {name}: {what}"));
        if rows != "name" && rows != "alias" {
            return Err(wrong("rows is neither \"name\" nor \"alias\""));
        }
        let fields: Vec<Py<PyString>> =
            fields.iter().map(|field| Ok(PyString::intern(py, field.extract()?).unbind())).collect::<PyResult<_>>()?;
        if json.len() != fields.len() {
            return Err(wrong("json has not one entry for each field"));
        }
        let validators = validators
            .map(|all| {
                all.iter().map(|one| (!one.is_none()).then(|| one.getattr("validate_python").map(Bound::unbind)).transpose()).collect()
            })
            .transpose()?;
        if validators.as_ref().is_some_and(|all: &Vec<_>| all.len() != fields.len()) {
            return Err(wrong("validators has not one entry for each field"));
        }
        let constants =
            PyDict::from_sequence(&constants.call_method0("items")?.try_iter()?.collect::<PyResult<Vec<_>>>()?.into_pyobject(py)?)?;
        let entries = entries(&model, &fields, &constants)?;
        let fields_set = PySet::new(py, fields.iter())?.unbind();
        let slots = Slots::new(&model, state_slot)?;
        Ok(Self { fields, validators, validate_rows, json, state, slots, entries, fields_set, name })
    }
}

/// Columns and constants in the order in which the class declares its fields; what it does not declare comes last.
fn entries<'py>(
    model: &Bound<'py, PyType>,
    fields: &[Py<PyString>],
    constants: &Bound<'py, PyDict>,
) -> PyResult<Vec<(Py<PyString>, Entry)>> {
    let py = model.py();
    let given = PyDict::new(py);
    for (index, field) in fields.iter().enumerate() {
        given.set_item(field, index)?;
    }
    let declared = model.getattr("__pydantic_fields__")?.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let all = declared.into_iter().chain(given.keys().iter()).chain(constants.keys().iter());
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for name in all {
        let text: String = name.extract()?;
        let entry = match (given.get_item(&name)?, constants.get_item(&name)?) {
            (Some(index), _) => Entry::Column(index.extract()?),
            (None, Some(value)) => Entry::Constant(value.unbind()),
            (None, None) => continue,
        };
        if seen.insert(text.clone()) {
            entries.push((PyString::intern(py, &text).unbind(), entry));
        }
    }
    Ok(entries)
}
