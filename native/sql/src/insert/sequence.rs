//! What counts a key up, where it does not see keys that are given: it is raised before they are written.

use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step};
use oxyde_ir::statement::{Insert, Rows};
use oxyde_ir::{ColumnType, Expr, Output};

use crate::dialect::{Counted, Dialect};
use crate::error::Result;
use crate::quote;
use crate::writer::step;

use super::bulk::ROWS_OF_ARRAYS;

/// How far a sequence is raised by counting. No server sets one to the greater of two numbers in one step, so setting it might lower
/// it, if others count meanwhile; beyond this distance they cannot come that far between the two.
const COUNTED: u32 = 10_000;

/// The step that comes before an insert of given keys; `None` where the server counts on from the largest key by itself.
/// The sequence is raised, never lowered, and left alone where the user of the database may not raise it or it ends below.
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
