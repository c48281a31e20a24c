//! Aggregate functions of groups and windows.

use oxyde_ir::ColumnType;
use oxyde_ir::expr::{Aggregate, AggregateFunction, Window};

use crate::dialect::{AggregateFilter, AggregateOrder, Aggregates};
use crate::error::{Result, malformed};
use crate::walk::is_decimal;
use crate::writer::Writer;

/// The texts around an aggregate and its argument that preserve its type.
#[derive(Default)]
struct Wrapping {
    before: &'static str,
    name: &'static str,
    /// The argument is cast to a float.
    float: bool,
    /// Written after the argument.
    suffix: &'static str,
    after: &'static str,
    /// The name of the type, if `after` begins a cast.
    ty: &'static str,
    end: &'static str,
}

impl Writer<'_> {
    pub fn aggregate(&mut self, aggregate: &Aggregate, window: Option<&Window>) -> Result<()> {
        use AggregateFunction::{ArrayAgg, JsonAgg, StddevPop, StddevSamp, StringAgg, VarPop, VarSamp};
        if matches!(aggregate.function, StringAgg | ArrayAgg | JsonAgg) {
            return self.collect(aggregate, window);
        }
        let is_spread = matches!(aggregate.function, StddevPop | StddevSamp | VarPop | VarSamp);
        if is_spread && matches!(self.dialect.aggregates, Aggregates::FourDigits) {
            return self.spread(aggregate, window);
        }
        let adds = matches!(aggregate.function, AggregateFunction::Sum | AggregateFunction::Avg);
        if adds && aggregate.of == ColumnType::Float && self.has_text_decimals() {
            // For infinities of both signs SQLite returns NULL, as for no values: the number of values tells them
            // apart.
            self.push("COALESCE(");
            self.plain_aggregate(aggregate, window)?;
            self.push(", oxyde_sub(9e999, 9e999 * ");
            let counted = Aggregate { function: AggregateFunction::Count, ty: ColumnType::Int, ..aggregate.clone() };
            self.plain_aggregate(&counted, window)?;
            return self.word("))");
        }
        self.plain_aggregate(aggregate, window)
    }

    /// Writes a variance on `MySQL`, which returns 0 where the squares of floats overflow.
    fn spread(&mut self, aggregate: &Aggregate, window: Option<&Window>) -> Result<()> {
        if aggregate.distinct {
            return self.dialect.unsupported("variances of distinct values");
        }
        if aggregate.of != ColumnType::Float {
            return self.plain_aggregate(aggregate, window);
        }
        let end = |function| Aggregate { function, ty: ColumnType::Float, ..aggregate.clone() };
        self.push("CASE WHEN ");
        self.plain_aggregate(&end(AggregateFunction::Max), window)?;
        self.push(" - ");
        self.plain_aggregate(&end(AggregateFunction::Min), window)?;
        self.push(" > 1e150 THEN 9223372036854775807 + CHAR_LENGTH('values too far apart for a variance') ELSE ");
        self.plain_aggregate(aggregate, window)?;
        self.word(" END")
    }

    fn plain_aggregate(&mut self, aggregate: &Aggregate, window: Option<&Window>) -> Result<()> {
        let wrapping = self.wrapping(aggregate);
        self.push(wrapping.before);
        self.push(wrapping.name);
        self.push("(");
        if aggregate.distinct {
            self.push("DISTINCT ");
        }
        let filter = aggregate.filter.as_deref();
        match (self.dialect.aggregate_filter, filter) {
            (AggregateFilter::Case, Some(filter)) => {
                self.around("CASE WHEN ", filter, " THEN ")?;
                self.argument(aggregate, &wrapping, "1")?;
                self.push(" END");
                self.ordered(aggregate)?;
                self.push(")");
            }
            (AggregateFilter::Clause, Some(filter)) => {
                self.argument(aggregate, &wrapping, "*")?;
                self.ordered(aggregate)?;
                self.around(") FILTER (WHERE ", filter, ")")?;
            }
            (AggregateFilter::Clause | AggregateFilter::Case, None) => {
                self.argument(aggregate, &wrapping, "*")?;
                self.ordered(aggregate)?;
                self.push(")");
            }
        }
        if let Some(window) = window {
            self.over(window)?;
        }
        self.push(wrapping.after);
        self.push(wrapping.ty);
        self.word(wrapping.end)
    }

    /// Writes the ORDER BY clause inside an aggregate.
    fn ordered(&mut self, aggregate: &Aggregate) -> Result<()> {
        if aggregate.order_by.is_empty() {
            return Ok(());
        }
        match self.dialect.aggregate_order {
            AggregateOrder::Clause => {
                self.push(" ORDER BY ");
                self.separated(&aggregate.order_by, Self::order)
            }
            AggregateOrder::Unsupported => self.dialect.unsupported_but("aggregates over ordered rows", "leave out order_by="),
        }
    }

    fn argument(&mut self, aggregate: &Aggregate, wrapping: &Wrapping, all: &str) -> Result<()> {
        match (aggregate.args.as_slice(), aggregate.function) {
            ([expr], _) if wrapping.float => self.cast(expr, &ColumnType::Float),
            ([expr], _) if !wrapping.suffix.is_empty() => {
                self.operand(expr)?;
                self.word(wrapping.suffix)
            }
            // Any one of the texts that compare as equal may be returned.
            ([expr], AggregateFunction::Min | AggregateFunction::Max) => self.sorted(expr),
            ([expr], _) if aggregate.distinct => self.sorted(expr),
            ([expr], _) => self.expr(expr),
            ([], AggregateFunction::Count) if !aggregate.distinct && aggregate.order_by.is_empty() => self.word(all),
            (args, function) => malformed(format!("{function:?} with {} arguments", args.len())),
        }
    }

    fn wrapping(&self, aggregate: &Aggregate) -> Wrapping {
        use AggregateFunction::{ArrayAgg, Avg, Count, JsonAgg, Max, Min, StddevPop, StddevSamp, StringAgg, Sum, VarPop, VarSamp};
        let (of, ty) = (&aggregate.of, &aggregate.ty);
        let ours = self.has_text_decimals();
        let name = match aggregate.function {
            Count => "COUNT",
            Sum if is_decimal(of) && ours => "oxyde_decimal_sum",
            Avg if is_decimal(of) && ours => "oxyde_decimal_avg",
            Sum => "SUM",
            Avg => "AVG",
            Min => "MIN",
            Max => "MAX",
            StddevPop if ours => "oxyde_stddev_pop",
            StddevPop => "STDDEV_POP",
            StddevSamp if ours => "oxyde_stddev_samp",
            StddevSamp => "STDDEV_SAMP",
            VarPop if ours => "oxyde_var_pop",
            VarPop => "VAR_POP",
            VarSamp if ours => "oxyde_var_samp",
            VarSamp => "VAR_SAMP",
            StringAgg | ArrayAgg | JsonAgg => "",
        };
        let plain = Wrapping { name, ..Wrapping::default() };
        match (aggregate.function, self.dialect.aggregates) {
            (Sum, Aggregates::Numeric) if *ty == ColumnType::Int => Wrapping { after: "::bigint", ..plain },
            (Avg | StddevPop | StddevSamp | VarPop | VarSamp, Aggregates::Numeric) if *ty == ColumnType::Float => {
                Wrapping { after: "::double precision", ..plain }
            }
            // PostgreSQL has no MIN and MAX of booleans, and before 18 none of UUIDs.
            (Min, Aggregates::Numeric) if *of == ColumnType::Bool => Wrapping { name: "BOOL_AND", ..plain },
            (Max, Aggregates::Numeric) if *of == ColumnType::Bool => Wrapping { name: "BOOL_OR", ..plain },
            (Min | Max, Aggregates::Numeric) if *of == ColumnType::Uuid => {
                Wrapping { suffix: "::text COLLATE \"C\"", after: "::uuid", ..plain }
            }
            (Avg | StddevPop | StddevSamp | VarPop | VarSamp, Aggregates::FourDigits) if *ty == ColumnType::Float => {
                Wrapping { float: *of != ColumnType::Float, ..plain }
            }
            // Floats cannot represent every whole number of microseconds.
            (Avg, Aggregates::Right) if *ty == ColumnType::Duration && ours => {
                let name = "oxyde_decimal_avg";
                Wrapping { name, before: "CAST(oxyde_decimal_round(", after: ", 0) AS ", ty: self.dialect.integer, end: ")", ..plain }
            }
            (Avg, Aggregates::Right | Aggregates::FourDigits) if *ty == ColumnType::Duration => {
                Wrapping { before: "CAST(ROUND(", after: ") AS ", ty: self.dialect.integer, end: ")", ..plain }
            }
            (_, Aggregates::Numeric | Aggregates::Right | Aggregates::FourDigits) => plain,
        }
    }
}
