//! A batch of rows for Python.

use std::sync::Arc;

use oxyde_driver::{ColumnBatch, Finished, Result};
use oxyde_engine::Plan;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::arrow;
use crate::hydrate;
use crate::json;

/// Some rows of a statement; the last batch also has its summary.
#[pyclass(frozen, module = "oxyde._native")]
pub struct Batch {
    columns: Arc<ColumnBatch>,
    first: usize,
    #[pyo3(get)]
    done: bool,
    #[pyo3(get)]
    affected: u64,
    plan: Option<Arc<Plan>>,
}

impl Batch {
    pub fn part(columns: ColumnBatch, first: usize, plan: Option<Arc<Plan>>) -> Self {
        Self { columns: Arc::new(columns), first, done: false, affected: 0, plan }
    }

    pub fn last(finished: Finished, first: usize, plan: Option<Arc<Plan>>) -> Self {
        let columns = Arc::new(finished.last.unwrap_or_default());
        Self { columns, first, done: true, affected: finished.affected, plan }
    }

    pub fn is_last(&self) -> bool {
        self.done
    }

    pub fn data(&self) -> &Arc<ColumnBatch> {
        &self.columns
    }

    /// Returns the number of rows before this batch.
    pub fn first(&self) -> usize {
        self.first
    }

    /// Shows the rows to an observer that infers their Arrow types.
    pub fn observe(&self, observed: &mut arrow::Observed) -> Result<()> {
        observed.add(self.plan.as_ref().and_then(|plan| plan.outputs()), &self.columns)
    }
}

#[pymethods]
impl Batch {
    #[getter]
    fn rows(&self) -> usize {
        self.columns.rows
    }

    #[getter]
    fn names(&self) -> Vec<&str> {
        self.columns.columns.iter().map(|column| column.name.as_str()).collect()
    }

    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyList>>> {
        hydrate::columns(py, &self.columns, self.first)
    }

    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        hydrate::tuples(py, &self.columns, self.first)
    }

    #[allow(clippy::needless_pass_by_value)] // pyo3 hands it over
    fn json<'py>(&self, py: Python<'py>, fields: Vec<json::Field<'py>>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        json::rows(py, &self.columns, &fields, self.first)
    }

    #[allow(clippy::needless_pass_by_value)] // pyo3 hands it over
    fn fill(&self, py: Python<'_>, layout: &hydrate::Layout, instances: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
        hydrate::fill(py, &self.columns, layout, &instances, self.first)
    }
}
