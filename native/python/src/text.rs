//! Statements as text, without a connection: their JSON, their SQL, their Arrow schema.

use oxyde_driver::error::{Error, Kind};
use oxyde_driver::request::Request;
use oxyde_engine::{Inputs, Plan, refused};
use oxyde_ir::{Family, Statement, wire};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyList, PyTuple};

use crate::arrow::{Layout, schema_capsule};
use crate::error::{exception, of_kind};
use crate::params::convert;

/// The golden bytes of a statement given as JSON.
#[pyfunction]
pub fn canonical<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyBytes>> {
    let statement = wire::from_json(json).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &wire::encode(&statement)))
}

/// A statement as JSON.
#[pyfunction]
pub fn describe(shape: &[u8]) -> PyResult<String> {
    Ok(wire::to_json(&decode(shape)?))
}

fn decode(shape: &[u8]) -> PyResult<Statement> {
    wire::decode(shape).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn plan(py: Python<'_>, shape: &[u8], dialect: &str) -> PyResult<Plan> {
    let family = Family::named(dialect).ok_or_else(|| {
        let known = Family::ALL.map(Family::name).join(", ");
        PyValueError::new_err(format!("there is no dialect {dialect:?}; the dialects are {known}"))
    })?;
    let program = oxyde_sql::render(&decode(shape)?, oxyde_sql::dialect(family, None)).map_err(|error| exception(py, refused(&error)))?;
    Ok(Plan::new(program))
}

/// The schema of a statement's rows.
#[pyfunction]
pub fn arrow_schema<'py>(py: Python<'py>, shape: &[u8], dialect: &str) -> PyResult<Bound<'py, PyCapsule>> {
    let plan = plan(py, shape, dialect)?;
    let layout = plan.outputs().and_then(Layout::announced).ok_or_else(|| {
        of_kind(py, Kind::Unsupported, "the columns of raw SQL are known only once it has run: read the stream for its schema")
    })?;
    schema_capsule(py, &layout.schema)
}
