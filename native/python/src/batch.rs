//! Rows on their way into Python.

use std::sync::Arc;

use oxyde_driver::{ColumnBatch, Finished, Result};
use oxyde_engine::Plan;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arrow::{self, array_capsules};
use crate::error::exception;
use crate::hydrate;

/// Some rows of a statement, and on the last batch how it ended.
#[pyclass(frozen, module = "oxyde._native")]
pub struct Batch {
    columns: ColumnBatch,
    first: usize,
    #[pyo3(get)]
    done: bool,
    #[pyo3(get)]
    affected: u64,
    plan: Option<Arc<Plan>>,
    /// Chosen by the stream that the batch belongs to.
    layout: Option<arrow::Layout>,
}

impl Batch {
    pub fn part(columns: ColumnBatch, first: usize, plan: Option<Arc<Plan>>) -> Self {
        Self { columns, first, done: false, affected: 0, plan, layout: None }
    }

    pub fn last(finished: Finished, first: usize, plan: Option<Arc<Plan>>) -> Self {
        let columns = finished.last.unwrap_or_default();
        Self { columns, first, done: true, affected: finished.affected, plan, layout: None }
    }

    pub fn of_stream(columns: ColumnBatch, first: usize, layout: arrow::Layout) -> Self {
        Self { columns, first, done: false, affected: 0, plan: None, layout: Some(layout) }
    }

    pub fn is_last(&self) -> bool {
        self.done
    }

    pub fn data(&self) -> &ColumnBatch {
        &self.columns
    }

    /// The number of rows before this batch.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The schema that the rows leave with.
    pub fn arrow_layout(&self) -> Result<arrow::Layout> {
        match &self.layout {
            Some(layout) => Ok(layout.clone()),
            None => arrow::Layout::observed(self.plan.as_ref().and_then(|plan| plan.outputs()), &self.columns),
        }
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
    fn fill(&self, py: Python<'_>, layout: &hydrate::Layout, instances: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
        hydrate::fill(py, &self.columns, layout, &instances, self.first)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        // The consumer casts; the protocol lets a producer ignore the wish.
        drop(requested_schema);
        let record = py.detach(|| self.arrow_layout()?.record(self.columns.clone(), self.first));
        array_capsules(py, record.map_err(|error| exception(py, error))?)
    }
}
