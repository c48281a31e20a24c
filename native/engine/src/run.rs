//! A program's steps, one after the other, all or none.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use oxyde_driver::batch::{Column, ColumnBatch, Data};
use oxyde_driver::cancel::Cancel;
use oxyde_driver::error::{Error, Kind, Result};
use oxyde_driver::request::Request;
use oxyde_driver::stream::{Finished, Sink};
use oxyde_ir::Program;

use crate::engine::Inputs;
use crate::place::Place;

/// Runs a program at its place, in a transaction of its own or a savepoint where its steps belong together.
pub async fn run(place: &mut Place, program: &Program, inputs: &Inputs, cancel: &Cancel, sink: &Sink) -> Result<Finished> {
    if !program.atomic {
        return steps(place, program, inputs, cancel, sink).await;
    }
    place.open().await?;
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

async fn steps(place: &mut Place, program: &Program, inputs: &Inputs, cancel: &Cancel, sink: &Sink) -> Result<Finished> {
    let mut keys: Option<ColumnBatch> = None;
    let mut result = Finished::default();
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
            keys = Some(inserted(&finished)?);
        } else if step.keep_keys {
            keys.clone_from(&finished.last);
        }
        if is_result {
            result = finished;
        }
    }
    Ok(result)
}

/// The generated key as the one row of the kept keys.
fn inserted(finished: &Finished) -> Result<ColumnBatch> {
    let id = finished.insert_id.ok_or_else(|| Error::new(Kind::Internal, "the server told no key of the row just inserted"))?;
    Ok(ColumnBatch { columns: vec![Column::new("", Data::Int64(vec![id]))], rows: 1 })
}

/// Cancels work that takes longer than it may, and waits for its end all the same.
pub async fn limited<T>(limit: Option<Duration>, cancel: &Cancel, work: impl Future<Output = Result<T>>) -> Result<T> {
    let Some(limit) = limit else { return work.await };
    let mut work = pin!(work);
    tokio::select! {
        biased;
        end = &mut work => return end,
        () = tokio::time::sleep(limit) => {}
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
