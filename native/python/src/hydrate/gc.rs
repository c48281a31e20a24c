//! The collector held off while many objects are made: none of them can be garbage yet.

use pyo3::ffi;
use pyo3::prelude::*;

/// Holds the collector off while it lives; only what was on is switched on again.
pub struct Pause<'py> {
    was_on: bool,
    _attached: Python<'py>,
}

impl<'py> Pause<'py> {
    pub fn new(py: Python<'py>) -> Self {
        // SAFETY: the interpreter is attached, which `py` proves; the call takes nothing and cannot fail.
        let was_on = unsafe { ffi::PyGC_Disable() } == 1;
        Self { was_on, _attached: py }
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        if self.was_on {
            // SAFETY: the interpreter is still attached, as `_attached` proves.
            unsafe { ffi::PyGC_Enable() };
        }
    }
}
