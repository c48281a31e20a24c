//! How deep a statement may nest: bounds that keep every walk over it within a small stack.

use super::fault::Fault;

/// Expressions inside expressions.
const EXPRESSIONS: u16 = 128;
/// Everything else that can hold itself: queries, statements, column types.
const OTHERS: u16 = 32;
/// Raw arrays and maps, checked before anything is interpreted: an expression takes at most four of them, a query
/// (its body, a select, its joins and their sources) at most eight.
pub const RAW: usize = 4 * EXPRESSIONS as usize + 8 * OTHERS as usize + 16;

/// How many nodes of each kind are above a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Depth {
    expressions: u16,
    others: u16,
}

impl Depth {
    /// The depth below a node of the type of that name, or why there may be no such node here.
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
