//! A program's steps, one after the other, all or none.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use oxyde_driver::{Cancel, Column, ColumnBatch, Data, Error, Finished, Kind, Request, Result, Sink, request::runs};
use oxyde_ir::{Program, Value};
use tokio::task::unconstrained;

use crate::place::Place;

/// The values beside a shape.
#[derive(Debug, Default)]
pub struct Inputs {
    pub params: Vec<Value>,
    /// The rows of a bulk insert.
    pub bulk: Option<ColumnBatch>,
}

/// Runs a program at its place, in a transaction of its own or a savepoint where its steps belong together.
pub async fn run(place: &mut Place, program: &Program, inputs: &Inputs, cancel: &Cancel, sink: &Sink) -> Result<Finished> {
    if !program.atomic || is_one_statement(program, inputs) {
        return steps(place, program, inputs, cancel, sink).await;
    }
    place.open(cancel).await?;
    match steps(place, program, inputs, cancel, sink).await {
        Ok(finished) => {
            place.keep().await?;
            Ok(finished)
        }
        Err(error) => {
            // The first error tells what happened; a connection that cannot roll back is not lent again.
            let _ = place.undo().await;
            Err(error)
        }
    }
}

/// Whether the server sees at most one statement, which is whole by itself.
fn is_one_statement(program: &Program, inputs: &Inputs) -> bool {
    match program.steps.as_slice() {
        [] => true,
        [step] => runs(step, inputs.bulk.as_ref(), None).len() < 2,
        [_, _, ..] => false,
    }
}

async fn steps(place: &mut Place, program: &Program, inputs: &Inputs, cancel: &Cancel, sink: &Sink) -> Result<Finished> {
    let mut keys: Option<ColumnBatch> = None;
    let (mut result, mut affected) = (Finished::default(), 0);
    for (index, step) in program.steps.iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(Error::new(Kind::Cancelled, "cancelled before the statement was sent"));
        }
        let is_result = index == program.result;
        let request = Request {
            step,
            params: &inputs.params,
            bulk: inputs.bulk.as_ref(),
            keys: keys.as_ref(),
            cancel,
            sink: (is_result && !step.keep_keys).then_some(sink),
            limits: sink.limits,
            point_read: program.point_read,
        };
        let finished = place.execute(request).await?;
        if step.last_insert_id {
            let rows = runs(step, inputs.bulk.as_ref(), keys.as_ref()).len();
            keys = Some(inserted(&finished, rows)?);
        } else if step.keep_keys {
            keys.clone_from(&finished.last);
        }
        if index == program.changes {
            affected = finished.affected;
        }
        if is_result {
            result = finished;
        }
    }
    Ok(Finished { affected, ..result })
}

/// The generated keys, one for each run, as the kept keys.
fn inserted(finished: &Finished, rows: usize) -> Result<ColumnBatch> {
    let ids = finished.insert_ids.clone();
    if ids.len() != rows {
        let message = format!("the server told {} keys of the {rows} rows just inserted", ids.len());
        return Err(Error::new(Kind::Internal, message));
    }
    Ok(ColumnBatch { columns: vec![Column::new("", Data::Int64(ids))], rows })
}

/// Cancels work that takes longer than it may, and waits for its end all the same.
pub async fn limited<T>(limit: Option<Duration>, cancel: &Cancel, work: impl Future<Output = Result<T>>) -> Result<T> {
    let Some(limit) = limit else { return work.await };
    let mut work = pin!(work);
    tokio::select! {
        biased;
        end = &mut work => return end,
        // Rows that keep coming may use up the budget of the task, without which no clock is looked at.
        () = unconstrained(tokio::time::sleep(limit)) => {}
    }
    cancel.cancel();
    work.await.map_err(|error| {
        if error.kind != Kind::Cancelled {
            return error;
        }
        let message = format!("the statement ran longer than {} s and was cancelled", limit.as_secs_f64());
        Error { kind: Kind::Timeout, message, detail: error.detail }
    })
}
