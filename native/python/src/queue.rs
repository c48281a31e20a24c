//! Where operations report: a list of ids, and a bell that rings when something is in it.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use std::{io, mem};

use pyo3::prelude::*;

/// Two ends of a socket: what is written to one makes the other readable.
struct Bell {
    near: UnixStream,
    far: UnixStream,
}

impl Bell {
    fn new() -> io::Result<Self> {
        let (near, far) = UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        Ok(Self { near, far })
    }

    fn ring(&self) {
        // A full buffer rings already, and nobody is left to hear an error.
        let _ = (&self.far).write(&[1]);
    }

    fn silence(&self) {
        // At most a few rings are in there; an empty socket answers that it would block.
        let _ = (&self.near).read(&mut [0; 64]);
    }
}

/// What the queue and every operation that reports to it hold; the descriptor stays open until the last of them is gone,
/// so that a late ring never reaches another file of the same number.
pub struct Reports {
    bell: Bell,
    /// Rung and not yet silenced: one write serves many reports.
    rung: AtomicBool,
    ready: Mutex<Vec<u64>>,
    arrived: Condvar,
}

impl Reports {
    fn new() -> io::Result<Self> {
        Ok(Self { bell: Bell::new()?, rung: AtomicBool::new(false), ready: Mutex::default(), arrived: Condvar::new() })
    }

    /// Says that an operation has something to take. From any thread.
    pub fn push(&self, id: u64) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        self.arrived.notify_one();
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.bell.ring();
        }
    }

    /// Silence first, then the flag, then the list: a report that comes between is seen now or rings again.
    fn drain(&self) -> Vec<u64> {
        self.bell.silence();
        self.rung.store(false, Ordering::SeqCst);
        mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn wait(&self, timeout: Duration) {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        // Woken, timed out or poisoned: the caller looks.
        drop(self.arrived.wait_timeout_while(ready, timeout, |ready| ready.is_empty()));
    }
}

/// One event loop's queue.
#[pyclass(frozen, module = "oxyde._native")]
pub struct Queue(Arc<Reports>);

impl Queue {
    pub fn reports(&self) -> Arc<Reports> {
        Arc::clone(&self.0)
    }
}

#[pymethods]
impl Queue {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self(Arc::new(Reports::new()?)))
    }

    fn fileno(&self) -> i32 {
        self.0.bell.near.as_raw_fd()
    }

    fn drain(&self) -> Vec<u64> {
        self.0.drain()
    }

    #[allow(clippy::needless_pass_by_value)] // pyo3 hands it over
    fn wait(&self, py: Python<'_>, timeout: f64) -> PyResult<Vec<u64>> {
        let timeout = crate::lifecycle::seconds(timeout)?;
        py.detach(|| self.0.wait(timeout));
        Ok(self.0.drain())
    }
}
