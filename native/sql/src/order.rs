//! ORDER BY and GROUP BY.

use oxyde_ir::query::{Nulls, Order, Select};
use oxyde_ir::{ColumnType, Expr};

use crate::aggregate::is_position;
use crate::dialect::NullsOrder;
use crate::error::Result;
use crate::writer::{Writer, column_of};

impl Writer<'_> {
    pub fn order(&mut self, order: &Order) -> Result<()> {
        let direction = if order.desc { " DESC" } else { "" };
        match (self.dialect.nulls_order, order.nulls) {
            (NullsOrder::Clause, nulls) => {
                self.key(&order.expr)?;
                self.push(direction);
                self.word(match nulls {
                    None => "",
                    Some(Nulls::First) => " NULLS FIRST",
                    Some(Nulls::Last) => " NULLS LAST",
                })
            }
            // As they come by themselves.
            (NullsOrder::Expression, nulls) if nulls.is_none_or(|nulls| order.desc == (nulls == Nulls::Last)) => {
                self.key(&order.expr)?;
                self.word(direction)
            }
            (NullsOrder::Expression, nulls) => {
                self.operand(&order.expr)?;
                self.push(if nulls == Some(Nulls::Last) { " IS NULL, " } else { " IS NOT NULL, " });
                self.key(&order.expr)?;
                self.word(direction)
            }
        }
    }

    /// What is sorted by; a bare number would mean a column by its position.
    pub fn key(&mut self, expr: &Expr) -> Result<()> {
        if is_position(expr) { self.cast(expr, &ColumnType::Int) } else { self.sorted(expr) }
    }

    /// What is grouped by. A result column that is no plain column is named by its position: with placeholders in it the server could
    /// not see that both are the same.
    pub fn group(&mut self, select: &Select, expr: &Expr) -> Result<()> {
        let position = select.outputs.iter().position(|output| output.expr == *expr);
        match position {
            Some(position) if column_of(expr).is_none() && self.is_plainly_sorted(expr) => self.word(&(position + 1).to_string()),
            Some(_) | None => self.key(expr),
        }
    }
}
