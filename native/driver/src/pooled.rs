//! Runs a program behind a pooler, outside the application's transactions. It gets a transaction of its
//! own, during which the server connection is ours and can be cancelled without affecting other
//! clients.

use oxyde_ir::Family;
use oxyde_ir::program::{Step, Text};

use crate::backend::runs_alone;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::execution::Execution;
use crate::lasting::refuse_lasting;
use crate::lease::Lease;
use crate::raw::{is_begin, refuse_end, refuse_foreign, written};
use crate::stream::Finished;
use crate::transaction::Begin;

pub async fn execute(lease: &mut Lease, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
    for text in execution.steps().iter().filter_map(written) {
        refuse_foreign(text, Family::Postgres)?;
        refuse_lasting(text)?;
        if is_begin(text, Family::Postgres) || refuse_end(text, Family::Postgres).is_err() {
            let message = "behind a pooler a transaction is one of Oxyde's blocks; begin and end it by atomic(), not by SQL";
            return Err(Error::new(Kind::Unsupported, message).in_sql(text));
        }
    }
    deadline.check()?;
    lease.heed(deadline);
    if let Err(error) = lease.begin(Begin::default()).await {
        // The statement was still waiting for a server connection of the pooler and did nothing.
        let stop = deadline.passed().filter(|_| error.kind == Kind::ConnectionFailed && !lease.is_healthy());
        return Err(stop.map_or(error, |stop| stop.into_error().with_hint("no server connection of the pooler's became free")));
    }
    let error = match lease.execute_within(execution, deadline).await {
        (Ok(finished), None) => {
            // A read has nothing to commit, so a failed COMMIT loses nothing.
            if !execution.program.read_only || lease.is_healthy() {
                lease.commit().await?;
            }
            return Ok(finished);
        }
        (end, Some(text)) => {
            // The server connection already belongs to another client.
            lease.discard();
            let message = "the statement ended the transaction that it ran in";
            return Err(end.err().unwrap_or_else(|| Error::new(Kind::BrokenTransaction, message)).in_sql(&text));
        }
        (Err(error), None) => error,
    };
    // The first error explains the failure.
    let _ = lease.rollback().await;
    match alone(execution).filter(|_| runs_alone(&error) && lease.is_healthy()) {
        Some(text) => lease.execute_alone(text, deadline).await.map(|affected| Finished { affected, ..Finished::default() }),
        None => Err(error),
    }
}

/// Returns the text of a program's only statement, if it has no parameters.
fn alone(execution: &Execution) -> Option<&str> {
    match execution.steps() {
        [Step { text: Text::Fixed(fragment), .. }] if fragment.slots.is_empty() => Some(&fragment.text),
        _ => None,
    }
}
