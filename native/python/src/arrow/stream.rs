//! The batches of a statement as an Arrow C stream, pulled by the consumer without the GIL.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, ready};
use std::time::Duration;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use oxyde_driver::{Cancel, ColumnBatch, Ear, Error, Kind, Message, Process, Result};
use oxyde_engine::Plan;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, channel};

use super::{ArrowBatch, Conversion, Observed};
use crate::batch::Batch;
use crate::error::{exception, of_panic};
use crate::operation::{Signal, interruption, lost, patiently};

/// How long the consumer of a C stream sleeps before it checks again; every batch wakes it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The error that ended a stream, kept to be raised later with its own class.
type Failure = Arc<Mutex<Option<Error>>>;

/// Receives batches from the channel. Dropping it cancels a statement that is still running.
struct Puller {
    receiver: Receiver<Message>,
    cancel: Cancel,
    plan: Option<Arc<Plan>>,
    failure: Failure,
    conversion: Option<Conversion>,
    observed: Observed,
    /// Received to infer the schema, and not returned yet.
    pending: VecDeque<Arc<ColumnBatch>>,
    rows: usize,
    ended: bool,
    /// Tells the transaction that the connection is busy.
    held: Option<Arc<Cancel>>,
    process: Process,
}

/// Rows, their conversion, and the number of rows before them.
type Rows = (ColumnBatch, Conversion, usize);

impl Puller {
    /// Returns the next batch; `None` at the end.
    fn pull(&mut self) -> Poll<Result<Option<ColumnBatch>>> {
        match self.pending.pop_front() {
            Some(batch) => Poll::Ready(Ok(Some(Arc::unwrap_or_clone(batch)))),
            None => self.receive(),
        }
    }

    /// Receives the next batch after the pending ones.
    fn receive(&mut self) -> Poll<Result<Option<ColumnBatch>>> {
        if self.ended {
            return Poll::Ready(Ok(None));
        }
        self.process.check()?;
        let message = match self.receiver.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Empty) => return Poll::Pending,
            Err(TryRecvError::Disconnected) => return Poll::Ready(Err(lost())),
        };
        Poll::Ready(match message {
            Message::Batch(batch) => Ok(Some(batch)),
            Message::Done(end) => {
                self.end();
                end.map(|finished| finished.last)
            }
        })
    }

    fn end(&mut self) {
        self.ended = true;
        self.held = None;
    }

    /// Returns the schema: from the plan, or inferred from the first batches.
    fn conversion(&mut self) -> Poll<Result<Conversion>> {
        if let Some(conversion) = &self.conversion {
            return Poll::Ready(Ok(conversion.clone()));
        }
        let plan = self.plan.clone();
        let outputs = plan.as_ref().and_then(|plan| plan.outputs());
        let conversion = if let Some(conversion) = outputs.and_then(Conversion::announced) {
            conversion
        } else {
            while self.observed.is_open() {
                let Some(batch) = ready!(self.receive()?) else { break };
                self.observed.add(outputs, &batch)?;
                self.pending.push_back(Arc::new(batch));
            }
            mem::take(&mut self.observed).conversion()
        };
        self.conversion = Some(conversion.clone());
        Poll::Ready(Ok(conversion))
    }

    /// Waits for the first rows, so that a statement refused by the server raises its own error before a C
    /// consumer reads.
    fn first(&mut self) -> Poll<Result<()>> {
        if self.pending.is_empty()
            && let Some(batch) = ready!(self.pull()?)
        {
            self.pending.push_front(Arc::new(batch));
        }
        Poll::Ready(Ok(()))
    }

    /// Returns the next rows; `None` at the end.
    fn next(&mut self) -> Poll<Result<Option<Rows>>> {
        let conversion = ready!(self.conversion()?);
        let Some(batch) = ready!(self.pull()?).filter(|batch| batch.rows > 0) else { return Poll::Ready(Ok(None)) };
        let first = self.rows;
        self.rows += batch.rows;
        Poll::Ready(Ok(Some((batch, conversion, first))))
    }

    /// Runs a step; an error or a panic is kept and ends the stream.
    fn guarded<T>(&mut self, step: impl FnOnce(&mut Self) -> Poll<Result<T>>) -> Poll<Result<T>> {
        let outcome = catch_unwind(AssertUnwindSafe(|| step(self))).unwrap_or_else(|payload| Poll::Ready(Err(of_panic(&*payload))));
        if let Poll::Ready(Err(error)) = &outcome {
            self.end();
            if self.process.is_current() {
                self.cancel.cancel();
            }
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
        outcome
    }
}

impl Drop for Puller {
    fn drop(&mut self) {
        if !self.process.is_current() {
            // The receiver belongs to the parent: closing it may wait for a mutex that nobody releases in this
            // process.
            mem::forget(mem::replace(&mut self.receiver, channel(1).1));
        } else if !self.ended {
            self.cancel.cancel();
        }
    }
}

/// The iterator of record batches that a C stream owns.
struct StreamReader {
    puller: Puller,
    signal: Arc<Signal>,
    schema: SchemaRef,
    /// Set if Ctrl-C is to stop the stream.
    ear: Option<Ear>,
}

impl Iterator for StreamReader {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = |puller: &mut Puller| {
            let Some((batch, conversion, first)) = ready!(puller.next()?) else { return Poll::Ready(Ok(None)) };
            Poll::Ready(conversion.record(batch, first).map(Some))
        };
        loop {
            match self.puller.guarded(step) {
                Poll::Pending => {
                    self.signal.wait(PATIENCE);
                    if self.ear.as_ref().is_some_and(Ear::heard) {
                        let _ = self.puller.guarded(|_| Poll::Ready(Err::<(), _>(interruption())));
                        return Some(Err(ArrowError::ExternalError(interruption().to_string().into())));
                    }
                }
                // C strings end at a NUL.
                Poll::Ready(Err(error)) => {
                    let message = error.to_string().replace('\0', "\u{2400}");
                    return Some(Err(ArrowError::ExternalError(message.into())));
                }
                Poll::Ready(Ok(record)) => return record.map(Ok),
            }
        }
    }
}

impl RecordBatchReader for StreamReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// A stream that can be read once.
#[pyclass(frozen, module = "oxyde._native")]
pub struct ArrowStream {
    puller: Mutex<Option<Puller>>,
    failure: Failure,
    cancel: Cancel,
    signal: Arc<Signal>,
}

impl ArrowStream {
    pub fn new(
        receiver: Receiver<Message>,
        cancel: Cancel,
        signal: Arc<Signal>,
        plan: Option<Arc<Plan>>,
        held: Option<Arc<Cancel>>,
    ) -> Self {
        let failure = Failure::default();
        let puller = Puller {
            receiver,
            cancel: cancel.clone(),
            plan,
            failure: Arc::clone(&failure),
            conversion: None,
            observed: Observed::default(),
            pending: VecDeque::new(),
            rows: 0,
            ended: false,
            held,
            process: Process::current(),
        };
        Self { puller: Mutex::new(Some(puller)), failure, cancel, signal }
    }

    /// Returns a stream of existing batches.
    fn of_batches(batches: VecDeque<Arc<ColumnBatch>>, conversion: Conversion) -> Self {
        let (_, receiver) = channel(1);
        let stream = Self::new(receiver, Cancel::default(), Arc::default(), None, None);
        if let Some(puller) = stream.puller().as_mut() {
            puller.conversion = Some(conversion);
            puller.pending = batches;
            puller.ended = true;
        }
        stream
    }

    fn puller(&self) -> MutexGuard<'_, Option<Puller>> {
        self.puller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step, waiting until it is ready; an error if an export has taken the puller.
    fn step<T>(&self, py: Python<'_>, step: impl Fn(&mut Puller) -> Poll<Result<T>>) -> PyResult<T> {
        let attempt = || match self.puller().as_mut() {
            Some(puller) => puller.guarded(&step).map_ok(Some),
            None => Poll::Ready(Ok(None)),
        };
        let ear = ear(py)?;
        patiently(py, &self.signal, attempt, || self.cancel.cancel(), ear.as_ref())?.ok_or_else(spent)
    }
}

/// Listens for Ctrl-C if Python's default SIGINT handler is installed; a program with its own handler
/// decides for itself.
fn ear(py: Python<'_>) -> PyResult<Option<Ear>> {
    let signal = py.import("signal")?;
    let handler = signal.call_method1("getsignal", (signal.getattr("SIGINT")?,))?;
    Ok(handler.is(&signal.getattr("default_int_handler")?).then(Ear::default))
}

fn spent() -> PyErr {
    PyValueError::new_err("the stream was read already: a stream is for one reader; run the query again")
}

#[pymethods]
impl ArrowStream {
    #[staticmethod]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands it over
    fn of(py: Python<'_>, batches: Vec<Bound<'_, Batch>>) -> PyResult<Self> {
        let batches: Vec<&Batch> = batches.iter().map(Bound::get).collect();
        if batches.is_empty() {
            return Err(PyValueError::new_err("a stream of no batches has no columns"));
        }
        py.detach(|| {
            let mut observed = Observed::default();
            // The last batch of a statement may be without rows, and even without columns.
            let is_empty = batches.iter().all(|batch| batch.data().rows == 0);
            for batch in batches.iter().filter(|batch| is_empty || batch.data().rows > 0) {
                batch.observe(&mut observed)?;
            }
            let conversion = observed.conversion();
            // An empty batch would end the stream.
            Ok(Self::of_batches(
                batches.iter().map(|batch| batch.data()).filter(|data| data.rows > 0).map(Arc::clone).collect(),
                conversion,
            ))
        })
        .map_err(|error| exception(py, error))
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        // The consumer casts: the protocol allows a producer to ignore the requested schema.
        drop(requested_schema);
        let conversion = self.step(py, Puller::conversion)?;
        self.step(py, Puller::first)?;
        let puller = self.puller().take().ok_or_else(spent)?;
        let reader = StreamReader { puller, signal: Arc::clone(&self.signal), schema: conversion.schema, ear: ear(py)? };
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.step(py, Puller::conversion)?.schema)
    }

    fn next(&self, py: Python<'_>) -> PyResult<Option<ArrowBatch>> {
        let Some((batch, conversion, first)) = self.step(py, Puller::next)? else { return Ok(None) };
        let record = py.detach(|| conversion.record(batch, first)).map_err(|error| exception(py, error))?;
        Ok(Some(ArrowBatch::new(record)))
    }

    /// Raises the error that ended the stream, if any.
    fn check(&self, py: Python<'_>) -> PyResult<()> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        failure.map_or(Ok(()), |error| Err(exception(py, error)))
    }

    fn close(&self) {
        self.cancel.cancel();
        drop(self.puller().take());
    }
}

/// Returns an `arrow_schema` capsule.
pub fn schema_capsule<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let exported = FFI_ArrowSchema::try_from(schema).map_err(|error| exported(py, &error))?;
    PyCapsule::new_with_value(py, exported, c"arrow_schema")
}

fn exported(py: Python<'_>, error: &ArrowError) -> PyErr {
    exception(py, Error::new(Kind::Internal, format!("the schema cannot be exported: {error}")))
}
