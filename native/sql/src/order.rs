//! ORDER BY and GROUP BY.

use oxyde_ir::query::{Nulls, Order, Select};
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{NullsOrder, ParamTypes};
use crate::error::Result;
use crate::walk::type_of;
use crate::writer::{Writer, column_of};

impl Writer<'_> {
    pub fn order(&mut self, order: &Order) -> Result<()> {
        let direction = if order.desc { " DESC" } else { "" };
        match (self.dialect.nulls_order, order.nulls) {
            (NullsOrder::Clause, _) => {
                self.key(&order.expr)?;
                self.direction(order)
            }
            // The server's default order of NULLs.
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

    /// Writes what follows the key of an order, where there is a clause for NULLs.
    pub fn direction(&mut self, order: &Order) -> Result<()> {
        self.push(if order.desc { " DESC" } else { "" });
        self.word(match order.nulls {
            None => "",
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
        })
    }

    /// Writes a key of ORDER BY, GROUP BY and the like. A constant is cast, because a bare number would be the position
    /// of a column, and other constants may be refused.
    pub fn key(&mut self, expr: &Expr) -> Result<()> {
        match self.constant(expr) {
            Some(ty) => self.cast(expr, &ty),
            None => self.sorted(expr),
        }
    }

    /// Returns the type of a constant that ORDER BY or GROUP BY would treat as the position of a column, or refuse.
    fn constant(&self, expr: &Expr) -> Option<ColumnType> {
        if let Expr::And(members) | Expr::Or(members) | Expr::Xor(members) = expr {
            return if let [only] = members.as_slice() { self.constant(only) } else { members.is_empty().then_some(ColumnType::Bool) };
        }
        // A parameter with a cast is not a bare constant.
        let is_bare = match self.dialect.param_types {
            ParamTypes::Suffix => matches!(expr, Expr::Int(_) | Expr::Bool(_)),
            ParamTypes::Cast { .. } | ParamTypes::None => matches!(expr, Expr::Int(_) | Expr::Bool(_) | Expr::Param(_)),
        };
        let ty = type_of(expr).filter(|_| is_bare)?;
        let is_number = matches!(ty, ColumnType::Int | ColumnType::Duration);
        if is_number { Some(ColumnType::Int) } else { (*ty == ColumnType::Bool).then_some(ColumnType::Bool) }
    }

    /// Writes a key of GROUP BY. A result column that is an expression is referred to by its position, because the
    /// server could not tell that two expressions with placeholders are equal.
    pub fn group(&mut self, select: &Select, expr: &Expr) -> Result<()> {
        let position = select.outputs.iter().position(|output| output.expr == *expr);
        match position {
            Some(position) if column_of(expr).is_none() && self.is_plainly_sorted(expr) => self.word(&(position + 1).to_string()),
            Some(_) | None => self.key(expr),
        }
    }
}
