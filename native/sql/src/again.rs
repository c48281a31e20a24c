//! Whether a prepared statement can be executed again.

use oxyde_ir::program::Text;
use oxyde_ir::{Program, Statement};

use crate::dialect::{Dialect, Prepared};
use crate::params::Params;

/// Whether each run prepares its statement anew, because a second execution may return wrong results.
pub fn is_prepared_anew(statement: &Statement, program: &Program, params: &Params, dialect: &Dialect) -> bool {
    let defines = matches!(
        statement,
        Statement::CreateTables(_)
            | Statement::DropTables(_)
            | Statement::AlterTable(_)
            | Statement::AlterEnum(_)
            | Statement::CreateSchema(_)
    );
    match dialect.prepared {
        Prepared::Often => false,
        Prepared::OneQuery => {
            let steps = || program.before.iter().chain(&program.steps).chain(&program.after);
            defines || params.hides_queries || params.raw || steps().any(|step| has_queries(&step.text))
        }
    }
}

/// Whether a generated text contains more queries than one SELECT at its beginning. Each generated query begins with
/// `SELECT` in capitals. A name that contains the word only costs time.
fn has_queries(text: &Text) -> bool {
    let selects = |text: &str| text.matches("SELECT").count();
    match text {
        Text::Fixed(fragment) => selects(&fragment.text) > usize::from(fragment.text.starts_with("SELECT")),
        Text::Copy { .. } => false,
        Text::Rows { head, row, tail, .. } => [head, row, tail].into_iter().any(|part| selects(&part.text) > 0),
    }
}
