//! SQL written by the application.

use oxyde_ir::Program;
use oxyde_ir::statement::Raw;

use crate::dialect::Dialect;
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::writer::{Scope, fragment, single, step};

pub fn program(raw: &Raw, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let text = fragment(dialect, params, Scope::default(), |writer| writer.pieces(&raw.pieces))?;
    if text.text.trim().is_empty() {
        return malformed("an SQL text is empty");
    }
    Ok(single(step(text, None)))
}
