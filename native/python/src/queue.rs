//! The queue that operations report to: a list of ids, and a socket that becomes readable when the list
//! is not empty.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use std::{io, mem};

use pyo3::prelude::*;

/// A socket pair: writing to one end makes the other readable.
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
        // A full buffer is readable already, and there is nobody to report an error to.
        let _ = (&self.far).write(&[1]);
    }

    fn silence(&self) {
        // At most a few bytes are pending; an empty socket returns `WouldBlock`.
        let _ = (&self.near).read(&mut [0; 64]);
    }
}

/// Shared by the queue and every operation that reports to it. The descriptor stays open until the last
/// of them is dropped, so that a late write never reaches another file with the same number.
pub struct Reports {
    bell: Bell,
    /// Written to but not drained yet: one write serves many reports.
    rung: AtomicBool,
    ready: Mutex<Vec<u64>>,
    arrived: Condvar,
}

impl Reports {
    fn new() -> io::Result<Self> {
        Ok(Self { bell: Bell::new()?, rung: AtomicBool::new(false), ready: Mutex::default(), arrived: Condvar::new() })
    }

    /// Reports that an operation has something to receive. Callable from any thread.
    pub fn push(&self, id: u64) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        self.arrived.notify_one();
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.bell.ring();
        }
    }

    /// Drains the socket first, then the flag, then the list: a concurrent report is either seen now or
    /// writes again.
    fn drain(&self) -> Vec<u64> {
        self.bell.silence();
        self.rung.store(false, Ordering::SeqCst);
        mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn wait(&self, timeout: Duration) {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        // Woken, timed out or poisoned: the caller checks.
        drop(self.arrived.wait_timeout_while(ready, timeout, |ready| ready.is_empty()));
    }
}

/// The queue of one event loop.
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
