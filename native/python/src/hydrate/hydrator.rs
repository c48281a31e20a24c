//! Hydrates the batches of one result as instances; a row repeated in a later batch is the same object.

use std::collections::HashSet;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::gc::Pause;
use super::layout::Layout;
use super::models::{Cells, build, read};
use crate::batch::Batch;

/// The attribute of the parent that holds the instances of a branch.
struct Link {
    parent: usize,
    attribute: Py<PyString>,
    many: bool,
    /// The addresses of joined parents and children of a to-many relation; their branches keep both alive.
    pairs: HashSet<(usize, usize)>,
}

/// A class of the tree, and its instances in the result so far.
struct Branch {
    layout: Py<Layout>,
    first_column: usize,
    link: Option<Link>,
    /// The instances by key; `None` for a root with one row per instance.
    known: Option<Py<PyDict>>,
}

/// The instances of one branch in one batch.
struct Found<'py> {
    /// The instance of each row; `None` if the row has none.
    rows: Vec<Option<Bound<'py, PyAny>>>,
    /// The rows in which an instance appears for the first time.
    fresh: Vec<usize>,
}

/// Hydrates the batches of one result.
#[pyclass(module = "oxyde._native")]
pub struct Hydrator {
    /// Parents precede their children.
    branches: Vec<Branch>,
    /// Whether each column contains JSON text.
    json: Vec<bool>,
}

#[pymethods]
impl Hydrator {
    #[new]
    fn new(py: Python<'_>, layout: &Bound<'_, Layout>) -> Self {
        let mut made = Self { branches: Vec::new(), json: Vec::new() };
        made.branch(py, layout.as_unbound(), None);
        made
    }

    /// Returns the instances of the root class that are new in this batch.
    fn models<'py>(&mut self, py: Python<'py>, batch: &Bound<'py, Batch>) -> PyResult<Bound<'py, PyList>> {
        let batch = batch.get();
        let rows = batch.data().rows;
        let root = self.branches[0].layout.get();
        let _pause = Pause::new(py);
        let columns = read(py, batch.data(), &self.json, batch.first(), &root.name)?;
        if self.branches.len() == 1 {
            return build(py, &columns, rows, root);
        }
        let mut found: Vec<Found<'py>> = Vec::with_capacity(self.branches.len());
        for branch in &mut self.branches {
            let layout = branch.layout.get();
            let here = branch.find(py, &columns[branch.first_column..][..layout.fields.len()], rows)?;
            if let Some(link) = &mut branch.link {
                link.join(py, &found[link.parent], &here)?;
            }
            found.push(here);
        }
        let root = &found[0];
        PyList::new(py, root.fresh.iter().map(|row| root.rows[*row].as_ref()))
    }
}

impl Hydrator {
    /// Adds the branch of a layout, and recursively those of its children.
    fn branch(&mut self, py: Python<'_>, layout: &Py<Layout>, link: Option<Link>) {
        let number = self.branches.len();
        let node = layout.get();
        let known = (link.is_some() || node.repeats).then(|| PyDict::new(py).unbind());
        self.branches.push(Branch { layout: layout.clone_ref(py), first_column: self.json.len(), link, known });
        self.json.extend(&node.json);
        for child in &node.children {
            let attribute = child.attribute.clone_ref(py);
            let link = Link { parent: number, attribute, many: child.many, pairs: HashSet::new() };
            self.branch(py, &child.layout, Some(link));
        }
    }
}

impl Branch {
    /// Returns the instance of each row of a batch; creates those that are not known yet.
    fn find<'py>(&self, py: Python<'py>, columns: &[Cells<'py>], rows: usize) -> PyResult<Found<'py>> {
        let layout = self.layout.get();
        let Some(known) = &self.known else {
            let made = build(py, columns, rows, layout)?;
            return Ok(Found { rows: made.iter().map(Some).collect(), fresh: (0..rows).collect() });
        };
        let known = known.bind(py);
        let mut fresh = Vec::new();
        let mut keys = Vec::with_capacity(rows);
        let met = PyDict::new(py);
        for row in 0..rows {
            let key = layout.key_of(py, columns, row)?;
            match &key {
                Some(key) if known.contains(key)? || met.contains(key)? => {}
                Some(key) => {
                    met.set_item(key, true)?;
                    fresh.push(row);
                }
                None if self.link.is_none() => fresh.push(row),
                None => {}
            }
            keys.push(key);
        }
        let made = if fresh.len() == rows {
            build(py, columns, rows, layout)?
        } else {
            let chosen = columns.iter().map(|column| column.of(&fresh)).collect::<PyResult<Vec<_>>>()?;
            build(py, &chosen, fresh.len(), layout)?
        };
        let mut all = vec![None; rows];
        for (row, instance) in fresh.iter().zip(&made) {
            if let Some(key) = &keys[*row] {
                known.set_item(key, &instance)?;
            }
            all[*row] = Some(instance);
        }
        for (found, key) in all.iter_mut().zip(&keys) {
            if let (None, Some(key)) = (&found, key) {
                *found = known.get_item(key)?;
            }
        }
        Ok(Found { rows: all, fresh })
    }
}

impl Link {
    /// Assigns the children of a batch to their parents.
    fn join<'py>(&mut self, py: Python<'py>, parents: &Found<'py>, children: &Found<'py>) -> PyResult<()> {
        for row in &parents.fresh {
            let Some(parent) = &parents.rows[*row] else { continue };
            let values = dict_of(parent)?;
            if self.many {
                values.set_item(&self.attribute, PyList::empty(py))?;
            } else {
                values.set_item(&self.attribute, children.rows[*row].as_ref())?;
            }
        }
        if !self.many {
            return Ok(());
        }
        for (parent, child) in parents.rows.iter().zip(&children.rows) {
            let (Some(parent), Some(child)) = (parent, child) else { continue };
            if self.pairs.insert((parent.as_ptr() as usize, child.as_ptr() as usize)) {
                dict_of(parent)?.as_any().get_item(&self.attribute)?.cast::<PyList>()?.append(child)?;
            }
        }
        Ok(())
    }
}

impl Layout {
    /// Returns the key of a row; `None` if an outer join found no row.
    fn key_of<'py>(&self, py: Python<'py>, columns: &[Cells<'py>], row: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let [position] = self.key[..] {
            let value = columns[position].values.get_item(row)?;
            return Ok((!value.is_none()).then_some(value));
        }
        let parts = self.key.iter().map(|position| columns[*position].values.get_item(row)).collect::<PyResult<Vec<_>>>()?;
        if parts.iter().all(Bound::is_none) {
            return Ok(None);
        }
        Ok(Some(PyTuple::new(py, parts)?.into_any()))
    }
}

fn dict_of<'py>(instance: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    Ok(instance.getattr(intern!(instance.py(), "__dict__"))?.cast_into()?)
}
