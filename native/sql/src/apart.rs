//! Groups with a condition and windows, as two SELECTs: the inner one makes the groups, the outer one the windows.

use oxyde_ir::query::{Body, Order, Query, Select, SelectOutput, Source};
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::GroupWindows;
use crate::walk::{children_mut, has_distinct_aggregate, has_window, type_of};
use crate::writer::Writer;

/// The alias of the inner SELECT.
const GROUPS: &str = "oxyde_groups";

impl Writer<'_> {
    /// Returns a query as two SELECTs, if the server returns wrong rows for it as one.
    pub fn apart(&self, query: &Query) -> Option<Query> {
        let (Body::Select(select), GroupWindows::Apart) = (&query.body, self.dialect.group_windows) else { return None };
        let having = select.having.as_ref()?;
        let read = || select.outputs.iter().map(|output| &output.expr).chain(query.order_by.iter().map(|order| &order.expr));
        let is_wrong = read().any(has_window) && read().chain([having]).any(has_distinct_aggregate);
        is_wrong.then(|| apart(query, select))
    }
}

fn apart(query: &Query, select: &Select) -> Query {
    let mut inner = Select { distinct: None, ..select.clone() };
    inner.outputs.retain(|output| !is_constant(&output.expr) && !has_window(&output.expr));
    let mut outside = |expr: &Expr| {
        let mut expr = expr.clone();
        take_inside(&mut expr, &mut inner.outputs);
        expr
    };
    let outputs = select.outputs.iter().map(|output| SelectOutput { expr: outside(&output.expr), ..output.clone() }).collect();
    let order_by = query.order_by.iter().map(|order| Order { expr: outside(&order.expr), ..order.clone() }).collect();
    let from = Source::Query { query: Box::new(Query::plain(inner)), alias: GROUPS.to_owned() };
    let distinct = select.distinct.clone();
    let outer = Select { outputs, from, joins: Vec::new(), filter: None, group_by: Vec::new(), having: None, distinct };
    Query { body: Body::Select(outer), order_by, ..query.clone() }
}

/// Replaces what an expression reads of a group by columns of the inner SELECT.
fn take_inside(expr: &mut Expr, inside: &mut Vec<SelectOutput>) {
    if has_window(expr) {
        for child in children_mut(expr) {
            take_inside(child, inside);
        }
    } else if !is_constant(expr) {
        let db_type = if let Expr::Column { db_type, .. } = &*expr { db_type.clone() } else { None };
        let ty = type_of(expr).cloned();
        let known = inside.iter().find(|output| output.expr == *expr).map(|output| output.name.clone());
        let name = known.unwrap_or_else(|| {
            let name = format!("oxyde_{}", inside.len());
            let output_type = ty.clone().unwrap_or(ColumnType::Any);
            inside.push(SelectOutput { expr: expr.clone(), name: name.clone(), ty: output_type, nullable: true });
            name
        });
        *expr = Expr::Column { table: GROUPS.to_owned(), name, ty, db_type };
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Param(_) | Expr::Null | Expr::Bool(_) | Expr::Int(_))
}
