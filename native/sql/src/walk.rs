//! What expressions consist of, and what they hold.

use oxyde_ir::expr::{Aggregate, Piece, When, WindowFunction};
use oxyde_ir::statement::{Select, Source};
use oxyde_ir::{ColumnType, Expr};

/// The type of an expression's value, where the statement tells.
pub fn type_of(expr: &Expr) -> Option<&ColumnType> {
    match expr {
        Expr::Column { ty, .. } => ty.as_ref(),
        Expr::Param(param) => Some(&param.ty),
        Expr::Int(_) => Some(&ColumnType::Int),
        Expr::Arithmetic { ty, .. } | Expr::Call { ty, .. } | Expr::Cast { ty, .. } | Expr::Case { ty, .. } => Some(ty),
        Expr::Aggregate(aggregate) => Some(&aggregate.ty),
        Expr::Window(window) => match &window.function {
            WindowFunction::RowNumber => Some(&ColumnType::Int),
            WindowFunction::Aggregate(aggregate) => Some(&aggregate.ty),
        },
        Expr::Negate(inner) => type_of(inner),
        Expr::Subquery(select) => select.outputs.first().map(|output| &output.ty),
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
        | Expr::Regex { .. } => Some(&ColumnType::Bool),
        Expr::Null | Expr::Raw(_) => None,
    }
}

pub fn is_decimal(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Decimal { .. })
}

/// The expressions right below one, selects not counted.
fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Column { .. } | Expr::Param(_) | Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Raw(_) => Vec::new(),
        Expr::Exists(_) | Expr::Subquery(_) => Vec::new(),
        Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => vec![left, right],
        Expr::And(members) | Expr::Or(members) | Expr::Xor(members) => members.iter().collect(),
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) | Expr::IsNotTrue(inner) | Expr::Negate(inner) => vec![inner],
        Expr::In { expr, .. }
        | Expr::InSelect { expr, .. }
        | Expr::Match { expr, .. }
        | Expr::Regex { expr, .. }
        | Expr::Extract { expr, .. }
        | Expr::Cast { expr, .. } => vec![expr],
        Expr::Between { expr, low, high } => vec![expr, low, high],
        Expr::Call { args, .. } => args.iter().collect(),
        Expr::Case { whens, otherwise, .. } => {
            let whens = whens.iter().flat_map(|When { condition, value }| [condition, value]);
            whens.chain(otherwise.as_deref()).collect()
        }
        Expr::Aggregate(aggregate) => of_aggregate(aggregate),
        Expr::Window(window) => {
            let mut found = match &window.function {
                WindowFunction::RowNumber => Vec::new(),
                WindowFunction::Aggregate(aggregate) => of_aggregate(aggregate),
            };
            found.extend(&window.partition_by);
            found.extend(window.order_by.iter().map(|order| &order.expr));
            found
        }
    }
}

fn of_aggregate(aggregate: &Aggregate) -> Vec<&Expr> {
    aggregate.expr.as_deref().into_iter().chain(aggregate.filter.as_deref()).collect()
}

/// Whether a value is reckoned anywhere in an expression, selects not counted.
pub fn has_arithmetic(expr: &Expr) -> bool {
    matches!(expr, Expr::Arithmetic { .. }) || children(expr).into_iter().any(has_arithmetic)
}

/// The columns and parameters of an expression that may be floats, selects not counted.
pub fn sources(expr: &Expr) -> Vec<&Expr> {
    let ty = if let Expr::Column { .. } | Expr::Param(_) = expr { Some(type_of(expr)) } else { None };
    let may_be_float = ty.is_some_and(|ty| ty.is_none_or(|ty| *ty == ColumnType::Float));
    if may_be_float { vec![expr] } else { children(expr).into_iter().flat_map(sources).collect() }
}

/// Whether an expression reads a column of that name.
pub fn reads(expr: &Expr, column: &str) -> bool {
    if let Expr::Column { name, .. } = expr { name == column } else { children(expr).into_iter().any(|child| reads(child, column)) }
}

/// The select right inside an expression.
fn select_in(expr: &Expr) -> Option<&Select> {
    if let Expr::InSelect { select, .. } | Expr::Exists(select) | Expr::Subquery(select) = expr { Some(select) } else { None }
}

/// Whether a select stands anywhere in an expression.
pub fn has_select(expr: &Expr) -> bool {
    select_in(expr).is_some() || children(expr).into_iter().any(has_select)
}

/// Whether SQL of the application's stands anywhere in a select: nobody knows what it does.
pub fn has_raw(select: &Select) -> bool {
    let joins = select.joins.iter();
    let derived = std::iter::once(&select.from).chain(joins.clone().map(|join| &join.source)).any(|source| match source {
        Source::Table { .. } => false,
        Source::Select { select, .. } => has_raw(select),
    });
    let exprs = select.outputs.iter().map(|output| &output.expr);
    let exprs = exprs.chain(joins.map(|join| &join.on)).chain(&select.filter).chain(&select.group_by).chain(&select.having);
    derived || exprs.chain(select.order_by.iter().map(|order| &order.expr)).any(raw_in)
}

fn raw_in(expr: &Expr) -> bool {
    let here = if let Expr::Raw(pieces) = expr { pieces.iter().any(|piece| matches!(piece, Piece::Text(_))) } else { false };
    here || select_in(expr).is_some_and(has_raw) || children(expr).into_iter().any(raw_in)
}
