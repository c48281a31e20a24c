//! How result columns become instances: a tree of classes, decided once and used for every batch.

use std::collections::HashSet;

use oxyde_driver::Kind;
use pyo3::prelude::*;
use pyo3::pyclass::{PyTraverseError, PyVisit};
use pyo3::types::{PyDict, PySet, PyString, PyTuple, PyType};

use super::instance::Slots;
use crate::error::of_kind;

/// The value of one entry in an instance's dictionary.
pub enum Entry {
    Column(usize),
    Constant(Py<PyAny>),
}

/// A related class, whose columns follow in the same rows.
pub struct Child {
    /// The parent's attribute that holds it.
    pub attribute: Py<PyString>,
    /// A list of instances rather than one or `None`.
    pub many: bool,
    pub layout: Py<Layout>,
}

/// A plan for hydrating one class from its columns, and the classes related to it from those behind.
#[pyclass(frozen, module = "oxyde._native")]
pub struct Layout {
    pub(super) fields: Vec<Py<PyString>>,
    /// The fields by which the same row is recognised; all NULL where an outer join found none.
    pub(super) key: Vec<usize>,
    pub(super) validators: Option<Vec<Option<Py<PyAny>>>>,
    pub(super) validate_rows: Py<PyAny>,
    pub(super) json: Vec<bool>,
    /// For each column of the table, from the first field on: whether its values may change inside, so that what was read is kept beside
    /// an instance rather than what that became. Empty where the fields are not all columns of the table.
    pub(super) mutable: Vec<bool>,
    pub(super) slots: Slots,
    /// The instance's dictionary, in the order in which the class declares its fields.
    pub(super) entries: Vec<(Py<PyString>, Entry)>,
    /// The fields of the columns and the attributes of the children.
    pub(super) fields_set: Py<PySet>,
    pub(super) children: Vec<Child>,
    /// Whether one row of this class may take several rows of a result, one for each of many related rows.
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

    /// Shows the garbage collector the class and the validators, which the class holds in turn. There is no `__clear__`: a layout is
    /// immutable, like a tuple, and clearing the class breaks the cycle.
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
