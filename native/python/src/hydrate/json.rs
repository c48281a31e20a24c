//! JSON text becomes Python objects.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::types::Types;

/// Parses texts, one after the other.
pub struct Parser<'py> {
    from_json: Bound<'py, PyAny>,
    options: Bound<'py, PyDict>,
}

impl<'py> Parser<'py> {
    pub fn new(py: Python<'py>) -> PyResult<Self> {
        let options = PyDict::new(py);
        options.set_item(intern!(py, "cache_strings"), intern!(py, "keys"))?;
        // SQLite's json functions and Python's own dumps write NaN; whoever stored it gets it back.
        options.set_item(intern!(py, "allow_inf_nan"), true)?;
        Ok(Self { from_json: Types::get(py)?.from_json.bind(py).clone(), options })
    }

    pub fn parse(&self, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        let py = self.options.py();
        self.from_json.call((PyBytes::new(py, text),), Some(&self.options))
    }
}
