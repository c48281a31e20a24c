//! Sequences, which ignore keys that are given explicitly and are raised before such keys are inserted.

use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step};
use oxyde_ir::statement::{Insert, Rows};
use oxyde_ir::{ColumnType, Expr, Output};

use crate::dialect::{Counted, Dialect};
use crate::error::Result;
use crate::quote;
use crate::writer::step;

use super::bulk::ROWS_OF_ARRAYS;

/// The greatest number of steps by which a sequence is raised with `nextval` rather than `setval`. No server can set a
/// sequence to the maximum of two numbers atomically, so `setval` could lower it if other sessions advance it
/// concurrently. They cannot advance it by more than this in the meantime.
const COUNTED: u32 = 10_000;

/// Returns the step that precedes an insert of given keys; `None` if there are none, or if the server continues after
/// the largest key by itself. The sequence is never lowered. It is left unchanged if the user of the database may not
/// raise it, or if its maximum is below the key.
pub fn raise(insert: &Insert, dialect: &'static Dialect) -> Result<Option<Step>> {
    match dialect.counted {
        Counted::Serial => {}
        Counted::Rowid | Counted::Increment => return Ok(None),
    }
    let given = insert.key.iter().filter(|key| key.auto).find_map(|key| {
        let position = insert.columns.iter().position(|column| column.name == key.name)?;
        Some((key, position))
    });
    let Some((key, position)) = given else { return Ok(None) };
    let (origin, repeat) = match &insert.rows {
        Rows::Many => (Origin::Bulk(position as u32), Repeat::Chunks { rows: ROWS_OF_ARRAYS }),
        Rows::One(values) => match values.get(position) {
            Some(Expr::Param(param)) => (Origin::Param(param.index), Repeat::Once),
            Some(_) | None => return Ok(None),
        },
    };
    let (form, most) = match origin {
        Origin::Bulk(_) => (Form::Array, "(SELECT MAX(given.key) FROM unnest($1::bigint[]) AS given (key))"),
        Origin::Param(_) | Origin::Member { .. } | Origin::Key(_) => (Form::Scalar, "$1::bigint"),
    };
    let table = quote::literal(dialect, &quote::table(dialect, &insert.table)?)?;
    let column = quote::literal(dialect, &key.name)?;
    let text = format!(
        "SELECT MAX(CASE WHEN behind.steps > {COUNTED} THEN setval(behind.id, behind.most) ELSE nextval(behind.id) END) AS key FROM \
         (SELECT counter.id, counter.most, DIV(counter.most::numeric - counter.last - 1, counter.step) + 1 AS steps FROM \
         (SELECT seqrelid::regclass AS id, {most} AS most, seqincrement AS step, \
         COALESCE(pg_sequence_last_value(seqrelid), seqstart - seqincrement) AS last FROM pg_sequence \
         WHERE seqrelid = pg_get_serial_sequence({table}, {column})::regclass AND seqincrement > 0 AND {most} <= seqmax \
         AND has_sequence_privilege(seqrelid, 'USAGE') AND has_sequence_privilege(seqrelid, 'UPDATE')) AS counter \
         WHERE counter.most > counter.last) AS behind, \
         generate_series(1, CASE WHEN behind.steps > {COUNTED} THEN 1 ELSE behind.steps END)"
    );
    let output = Output { name: "key".to_owned(), ty: ColumnType::Int, nullable: true, table: String::new(), declared: false };
    let slots = vec![Slot { origin, ty: ColumnType::Int, form }];
    Ok(Some(Step { repeat, ..step(Fragment { text, slots }, Some(vec![output])) }))
}
