//! Pauses the garbage collector while many objects are created, none of which can be garbage yet.

use pyo3::ffi;
use pyo3::prelude::*;

/// Pauses the garbage collector while it lives; it is enabled again only if it was enabled before.
pub struct Pause<'py> {
    was_on: bool,
    _attached: Python<'py>,
}

impl<'py> Pause<'py> {
    pub fn new(py: Python<'py>) -> Self {
        // SAFETY: the interpreter is attached, as `py` proves; the call has no arguments and cannot fail.
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
