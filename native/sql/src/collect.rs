//! Aggregates that collect values: arrays, JSON arrays and joined texts.

use oxyde_ir::expr::{Aggregate, AggregateFunction, Window};
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::Types;
use crate::error::{Result, malformed};
use crate::writer::Writer;

/// An expression that fails on `MySQL`, where an aggregate that does not fit into a packet is cut without an error.
const CUT: &str = "9223372036854775807 + CHAR_LENGTH('more than max_allowed_packet')";

impl Writer<'_> {
    pub fn collect(&mut self, aggregate: &Aggregate, window: Option<&Window>) -> Result<()> {
        let (value, between) = match (aggregate.function, aggregate.args.as_slice()) {
            (AggregateFunction::StringAgg, [value, between]) => (value, Some(between)),
            (AggregateFunction::ArrayAgg | AggregateFunction::JsonAgg, [value]) => (value, None),
            (function, args) => return malformed(format!("{function:?} with {} arguments", args.len())),
        };
        match self.dialect.types {
            Types::Postgres => {
                self.push(match (between, aggregate.function == AggregateFunction::JsonAgg) {
                    (Some(_), _) => "STRING_AGG(",
                    (None, true) => "JSONB_AGG(",
                    (None, false) => "ARRAY_AGG(",
                });
                self.distinct(aggregate);
                self.collected(aggregate, value)?;
                if let Some(between) = between {
                    self.around(", ", between, "")?;
                }
                self.order_inside(aggregate, value)?;
                self.clauses(aggregate, window)
            }
            Types::Sqlite => {
                self.push(if between.is_some() { "oxyde_joined(" } else { "" });
                self.push(match (aggregate.of == ColumnType::Bool, aggregate.of == ColumnType::Json) {
                    (true, _) => "oxyde_list_of_truth(",
                    (false, true) => "oxyde_list_of_json(",
                    (false, false) => "oxyde_list(",
                });
                self.distinct(aggregate);
                self.collected(aggregate, value)?;
                self.order_inside(aggregate, value)?;
                self.clauses(aggregate, window)?;
                match between {
                    Some(between) => self.around(", ", between, ")"),
                    None => Ok(()),
                }
            }
            Types::Mysql | Types::Mariadb if window.is_some() => self.dialect.unsupported("windows of collected values"),
            Types::Mysql | Types::Mariadb => self.group_concat(aggregate, value, between),
        }
    }

    fn distinct(&mut self, aggregate: &Aggregate) {
        self.push(if aggregate.distinct { "DISTINCT " } else { "" });
    }

    /// Writes the order inside an aggregate. Of distinct values it is that of the values, which `PostgreSQL` recognizes by
    /// their text.
    fn order_inside(&mut self, aggregate: &Aggregate, value: &Expr) -> Result<()> {
        if aggregate.order_by.is_empty() {
            return Ok(());
        }
        self.push(" ORDER BY ");
        self.separated(&aggregate.order_by, |writer, order| {
            if !(aggregate.distinct && matches!(writer.dialect.types, Types::Postgres)) {
                return writer.order(order);
            }
            writer.collected(aggregate, value)?;
            writer.direction(order)
        })
    }

    /// Writes the end of a call with the condition on its rows, and its window.
    fn clauses(&mut self, aggregate: &Aggregate, window: Option<&Window>) -> Result<()> {
        self.push(")");
        if let Some(filter) = aggregate.filter.as_deref() {
            self.around(" FILTER (WHERE ", filter, ")")?;
        }
        window.map_or(Ok(()), |window| self.over(window))
    }

    /// Writes a value in the form in which it is collected on servers other than `MySQL`.
    fn collected(&mut self, aggregate: &Aggregate, value: &Expr) -> Result<()> {
        let is_json = aggregate.function == AggregateFunction::JsonAgg;
        match (self.dialect.types, &aggregate.of) {
            (Types::Postgres, ColumnType::Float) if is_json => {
                // `to_jsonb` would make a text of what is no number, and a whole number of a large float.
                self.around("CASE WHEN ", value, " IN ('NaN', 'Infinity', '-Infinity') THEN CAST('no number of JSON: ' || ")?;
                self.around("", value, " AS numeric) ELSE CAST(CAST(")?;
                self.around("", value, " AS text) AS numeric) + 0.0 END")
            }
            // The texts of an order must be those of the values.
            (Types::Postgres, ColumnType::Text) if aggregate.distinct => {
                self.operand(value)?;
                self.word("::text")
            }
            (Types::Sqlite, ColumnType::Decimal { .. }) => self.around("oxyde_decimal_add(", value, ", 0)"),
            (Types::Sqlite, ColumnType::DatetimeTz) => {
                self.respelt(value)?;
                self.word(" || '+00:00'")
            }
            (Types::Sqlite, _) => self.respelt(value),
            _ => self.expr(value),
        }
    }

    /// Writes a list or text on `MySQL`, whose `JSON_ARRAYAGG` knows neither orders nor conditions. A `SEPARATOR` cannot be
    /// a parameter, so each text begins with it. Four characters around the list make one that was cut too long for
    /// `CONCAT`, which then returns NULL.
    fn group_concat(&mut self, aggregate: &Aggregate, value: &Expr, between: Option<&Expr>) -> Result<()> {
        self.push(if between.is_some() { "COALESCE(SUBSTR(CONCAT('[..]', GROUP_CONCAT(" } else { "COALESCE(CONCAT('[ ', GROUP_CONCAT(" });
        self.distinct(aggregate);
        let filter = aggregate.filter.as_deref();
        if let Some(filter) = filter {
            self.around("CASE WHEN ", filter, " THEN ")?;
        }
        match between {
            Some(between) => {
                self.around("CONCAT(", between, ", ")?;
                self.around("", value, ")")?;
            }
            None => self.json_member(value, &aggregate.of)?,
        }
        self.push(if filter.is_some() { " END" } else { "" });
        self.order_inside(aggregate, value)?;
        match between {
            Some(between) => self.around(" SEPARATOR '')), 5 + CHAR_LENGTH(", between, "))")?,
            None => self.push(" SEPARATOR ','), ' ]')"),
        }
        self.push(", CASE WHEN COUNT(");
        match (filter, between) {
            (Some(filter), Some(_)) => {
                self.around("CASE WHEN ", filter, " THEN ")?;
                self.around("", value, " END")?;
            }
            (Some(filter), None) => self.around("CASE WHEN ", filter, " THEN 1 END")?,
            (None, Some(_)) => self.expr(value)?,
            (None, None) => self.push("*"),
        }
        self.push(") > 0 THEN ");
        self.push(CUT);
        self.word(" END)")
    }

    /// Writes a value as the text of a JSON value on `MySQL`; NULL as null.
    fn json_member(&mut self, value: &Expr, of: &ColumnType) -> Result<()> {
        let (before, after) = match of {
            ColumnType::Bool => ("CASE ", " WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"),
            ColumnType::Int | ColumnType::Duration => ("COALESCE(CAST(", " AS CHAR), 'null')"),
            ColumnType::Float => ("COALESCE(CAST(", " + 0e0 AS CHAR), 'null')"),
            ColumnType::Json => ("COALESCE(", ", 'null')"),
            ColumnType::Bytes => ("COALESCE(CONCAT('\"', HEX(", "), '\"'), 'null')"),
            ColumnType::DatetimeTz => ("COALESCE(CONCAT('\"', ", ", '+00:00\"'), 'null')"),
            ColumnType::Decimal { .. } | ColumnType::Date | ColumnType::Time | ColumnType::Datetime | ColumnType::Uuid => {
                ("COALESCE(CONCAT('\"', ", ", '\"'), 'null')")
            }
            ColumnType::Text | ColumnType::TimeTz | ColumnType::Array { .. } | ColumnType::Enum { .. } | ColumnType::Any => {
                ("COALESCE(JSON_QUOTE(", "), 'null')")
            }
        };
        self.around(before, value, after)
    }
}
