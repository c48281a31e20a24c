//! The mapping from result columns to instances: a tree of classes, built once and used for every
//! batch.

use std::collections::HashSet;

use oxyde_driver::Kind;
use pyo3::prelude::*;
use pyo3::pyclass::{PyTraverseError, PyVisit};
use pyo3::types::{PyDict, PySet, PyString, PyTuple, PyType};

use super::instance::Slots;
use crate::error::of_kind;

/// The value of one entry of an instance's dictionary.
pub enum Entry {
    Column(usize),
    Constant(Py<PyAny>),
}

/// A related class, whose columns follow in the same rows.
pub struct Child {
    /// The attribute of the parent that holds it.
    pub attribute: Py<PyString>,
    /// To-many: a list of instances instead of one or `None`.
    pub many: bool,
    pub layout: Py<Layout>,
}

/// How to hydrate one class from its columns, and its related classes from the columns after those.
#[pyclass(frozen, module = "oxyde._native")]
pub struct Layout {
    pub(super) fields: Vec<Py<PyString>>,
    /// The fields that identify a row; all NULL if an outer join found no row.
    pub(super) key: Vec<usize>,
    pub(super) validators: Option<Vec<Option<Py<PyAny>>>>,
    pub(super) validate_rows: Py<PyAny>,
    pub(super) json: Vec<bool>,
    /// For each column of the table, from the first field on: whether its values are mutable, so that the
    /// raw value is kept beside an instance for comparison. Empty if the fields do not cover all columns of
    /// the table.
    pub(super) mutable: Vec<bool>,
    pub(super) slots: Slots,
    /// The instance's dictionary, in the class's order of fields.
    pub(super) entries: Vec<(Py<PyString>, Entry)>,
    /// The names of the columns' fields and of the children's attributes.
    pub(super) fields_set: Py<PySet>,
    pub(super) children: Vec<Child>,
    /// Whether a row of this class may be repeated in the result, once per row of a to-many relation.
    pub(super) repeats: bool,
    pub(super) name: String,
}

#[pymethods]
impl Layout {
    #[new]
    #[pyo3(signature = (model, fields, *, key, validators, validate_rows, mutable, state_slot, json, constants, children))]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // the constructor's keywords, as pyo3 hands them over
    fn new(
        py: Python<'_>,
        model: Bound<'_, PyType>,
        fields: Bound<'_, PyTuple>,
        key: Vec<usize>,
        validators: Option<Bound<'_, PyTuple>>,
        validate_rows: Py<PyAny>,
        mutable: Vec<bool>,
        state_slot: &str,
        json: Vec<bool>,
        constants: Bound<'_, PyAny>,
        children: Vec<(String, bool, Py<Layout>)>,
    ) -> PyResult<Self> {
        let name = model.qualname()?.to_string();
        let wrong = |what: &str| of_kind(py, Kind::Internal, format!("the layout of {name}: {what}"));
        let fields: Vec<Py<PyString>> =
            fields.iter().map(|field| Ok(PyString::intern(py, field.extract()?).unbind())).collect::<PyResult<_>>()?;
        if json.len() != fields.len() {
            return Err(wrong("json does not have one entry for each field"));
        }
        let validators = validators
            .map(|all| {
                all.iter().map(|one| (!one.is_none()).then(|| one.getattr("validate_python").map(Bound::unbind)).transpose()).collect()
            })
            .transpose()?;
        if validators.as_ref().is_some_and(|all: &Vec<_>| all.len() != fields.len()) {
            return Err(wrong("validators does not have one entry for each field"));
        }
        if mutable.len() > fields.len() {
            return Err(wrong("it has fewer fields than the table has columns"));
        }
        if key.iter().any(|position| *position >= fields.len()) {
            return Err(wrong("a key position is not that of a field"));
        }
        let children: Vec<Child> = children
            .into_iter()
            .map(|(attribute, many, layout)| Child { attribute: PyString::intern(py, &attribute).unbind(), many, layout })
            .collect();
        if children.iter().any(|child| child.layout.get().key.is_empty()) {
            return Err(wrong("a related class has no key"));
        }
        let repeats = children.iter().any(|child| child.many || child.layout.get().repeats);
        if repeats && key.is_empty() {
            return Err(wrong("it has many related rows and no key"));
        }
        let constants =
            PyDict::from_sequence(&constants.call_method0("items")?.try_iter()?.collect::<PyResult<Vec<_>>>()?.into_pyobject(py)?)?;
        let entries = entries(&model, &fields, &constants)?;
        let fields_set = PySet::new(py, fields.iter().chain(children.iter().map(|child| &child.attribute)))?.unbind();
        let slots = Slots::new(&model, state_slot)?;
        Ok(Self { fields, key, validators, validate_rows, json, mutable, slots, entries, fields_set, children, repeats, name })
    }

    /// Visits the class and the validators, which the class holds in turn. There is no `__clear__`: a
    /// layout is immutable, like a tuple, and clearing the class breaks the cycle.
    #[allow(clippy::needless_pass_by_value)] // the signature that pyo3 asks for
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        for validator in self.validators.iter().flatten().flatten() {
            visit.call(validator)?;
        }
        for (_, entry) in &self.entries {
            if let Entry::Constant(value) = entry {
                visit.call(value)?;
            }
        }
        for child in &self.children {
            visit.call(&child.layout)?;
        }
        visit.call(&self.validate_rows)?;
        visit.call(&self.fields_set)?;
        self.slots.traverse(&visit)
    }
}

/// Returns columns and constants in the class's order of fields; entries that it does not declare come
/// last.
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
