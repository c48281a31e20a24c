//! The Python class of a running statement.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use oxyde_driver::{Cancel, Ear, Error, Kind, Message, Process};
use oxyde_engine::Plan;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

use crate::arrow::ArrowStream;
use crate::batch::Batch;
use crate::error::exception;
use crate::transaction::Session;

/// How often a blocking wait lets the interpreter run signal handlers.
const SLICE: Duration = Duration::from_millis(50);

/// How long an interrupted wait stays for the server's confirmation.
const GRACE: Duration = Duration::from_secs(2);

/// A flag that can be waited for without the GIL.
#[derive(Default)]
pub struct Signal {
    raised: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    pub fn raise(&self) {
        *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits at most `timeout` until the flag is set, and clears it.
    pub fn wait(&self, timeout: Duration) {
        let raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut raised, _) = self.changed.wait_timeout_while(raised, timeout, |raised| !*raised).unwrap_or_else(PoisonError::into_inner);
        *raised = false;
    }
}

/// Calls `attempt` until it is ready, waiting for the signal in between without the GIL.
/// An exception of a signal handler (`KeyboardInterrupt`) ends the wait after calling `interrupted`,
/// and so does a SIGINT that only the ear hears.
pub fn patiently<T>(
    py: Python<'_>,
    signal: &Signal,
    mut attempt: impl FnMut() -> Poll<Result<T, Error>>,
    interrupted: impl FnOnce(),
    ear: Option<&Ear>,
) -> PyResult<T> {
    loop {
        match attempt() {
            Poll::Ready(answer) => return answer.map_err(|error| exception(py, error)),
            Poll::Pending => py.detach(|| signal.wait(SLICE)),
        }
        if let Err(interruption) = py.check_signals() {
            interrupted();
            return Err(interruption);
        }
        if ear.is_some_and(Ear::heard) {
            interrupted();
            return Err(exception(py, interruption()));
        }
    }
}

/// Returns the error for Ctrl-C on a thread other than the main thread.
pub fn interruption() -> Error {
    Error::new(Kind::Cancelled, "interrupted; the server was told to stop the statement")
}

/// The receiver and its state.
struct Inbox {
    /// `None` once a stream has taken it.
    receiver: Option<Receiver<Message>>,
    /// The number of rows received so far, for messages.
    rows: usize,
    taken: bool,
    ended: bool,
    /// Tells the transaction that the connection is busy.
    held: Option<Arc<Cancel>>,
}

#[pyclass(frozen, module = "oxyde._native")]
pub struct Operation {
    #[pyo3(get)]
    id: u64,
    inbox: Mutex<Inbox>,
    cancel: Cancel,
    signal: Arc<Signal>,
    plan: Option<Arc<Plan>>,
    /// The process whose threads run it: a forked child does not touch it, because its locks may have been
    /// held at the fork.
    process: Process,
}

impl Operation {
    pub fn new(id: u64, receiver: Receiver<Message>, cancel: Cancel, signal: Arc<Signal>, plan: Option<Arc<Plan>>) -> Self {
        let inbox = Inbox { receiver: Some(receiver), rows: 0, taken: false, ended: false, held: None };
        Self { id, inbox: Mutex::new(inbox), cancel, signal, plan, process: Process::current() }
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what has arrived, without waiting.
    fn receive(&self) -> Poll<Result<Batch, Error>> {
        if let Err(forked) = self.process.check() {
            return Poll::Ready(Err(forked));
        }
        let mut inbox = self.inbox();
        if inbox.ended {
            return Poll::Ready(Err(Error::new(Kind::Internal, "the operation has ended: nothing is left to take")));
        }
        let Some(receiver) = &mut inbox.receiver else {
            return Poll::Ready(Err(Error::new(Kind::Internal, "the operation became a stream")));
        };
        let message = match receiver.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Empty) => return Poll::Pending,
            Err(TryRecvError::Disconnected) => {
                inbox.ended = true;
                inbox.held = None;
                return Poll::Ready(Err(lost()));
            }
        };
        inbox.taken = true;
        let first = inbox.rows;
        Poll::Ready(match message {
            Message::Batch(columns) => {
                inbox.rows += columns.rows;
                Ok(Batch::part(columns, first, self.plan.clone()))
            }
            Message::Done(end) => {
                inbox.ended = true;
                inbox.held = None;
                end.map(|finished| Batch::last(finished, first, self.plan.clone()))
            }
        })
    }

    /// Cancels the operation and waits briefly for its end, so that the connection is clean when the
    /// exception is raised.
    fn abort(&self, py: Python<'_>) {
        self.cancel.cancel();
        let until = Instant::now() + GRACE;
        py.detach(|| {
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                match self.receive() {
                    Poll::Ready(Ok(batch)) if !batch.is_last() => {}
                    Poll::Ready(_) => return,
                    Poll::Pending => self.signal.wait(left.min(SLICE)),
                }
            }
        });
    }
}

/// Returns the error for a task that ended without a message, which only happens when the runtime shuts
/// down.
pub fn lost() -> Error {
    Error::new(Kind::Closed, "the statement was given up: Oxyde is shutting down")
}

#[pymethods]
impl Operation {
    fn take(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        match self.receive() {
            Poll::Ready(answer) => answer.map(Some).map_err(|error| exception(py, error)),
            Poll::Pending => Ok(None),
        }
    }

    fn wait(&self, py: Python<'_>) -> PyResult<Batch> {
        patiently(py, &self.signal, || self.receive(), || self.abort(py), None)
    }

    fn finish(&self, py: Python<'_>) -> PyResult<Option<PyErr>> {
        let mut interruption: Option<(PyErr, Instant)> = None;
        loop {
            match self.receive() {
                Poll::Ready(Ok(batch)) if !batch.is_last() => continue,
                Poll::Ready(answer) => {
                    return answer.map(|_| interruption.map(|(error, _)| error)).map_err(|error| exception(py, error));
                }
                Poll::Pending => py.detach(|| self.signal.wait(SLICE)),
            }
            if let Err(error) = py.check_signals() {
                interruption.get_or_insert((error, Instant::now() + GRACE));
            }
            if interruption.as_ref().is_some_and(|(_, until)| *until <= Instant::now()) {
                self.cancel.cancel();
            }
        }
    }

    fn cancel(&self) {
        if self.process.is_current() {
            self.cancel.cancel();
        }
    }

    fn hold(&self, session: &Bound<'_, Session>, depth: u32) {
        let mut inbox = self.inbox();
        if !inbox.ended {
            inbox.held = Some(session.get().hold(&self.cancel, depth));
        }
    }

    #[pyo3(signature = (session = None, depth = 0))]
    fn stream(&self, session: Option<&Bound<'_, Session>>, depth: u32) -> PyResult<ArrowStream> {
        let mut inbox = self.inbox();
        if inbox.taken {
            return Err(PyValueError::new_err("a batch was taken from this operation: it cannot become a stream any more"));
        }
        let receiver = inbox.receiver.take().ok_or_else(|| PyValueError::new_err("this operation became a stream already"))?;
        let held = session.map(|session| session.get().hold(&self.cancel, depth));
        Ok(ArrowStream::new(receiver, self.cancel.clone(), Arc::clone(&self.signal), self.plan.clone(), held))
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let inbox = self.inbox.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !self.process.is_current() {
            mem::forget(inbox.receiver.take());
            return;
        }
        if inbox.receiver.is_some() && !inbox.ended {
            self.cancel.cancel();
        }
    }
}
