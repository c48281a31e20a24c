//! A transaction, as Python sees it: a place where statements run one at a time.

use std::time::Duration;

use oxyde_driver::session;
use oxyde_driver::session::Begin;
use pyo3::prelude::*;

use crate::launch::launch_quiet;
use crate::lifecycle::seconds;
use crate::operation::Operation;
use crate::queue::Queue;

#[pyclass(frozen, module = "oxyde._native")]
pub struct Session(session::Session);

impl Session {
    pub fn new(inner: session::Session) -> Self {
        Self(inner)
    }

    pub fn inner(&self) -> session::Session {
        self.0.clone()
    }
}

#[pymethods]
impl Session {
    #[getter]
    fn broken(&self) -> bool {
        self.0.is_broken()
    }
}
