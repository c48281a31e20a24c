//! Shutdown at interpreter exit, and helpers of all entry points: durations, fork checks, panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use oxyde_driver::{Error, runtime};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::{exception, of_panic};

/// Parses a number of seconds; negative numbers and NaN are refused.
pub fn seconds(given: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(given).map_err(|_| PyValueError::new_err(format!("{given} is not a number of seconds")))
}

/// Runs code that may panic; a panic becomes an `InternalError`, and the interpreter continues.
pub fn guarded<T>(py: Python<'_>, work: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(exception(py, error)),
        Err(payload) => Err(exception(py, of_panic(&*payload))),
    }
}

/// Stops the runtime; see `_native.pyi`.
#[pyfunction]
pub fn shutdown(py: Python<'_>, timeout: f64) -> PyResult<()> {
    let timeout = seconds(timeout)?;
    py.detach(|| {
        // No exception may reach the interpreter during its shutdown; whatever could not be stopped ends with
        // the process.
        let _ = catch_unwind(|| runtime::shutdown(timeout));
    });
    Ok(())
}
