//! The Python class of a connection pool.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use oxyde_driver::{Limits, Pool, Target};
use oxyde_engine::{CursorStep, Engine, Job};
use oxyde_ir::Family;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyMapping, PyTuple};

use crate::error::exception;
use crate::launch::{launch, launch_quiet};
use crate::lifecycle::{guarded, seconds};
use crate::operation::Operation;
use crate::params::convert;
use crate::queue::Queue;
use crate::settings;
use crate::transaction::Session;

#[pyclass(frozen, module = "oxyde._native")]
pub struct Database {
    engine: Arc<Engine>,
    url: String,
}

#[pymethods]
impl Database {
    #[new]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands it over
    fn new(py: Python<'_>, url: &str, settings: Bound<'_, PyMapping>) -> PyResult<Self> {
        let settings = settings::read(&settings)?;
        let target = Target::parse(url, &settings).map_err(|error| PyValueError::new_err(error.message))?;
        let url = target.url().to_owned();
        guarded(py, || Ok(Self { engine: Arc::new(Engine::new(Pool::new(target, settings)?)), url }))
    }

    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    #[getter]
    fn family(&self) -> Option<&'static str> {
        let pool = self.engine.pool();
        match pool.family() {
            // Both URL schemes may lead to MariaDB.
            Family::Mysql | Family::Mariadb if pool.server().is_none() => None,
            family @ (Family::Postgres | Family::Sqlite | Family::Mysql | Family::Mariadb) => Some(family.name()),
        }
    }

    #[getter]
    fn version(&self) -> Option<(u16, u16, u16)> {
        self.engine.pool().server().map(|server| (server.version.0, server.version.1, server.version.2))
    }

    fn status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let pool = self.engine.pool();
        pool.check_process().map_err(|error| exception(py, error))?;
        let status = pool.status();
        let counts = PyDict::new(py);
        counts.set_item("size", status.size)?;
        counts.set_item("idle", status.idle)?;
        counts.set_item("waiting", status.waiting)?;
        counts.set_item("max", status.max)?;
        Ok(counts)
    }

    fn connect(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>) -> PyResult<Operation> {
        let engine = Arc::clone(&self.engine);
        launch_quiet(py, queue, |_| async move { engine.pool().connect().await.map(drop) })
    }

    fn close(&self, py: Python<'_>, queue: Option<&Bound<'_, Queue>>) -> PyResult<Operation> {
        let engine = Arc::clone(&self.engine);
        launch_quiet(py, queue, |_| async move {
            engine.pool().close().await;
            Ok(())
        })
    }

    fn session(&self) -> Session {
        Session::new(oxyde_driver::Session::new(self.engine.pool().clone()))
    }

    #[pyo3(signature = (queue, session, shape, values, *, arrow = false, timeout = None, stream = None, cursor = None))]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // the stub's signature, as pyo3 hands it over
    fn submit(
        &self,
        py: Python<'_>,
        queue: Option<&Bound<'_, Queue>>,
        session: Option<&Bound<'_, Session>>,
        shape: &[u8],
        values: Bound<'_, PyTuple>,
        arrow: bool,
        timeout: Option<f64>,
        stream: Option<usize>,
        cursor: Option<(PyBackedStr, u64)>,
    ) -> PyResult<Operation> {
        let timeout: Option<Duration> = timeout.map(seconds).transpose()?;
        let cursor = cursor.map(|(verb, number)| step_of(&verb, number, stream)).transpose()?;
        let plan = guarded(py, || {
            self.engine.pool().check_process()?;
            self.engine.plan(shape)
        })?;
        let inputs = Arc::new(convert(&plan, &values)?);
        let engine = Arc::clone(&self.engine);
        let session = session.map(|session| session.get().inner());
        let limits = if arrow { Limits::ARROW } else { Limits::MODELS };
        let limits = Limits { rows: stream.unwrap_or(limits.rows), ..limits };
        launch(py, queue, Some(Arc::clone(&plan)), limits, |cancel, ending| async move {
            let job = Job { plan, inputs, session, cancel, timeout, streams: arrow || stream.is_some(), cursor };
            engine.run(job, ending).await;
        })
    }
}

/// Returns the step of reading a query in parts.
fn step_of(verb: &str, number: u64, rows: Option<usize>) -> PyResult<CursorStep> {
    match (verb, rows) {
        ("open", _) => Ok(CursorStep::Open(number)),
        ("fetch", Some(rows)) => Ok(CursorStep::Fetch(number, rows)),
        ("close", _) => Ok(CursorStep::Close(number)),
        _ => Err(PyValueError::new_err(format!("{verb} is no step of reading a query"))),
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.engine.pool().check_process().is_err() {
            // Belongs to the parent: leaks one reference, so that it is never dropped in this process.
            mem::forget(Arc::clone(&self.engine));
        }
    }
}
