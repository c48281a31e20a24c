//! SQL that the application wrote.

use oxyde_ir::Program;
use oxyde_ir::statement::Raw;

use crate::dialect::Dialect;
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::writer::{Writer, single};

pub fn program(raw: &Raw, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let mut writer = Writer::new(dialect, params);
    writer.pieces(&raw.pieces)?;
    if writer.text.trim().is_empty() {
        return malformed("an SQL text is empty");
    }
    Ok(single(writer.step(None)))
}
