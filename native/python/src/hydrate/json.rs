//! Parses JSON text as Python objects.

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::numbers::unheld;
use super::types::Types;

/// Parses JSON texts one after the other.
pub struct Parser<'py> {
    from_json: Bound<'py, PyAny>,
    options: Bound<'py, PyDict>,
}

impl<'py> Parser<'py> {
    pub fn new(py: Python<'py>) -> PyResult<Self> {
        let options = PyDict::new(py);
        options.set_item(intern!(py, "cache_strings"), intern!(py, "keys"))?;
        // NaN and Infinity are not JSON, and an object with one could not be saved again.
        options.set_item(intern!(py, "allow_inf_nan"), false)?;
        Ok(Self { from_json: Types::get(py)?.from_json.bind(py).clone(), options })
    }

    /// Returns the object of a text. A number that a float cannot hold exactly is refused, because saving
    /// the object would change it.
    pub fn parse(&self, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        let py = self.options.py();
        let made = self.from_json.call((PyBytes::new(py, text),), Some(&self.options))?;
        match unheld(text) {
            None => Ok(made),
            Some(number) => Err(PyValueError::new_err(format!(
                "it holds the number {number}, which no float holds exactly; store such a number as text"
            ))),
        }
    }
}
