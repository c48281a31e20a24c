//! The SQL of cursors of the server, through which a query inside a transaction is read in parts.

use oxyde_driver::{CursorStep, Error, Kind, Result};
use oxyde_ir::Program;
use oxyde_ir::program::{Fragment, Step, Text};

/// Returns the program of a step for the program of a query.
pub fn program(cursor: CursorStep, query: &Program) -> Result<Program> {
    let [step] = query.steps.as_slice() else { return Err(no_query()) };
    let (Text::Fixed(select), Some(_)) = (&step.text, &step.outputs) else { return Err(no_query()) };
    let silent = Some(Vec::new());
    let (text, slots, outputs) = match cursor {
        CursorStep::Open(number) => {
            (format!("DECLARE {} NO SCROLL CURSOR FOR {}", name(number), select.text), select.slots.clone(), silent)
        }
        CursorStep::Fetch(number, rows) => (format!("FETCH {rows} FROM {}", name(number)), Vec::new(), step.outputs.clone()),
        CursorStep::Close(number) => (format!("CLOSE {}", name(number)), Vec::new(), silent),
    };
    let step = Step { text: Text::Fixed(Fragment { text, slots }), outputs, ..step.clone() };
    Ok(Program { steps: vec![step], ..query.clone() })
}

fn name(number: u64) -> String {
    format!("oxyde_{number}")
}

fn no_query() -> Error {
    Error::new(Kind::Internal, "a cursor is for one query whose columns are known")
}
