//! Runs a program on a connection: its atomic steps all or none, and the other steps before and after
//! them.

use oxyde_driver::{Cancel, Deadline, Execution, Finished, Part, Result, request::runs};
use oxyde_ir::Atomic;

use crate::executor::Executor;

/// Runs a program; its atomic steps get their own transaction or savepoint.
pub async fn run(executor: &mut Executor, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
    let execution = &Execution { max_bytes: executor.max_bytes()?, ..execution.clone() };
    let program = &execution.program;
    let part = |part| Execution { part, sink: None, ..execution.clone() };
    if !program.before.is_empty() {
        executor.execute(&part(Part::Before), deadline).await?;
    }
    let end = steps(executor, execution, deadline).await;
    if program.after.is_empty() {
        return end;
    }
    // These steps undo what `before` did: they cannot be cancelled, and if they fail the connection is
    // discarded.
    let never = Cancel::default();
    let after = executor.execute(&part(Part::After), Deadline::from(&never)).await;
    if after.is_err() {
        executor.give_up();
    }
    // The first error explains the failure.
    end.and_then(|finished| after.map(|_| finished))
}

async fn steps(executor: &mut Executor, execution: &Execution, deadline: Deadline<'_>) -> Result<Finished> {
    if execution.program.atomic != Atomic::All || is_one_statement(execution) {
        return executor.execute(execution, deadline).await;
    }
    executor.open(deadline).await?;
    match executor.execute(execution, deadline).await {
        Ok(finished) => {
            executor.keep().await?;
            Ok(finished)
        }
        Err(error) => {
            // The first error explains the failure; a connection that cannot roll back is discarded.
            let _ = executor.undo().await;
            Err(error)
        }
    }
}

/// Whether the server executes at most one statement, which is atomic by itself.
fn is_one_statement(execution: &Execution) -> bool {
    match execution.program.steps.as_slice() {
        [] => true,
        [step] => runs(step, execution.inputs.bulk.as_ref(), None, execution.max_bytes).len() < 2,
        [_, _, ..] => false,
    }
}
