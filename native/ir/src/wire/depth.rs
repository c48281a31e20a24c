//! The limits on nesting, which keep every recursive walk over a statement within a small stack.

use super::fault::Fault;

/// Nested expressions.
const EXPRESSIONS: u16 = 128;
/// Everything else that is recursive: queries, statements, column types.
const OTHERS: u16 = 32;
/// Raw arrays and maps, checked before decoding: an expression takes at most four of them, a query (its
/// body, a select, its joins and their sources) at most eight.
pub const RAW: usize = 4 * EXPRESSIONS as usize + 8 * OTHERS as usize + 16;

/// The number of ancestors of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Depth {
    expressions: u16,
    others: u16,
}

impl Depth {
    /// Returns the depth below a node of the type `name`, or an error if it is nested too deeply.
    pub fn below(self, name: &str) -> Result<Self, Fault> {
        let mut depth = self;
        match name {
            "Expr" => depth.expressions += 1,
            "Query" | "Statement" | "ColumnType" => depth.others += 1,
            _ => {}
        }
        if depth.expressions > EXPRESSIONS {
            return Err(Fault::too_deep(format!("expressions nest deeper than {EXPRESSIONS}")));
        }
        if depth.others > OTHERS {
            return Err(Fault::too_deep(format!("queries nest deeper than {OTHERS}")));
        }
        Ok(depth)
    }
}
