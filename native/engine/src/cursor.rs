//! Cursors of the server, through which a query inside a transaction is read in parts, with other
//! statements in between.

use oxyde_driver::{Error, Kind, Result};
use oxyde_ir::Program;
use oxyde_ir::program::{Fragment, Step, Text};

/// What a statement does with a cursor, which has a number within its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Open it for the query.
    Open(u64),
    /// Read the next rows of the query, at most so many.
    Fetch(u64, usize),
    Close(u64),
}

impl Cursor {
    /// Returns the program of this step for the program of a query.
    pub fn program(self, query: &Program) -> Result<Program> {
        let [step] = query.steps.as_slice() else { return Err(no_query()) };
        let (Text::Fixed(select), Some(_)) = (&step.text, &step.outputs) else { return Err(no_query()) };
        let silent = Some(Vec::new());
        let (text, slots, outputs) = match self {
            Self::Open(number) => (format!("DECLARE {} NO SCROLL CURSOR FOR {}", name(number), select.text), select.slots.clone(), silent),
            Self::Fetch(number, rows) => (format!("FETCH {rows} FROM {}", name(number)), Vec::new(), step.outputs.clone()),
            Self::Close(number) => (format!("CLOSE {}", name(number)), Vec::new(), silent),
        };
        let step = Step { text: Text::Fixed(Fragment { text, slots }), outputs, ..step.clone() };
        Ok(Program { steps: vec![step], ..query.clone() })
    }

    /// Whether the step sends the query's values.
    pub fn takes_values(self) -> bool {
        matches!(self, Self::Open(_))
    }
}

fn name(number: u64) -> String {
    format!("oxyde_{number}")
}

fn no_query() -> Error {
    Error::new(Kind::Internal, "a cursor is for one query whose columns are known")
}
