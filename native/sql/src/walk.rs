//! Traversal of expressions: their types, their children, and whether they contain certain nodes.

use oxyde_ir::expr::{Aggregate, Piece, When, Window, WindowFunction};
use oxyde_ir::query::{Body, Distinct, Query, Select, Source};
use oxyde_ir::{ColumnType, Expr};

use crate::query::columns;

/// Returns the type of an expression's value, if the statement defines it.
pub fn type_of(expr: &Expr) -> Option<&ColumnType> {
    match expr {
        Expr::Column { ty, .. } | Expr::Excluded { ty, .. } => ty.as_ref(),
        Expr::Param(param) => Some(&param.ty),
        Expr::Int(_) => Some(&ColumnType::Int),
        Expr::Arithmetic { ty, .. } | Expr::Call { ty, .. } | Expr::Cast { ty, .. } | Expr::Case { ty, .. } => Some(ty),
        Expr::Aggregate(aggregate) => Some(&aggregate.ty),
        Expr::Window(window) => of_window(window),
        Expr::Negate(inner) => type_of(inner),
        Expr::Subquery(query) => columns(query).first().map(|(_, ty)| *ty),
        Expr::Truncate { of, .. } => Some(of),
        Expr::Extract { part, .. } => Some(crate::extract::part_type(*part)),
        Expr::Bool(_)
        | Expr::Compare { .. }
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Xor(_)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsNotTrue(_)
        | Expr::In { .. }
        | Expr::InSelect { .. }
        | Expr::Exists(_)
        | Expr::Between { .. }
        | Expr::Match { .. }
        | Expr::Regex { .. }
        | Expr::Search { .. } => Some(&ColumnType::Bool),
        Expr::Null | Expr::Raw(_) => None,
    }
}

fn of_window(window: &Window) -> Option<&ColumnType> {
    match &window.function {
        WindowFunction::RowNumber | WindowFunction::Rank | WindowFunction::DenseRank | WindowFunction::Ntile => Some(&ColumnType::Int),
        WindowFunction::PercentRank | WindowFunction::CumeDist => Some(&ColumnType::Float),
        WindowFunction::Lag | WindowFunction::Lead | WindowFunction::FirstValue | WindowFunction::LastValue | WindowFunction::NthValue => {
            window.args.first().and_then(type_of)
        }
        WindowFunction::Aggregate(aggregate) => Some(&aggregate.ty),
    }
}

pub fn is_decimal(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Decimal { .. })
}

/// Returns the direct subexpressions, without those in queries.
fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Column { .. } | Expr::Excluded { .. } | Expr::Param(_) | Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Raw(_) => {
            Vec::new()
        }
        Expr::Exists(_) | Expr::Subquery(_) => Vec::new(),
        Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => vec![left, right],
        Expr::And(members) | Expr::Or(members) | Expr::Xor(members) => members.iter().collect(),
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) | Expr::IsNotTrue(inner) | Expr::Negate(inner) => vec![inner],
        Expr::In { expr, .. } | Expr::InSelect { expr, .. } | Expr::Extract { expr, .. } | Expr::Cast { expr, .. } => vec![expr],
        Expr::Truncate { expr, zone, .. } => std::iter::once(&**expr).chain(zone.as_deref()).collect(),
        Expr::Match { expr, pattern, .. } | Expr::Regex { expr, pattern, .. } => vec![expr, pattern],
        Expr::Search { expr, words, .. } => vec![expr, words],
        Expr::Between { expr, low, high } => vec![expr, low, high],
        Expr::Call { args, .. } => args.iter().collect(),
        Expr::Case { whens, otherwise, .. } => {
            let whens = whens.iter().flat_map(|When { condition, value }| [condition, value]);
            whens.chain(otherwise.as_deref()).collect()
        }
        Expr::Aggregate(aggregate) => of_aggregate(aggregate),
        Expr::Window(window) => {
            let mut found: Vec<&Expr> = window.args.iter().chain(&window.partition_by).collect();
            if let WindowFunction::Aggregate(aggregate) = &window.function {
                found.extend(of_aggregate(aggregate));
            }
            found.extend(window.order_by.iter().map(|order| &order.expr));
            found
        }
    }
}

fn of_aggregate(aggregate: &Aggregate) -> Vec<&Expr> {
    let orders = aggregate.order_by.iter().map(|order| &order.expr);
    aggregate.args.iter().chain(aggregate.filter.as_deref()).chain(orders).collect()
}

/// Like `children`, to be replaced.
pub fn children_mut(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Column { .. } | Expr::Excluded { .. } | Expr::Param(_) | Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Raw(_) => {
            Vec::new()
        }
        Expr::Exists(_) | Expr::Subquery(_) => Vec::new(),
        Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => vec![left, right],
        Expr::And(members) | Expr::Or(members) | Expr::Xor(members) => members.iter_mut().collect(),
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) | Expr::IsNotTrue(inner) | Expr::Negate(inner) => vec![inner],
        Expr::In { expr, .. } | Expr::InSelect { expr, .. } | Expr::Extract { expr, .. } | Expr::Cast { expr, .. } => vec![expr],
        Expr::Truncate { expr, zone, .. } => std::iter::once(&mut **expr).chain(zone.as_deref_mut()).collect(),
        Expr::Match { expr, pattern, .. } | Expr::Regex { expr, pattern, .. } => vec![expr, pattern],
        Expr::Search { expr, words, .. } => vec![expr, words],
        Expr::Between { expr, low, high } => vec![expr, low, high],
        Expr::Call { args, .. } => args.iter_mut().collect(),
        Expr::Case { whens, otherwise, .. } => {
            let whens = whens.iter_mut().flat_map(|When { condition, value }| [condition, value]);
            whens.chain(otherwise.as_deref_mut()).collect()
        }
        Expr::Aggregate(aggregate) => of_aggregate_mut(aggregate),
        Expr::Window(window) => {
            let mut found: Vec<&mut Expr> = window.args.iter_mut().chain(&mut window.partition_by).collect();
            if let WindowFunction::Aggregate(aggregate) = &mut window.function {
                found.extend(of_aggregate_mut(aggregate));
            }
            found.extend(window.order_by.iter_mut().map(|order| &mut order.expr));
            found
        }
    }
}

fn of_aggregate_mut(aggregate: &mut Aggregate) -> Vec<&mut Expr> {
    let orders = aggregate.order_by.iter_mut().map(|order| &mut order.expr);
    aggregate.args.iter_mut().chain(aggregate.filter.as_deref_mut()).chain(orders).collect()
}

/// Whether an expression contains a window function, not counting its queries.
pub fn has_window(expr: &Expr) -> bool {
    matches!(expr, Expr::Window(_)) || children(expr).into_iter().any(has_window)
}

/// Whether an expression contains an aggregate of distinct values, not counting its queries.
pub fn has_distinct_aggregate(expr: &Expr) -> bool {
    matches!(expr, Expr::Aggregate(aggregate) if aggregate.distinct) || children(expr).into_iter().any(has_distinct_aggregate)
}

/// Whether an expression contains arithmetic, not counting its queries.
pub fn has_arithmetic(expr: &Expr) -> bool {
    matches!(expr, Expr::Arithmetic { .. }) || children(expr).into_iter().any(has_arithmetic)
}

/// Whether an expression reads a column with this name, not counting its queries.
pub fn reads(expr: &Expr, column: &str) -> bool {
    if let Expr::Column { name, .. } = expr { name == column } else { children(expr).into_iter().any(|child| reads(child, column)) }
}

/// Whether a value is computed from several rows, not counting queries.
pub fn has_rows(expr: &Expr) -> bool {
    matches!(expr, Expr::Aggregate(_) | Expr::Window(_) | Expr::Raw(_)) || children(expr).into_iter().any(has_rows)
}

/// Returns the query directly inside an expression.
fn query_in(expr: &Expr) -> Option<&Query> {
    if let Expr::InSelect { query, .. } | Expr::Exists(query) | Expr::Subquery(query) = expr { Some(query) } else { None }
}

/// Whether an expression contains a query.
pub fn has_query(expr: &Expr) -> bool {
    query_in(expr).is_some() || children(expr).into_iter().any(has_query)
}

/// Whether a query contains SQL written by the application, which may do anything.
pub fn has_raw(query: &Query) -> bool {
    let body = match &query.body {
        Body::Select(select) => raw_in_select(select),
        Body::Compound(compound) => has_raw(&compound.first) || compound.others.iter().any(|member| has_raw(&member.query)),
        Body::Values(values) => values.rows.iter().flatten().any(raw_in),
    };
    body || query.with.iter().any(|cte| has_raw(&cte.query)) || query.order_by.iter().any(|order| raw_in(&order.expr))
}

fn raw_in_select(select: &Select) -> bool {
    let joins = select.joins.iter();
    let derived = std::iter::once(&select.from).chain(joins.clone().map(|join| &join.source)).any(|source| match source {
        Source::Table { .. } | Source::Cte { .. } | Source::Rows { .. } => false,
        Source::Query { query, .. } => has_raw(query),
    });
    let distinct: &[Expr] = match &select.distinct {
        Some(Distinct::On(exprs)) => exprs,
        Some(Distinct::Rows) | None => &[],
    };
    let exprs = select.outputs.iter().map(|output| &output.expr).chain(joins.map(|join| &join.on));
    derived || exprs.chain(&select.filter).chain(&select.group_by).chain(&select.having).chain(distinct).any(raw_in)
}

fn raw_in(expr: &Expr) -> bool {
    let here = if let Expr::Raw(pieces) = expr { pieces.iter().any(|piece| matches!(piece, Piece::Text(_))) } else { false };
    here || query_in(expr).is_some_and(has_raw) || children(expr).into_iter().any(raw_in)
}
