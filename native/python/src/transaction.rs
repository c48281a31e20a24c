//! The Python class of a transaction: a session whose statements run one at a time.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use oxyde_driver::{Begin, Cancel, Isolation, Process};
use pyo3::prelude::*;

use crate::error::exception;
use crate::launch::launch_quiet;
use crate::lifecycle::seconds;
use crate::operation::Operation;
use crate::queue::Queue;

#[pyclass(frozen, module = "oxyde._native")]
pub struct Session {
    inner: oxyde_driver::Session,
    /// The streams that the application is reading; dead once they have ended.
    streams: Mutex<Vec<Reading>>,
    process: Process,
}

/// A stream that is being read.
struct Reading {
    /// The depth of the block that it was started in.
    depth: u32,
    cancel: Weak<Cancel>,
}

/// The operations on a transaction besides running statements.
enum Act {
    Begin(Begin),
    Commit,
    Rollback,
    Savepoint(u32),
    Release(u32),
    RollbackTo(u32),
}

impl Session {
    pub fn new(inner: oxyde_driver::Session) -> Self {
        Self { inner, streams: Mutex::default(), process: Process::current() }
    }

    pub fn inner(&self) -> oxyde_driver::Session {
        self.inner.clone()
    }

    /// Marks the session as streaming for as long as the returned handle lives.
    pub fn hold(&self, cancel: &Cancel, depth: u32) -> Arc<Cancel> {
        let held = Arc::new(cancel.clone());
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|one| one.cancel.strong_count() > 0);
        streams.push(Reading { depth, cancel: Arc::downgrade(&held) });
        held
    }

    /// Returns the streams that blocks from a depth on are reading.
    fn held(&self, depth: u32) -> Vec<Arc<Cancel>> {
        if !self.process.is_current() {
            return Vec::new();
        }
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.iter().filter(|one| one.depth >= depth).filter_map(|one| one.cancel.upgrade()).collect()
    }

    /// Starts an operation, which is queued behind the statements started before.
    fn start(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>, act: Act) -> PyResult<Operation> {
        let session = self.inner();
        launch_quiet(py, queue, |cancel| async move {
            let mut guard = session.lock(&cancel).await?;
            match act {
                Act::Begin(begin) => guard.begin(begin).await,
                Act::Commit => guard.commit().await,
                Act::Rollback => guard.rollback().await,
                Act::Savepoint(depth) => guard.savepoint(depth).await,
                Act::Release(depth) => guard.release(depth).await,
                Act::RollbackTo(depth) => guard.rollback_to(depth).await,
            }
        })
    }
}

#[pymethods]
impl Session {
    #[allow(clippy::too_many_arguments)] // the stub's signature, as pyo3 hands it over
    #[pyo3(signature = (queue, *, isolation, read_only, immediate, timeout, unchecked=false))]
    fn begin(
        &self,
        py: Python<'_>,
        queue: Option<&Bound<'_, Queue>>,
        isolation: Option<&str>,
        read_only: bool,
        immediate: bool,
        timeout: Option<f64>,
        unchecked: bool,
    ) -> PyResult<Operation> {
        let isolation = isolation.map(Isolation::named).transpose().map_err(|error| exception(py, error))?;
        let timeout = timeout.map(seconds).transpose()?;
        self.start(py, queue, Act::Begin(Begin { isolation, read_only, immediate, timeout, snapshot: None, unchecked }))
    }

    fn commit(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>) -> PyResult<Operation> {
        self.start(py, queue, Act::Commit)
    }

    fn rollback(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>) -> PyResult<Operation> {
        self.start(py, queue, Act::Rollback)
    }

    fn savepoint(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>, depth: u32) -> PyResult<Operation> {
        self.start(py, queue, Act::Savepoint(depth))
    }

    fn release(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>, depth: u32) -> PyResult<Operation> {
        self.start(py, queue, Act::Release(depth))
    }

    fn rollback_to(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>, depth: u32) -> PyResult<Operation> {
        self.start(py, queue, Act::RollbackTo(depth))
    }

    #[getter]
    fn broken(&self) -> bool {
        self.inner.is_broken()
    }

    #[getter]
    fn ended(&self) -> Option<String> {
        self.inner.ended()
    }

    #[getter]
    fn streaming(&self) -> bool {
        !self.held(0).is_empty()
    }

    fn stop_streams(&self, depth: u32) {
        for cancel in self.held(depth) {
            cancel.cancel();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.process.is_current() {
            // Belongs to the parent: leaks one reference, so that it is never dropped in this process.
            mem::forget(self.inner.clone());
        }
    }
}
