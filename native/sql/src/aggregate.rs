//! Aggregates, over groups and over windows.

use oxyde_ir::expr::{Aggregate, AggregateFunction, Window, WindowFunction};
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{AggregateFilter, Aggregates, Math};
use crate::error::{Result, malformed};
use crate::walk::is_decimal;
use crate::writer::Writer;

/// What stands around an aggregate and its argument, so that it keeps its type.
#[derive(Default)]
struct Shape {
    before: &'static str,
    name: &'static str,
    /// The argument is made a float.
    float: bool,
    /// Follows the argument.
    suffix: &'static str,
    after: &'static str,
}

impl Writer<'_> {
    pub fn window(&mut self, window: &Window) -> Result<()> {
        match &window.function {
            WindowFunction::RowNumber => {
                self.push("ROW_NUMBER()");
                self.over(window)
            }
            WindowFunction::Aggregate(aggregate) => self.aggregate(aggregate, Some(window)),
        }
    }

    fn over(&mut self, window: &Window) -> Result<()> {
        self.push(" OVER (");
        if !window.partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.separated(&window.partition_by, Self::sorted)?;
        }
        if !window.order_by.is_empty() {
            self.push(if window.partition_by.is_empty() { "ORDER BY " } else { " ORDER BY " });
            self.separated(&window.order_by, Self::order)?;
        }
        self.word(")")
    }

    pub fn aggregate(&mut self, aggregate: &Aggregate, window: Option<&Window>) -> Result<()> {
        let shape = self.shape(aggregate);
        self.push(shape.before);
        self.push(shape.name);
        self.push("(");
        if aggregate.distinct {
            self.push("DISTINCT ");
        }
        let filter = aggregate.filter.as_deref();
        match (self.dialect.aggregate_filter, filter) {
            (AggregateFilter::Case, Some(filter)) => {
                self.around("CASE WHEN ", filter, " THEN ")?;
                self.argument(aggregate, &shape, "1")?;
                self.push(" END)");
            }
            (AggregateFilter::Clause, Some(filter)) => {
                self.argument(aggregate, &shape, "*")?;
                self.around(") FILTER (WHERE ", filter, ")")?;
            }
            (AggregateFilter::Clause | AggregateFilter::Case, None) => {
                self.argument(aggregate, &shape, "*")?;
                self.push(")");
            }
        }
        if let Some(window) = window {
            self.over(window)?;
        }
        self.word(shape.after)
    }

    fn argument(&mut self, aggregate: &Aggregate, shape: &Shape, all: &str) -> Result<()> {
        match (aggregate.expr.as_deref(), aggregate.function) {
            (Some(expr), _) if shape.float => self.cast(expr, &ColumnType::Float),
            // Of equal texts any is the least; of different texts that mean one number, too.
            (Some(expr), _) if !shape.suffix.is_empty() => {
                self.operand(expr)?;
                self.word(shape.suffix)
            }
            (Some(expr), AggregateFunction::Min | AggregateFunction::Max) => self.sorted(expr),
            (Some(expr), _) if aggregate.distinct => self.sorted(expr),
            (Some(expr), _) => self.expr(expr),
            (None, AggregateFunction::Count) if !aggregate.distinct => self.word(all),
            (None, function) => malformed(format!("{function:?} of no expression")),
        }
    }

    fn shape(&self, aggregate: &Aggregate) -> Shape {
        use AggregateFunction::{Avg, Count, Max, Min, Sum};
        let (of, ty) = (&aggregate.of, &aggregate.ty);
        let name = match aggregate.function {
            Count => "COUNT",
            Sum if is_decimal(of) && self.has_text_decimals() => "oxyde_decimal_sum",
            Avg if is_decimal(of) && self.has_text_decimals() => "oxyde_decimal_avg",
            Sum => "SUM",
            Avg => "AVG",
            Min => "MIN",
            Max => "MAX",
        };
        let plain = Shape { name, ..Shape::default() };
        match (aggregate.function, self.dialect.aggregates) {
            (Sum, Aggregates::Numeric) if *ty == ColumnType::Int => Shape { after: "::bigint", ..plain },
            (Avg, Aggregates::Numeric) if *ty == ColumnType::Float => Shape { after: "::double precision", ..plain },
            // It has no extremes of booleans, and before 18 none of UUIDs.
            (Min, Aggregates::Numeric) if *of == ColumnType::Bool => Shape { name: "BOOL_AND", ..plain },
            (Max, Aggregates::Numeric) if *of == ColumnType::Bool => Shape { name: "BOOL_OR", ..plain },
            (Min | Max, Aggregates::Numeric) if *of == ColumnType::Uuid => {
                Shape { suffix: "::text COLLATE \"C\"", after: "::uuid", ..plain }
            }
            (Avg, Aggregates::FourDigits) if *ty == ColumnType::Float => Shape { float: *of != ColumnType::Float, ..plain },
            // A whole number of microseconds.
            (Avg, Aggregates::Right | Aggregates::FourDigits) if *ty == ColumnType::Duration => {
                let after = match self.dialect.math {
                    Math::Mysql => ") AS SIGNED)",
                    Math::Postgres | Math::Sqlite => ") AS INTEGER)",
                };
                Shape { before: "CAST(ROUND(", after, ..plain }
            }
            (Count | Sum | Avg | Min | Max, Aggregates::Numeric | Aggregates::Right | Aggregates::FourDigits) => plain,
        }
    }
}

/// Whether an expression is a constant that ORDER BY or GROUP BY would take for the number of a column.
pub fn is_position(expr: &Expr) -> bool {
    matches!(expr, Expr::Int(_))
}
