//! Bulk INSERT, with one list of values per column.

use oxyde_ir::program::{BulkColumn, Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::statement::{Conflict, ConflictAction, GivenColumn, Insert, KeyColumn};
use oxyde_ir::{Atomic, ColumnType, Output, Program};

use crate::cast;
use crate::dialect::{Bulk, Dialect};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::quote;
use crate::read_back::{KeyValue, ReadBack};
use crate::writer::{Scope, Writer, fragment, outputs_of, scalar_slot, step};

use super::clauses::{returns, row};
use super::sequence;

/// The maximum number of rows in the arrays of `unnest`, which keeps a message well below a gigabyte.
pub const ROWS_OF_ARRAYS: u32 = 1 << 16;
/// The maximum number of rows of one `VALUES`.
const ROWS_OF_VALUES: u32 = 1 << 10;

pub fn program(insert: &Insert, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if insert.columns.is_empty() {
        return malformed("an insert of many rows without columns");
    }
    let reads_back = !insert.returning.is_empty() && !returns(dialect);
    let mut steps: Vec<Step> = sequence::raise(insert, dialect)?.into_iter().collect();
    let changes = steps.len();
    if reads_back {
        let met = met_by(insert)?;
        let (last_insert_id, repeat, values) = if met.is_empty() { read_by(insert, dialect)? } else { given(insert, &met, dialect)? };
        let step = if last_insert_id { each_row(insert, dialect, params)? } else { rows(insert, dialect, params)? };
        steps.push(Step { last_insert_id, ..step });
        let back = row(insert, &values, repeat);
        // A row that is there already is read as it is now, not as it was when the transaction first looked.
        let back = if met.is_empty() { back } else { ReadBack { key: &met, locked: true, ..back } };
        steps.push(back.step(dialect, params)?);
    } else {
        let has_arrays = insert.columns.iter().any(|column| matches!(column.ty, ColumnType::Array { .. }));
        steps.push(match dialect.bulk {
            Bulk::Unnest if insert.copy && insert.returning.is_empty() && insert.conflict.is_none() => copied(insert, dialect, params)?,
            // `unnest` flattens an array of arrays.
            Bulk::Unnest if has_arrays => each_row(insert, dialect, params)?,
            Bulk::Unnest => unnest(insert, dialect, params)?,
            Bulk::EachRow => each_row(insert, dialect, params)?,
            Bulk::Rows => rows(insert, dialect, params)?,
        });
    }
    let result = steps.len() - 1;
    Ok(Program { bulk: columns(&insert.columns), result, changes, steps, atomic: Atomic::All, ..Program::default() })
}

/// Returns the bulk columns, whose values are passed as lists.
pub fn columns(given: &[GivenColumn]) -> Vec<BulkColumn> {
    given.iter().map(|column| BulkColumn { name: column.name.clone(), ty: column.ty.clone() }).collect()
}

/// Returns how rows are read back: by generated keys after one INSERT per row (first item true), or by the given keys.
fn read_by(insert: &Insert, dialect: &Dialect) -> Result<(bool, Repeat, Vec<KeyValue<'static>>)> {
    match (given(insert, &insert.key, dialect), insert.key.as_slice()) {
        (_, []) => dialect.unsupported_but("rows returned from tables without a primary key", "leave out returning=True"),
        (Err(_), [column]) if column.auto => Ok((true, Repeat::EachKey, vec![KeyValue::Slot(Origin::Key(0))])),
        (given, _) => given,
    }
}

/// The same by the key that was given.
fn given(insert: &Insert, key: &[KeyColumn], dialect: &Dialect) -> Result<(bool, Repeat, Vec<KeyValue<'static>>)> {
    let place = |key: &KeyColumn| insert.columns.iter().position(|column| column.name == key.name);
    let values: Option<Vec<KeyValue<'_>>> = key.iter().map(|key| Some(KeyValue::Slot(Origin::Bulk(place(key)? as u32)))).collect();
    match values {
        Some(values) => Ok((false, Repeat::EachRow, values)),
        None => dialect.unsupported_but("rows returned by a key that a server default fills in", "give the key a default_factory"),
    }
}

/// The key by which rows may meet others, which they update; empty for other inserts.
fn met_by(insert: &Insert) -> Result<Vec<KeyColumn>> {
    let Some(Conflict { target, action: ConflictAction::Update { .. }, .. }) = &insert.conflict else { return Ok(Vec::new()) };
    let column = |name: &String| insert.columns.iter().find(|column| column.name == *name);
    let key =
        |column: &GivenColumn| KeyColumn { name: column.name.clone(), ty: column.ty.clone(), auto: false, db_type: column.db_type.clone() };
    match target.iter().map(|name| column(name).map(key)).collect() {
        Some(key) => Ok(key),
        None => malformed("a conflict on a column that no row gives"),
    }
}

pub fn slot(index: usize, column: &GivenColumn, form: Form) -> Slot {
    Slot { origin: Origin::Bulk(index as u32), ty: column.ty.clone(), form }
}

/// Returns `INSERT ... SELECT * FROM unnest(arrays)`. The returned rows are in the order of the arrays.
fn unnest(insert: &Insert, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
    let text = fragment(dialect, params, Scope::BARE, |writer| {
        writer.insert_into(insert)?;
        let ordered = !insert.returning.is_empty();
        writer.push(" SELECT ");
        if ordered {
            writer.separated(&insert.columns, |writer, column| writer.identifier(&column.name))?;
        } else {
            writer.push("*");
        }
        writer.push(" FROM ");
        arrays(writer, insert, ordered)?;
        if ordered {
            writer.push(" AS ");
            writer.identifier("rows")?;
            writer.push(" (");
            writer.separated(&insert.columns, |writer, column| writer.identifier(&column.name))?;
            writer.push(", ");
            writer.identifier(&ordinal(insert))?;
            writer.push(") ORDER BY ");
            writer.identifier(&ordinal(insert))?;
        }
        writer.ending(insert)
    })?;
    let step = step(text, Some(outputs_of(&insert.returning, &insert.table.name)));
    Ok(Step { repeat: Repeat::Chunks { rows: ROWS_OF_ARRAYS }, ..step })
}

/// Returns the step that sends the rows by `COPY`.
fn copied(insert: &Insert, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
    let copy = fragment(dialect, params, Scope::BARE, |writer| {
        writer.push("COPY ");
        writer.table(&insert.table)?;
        writer.push(" (");
        writer.separated(&insert.columns, |writer, column| writer.identifier(&column.name))?;
        writer.word(") FROM STDIN (FORMAT binary)")
    })?;
    let one = fragment(dialect, params, Scope::BARE, |writer| {
        writer.insert_into(insert)?;
        writer.push(" VALUES (");
        writer.separated(insert.columns.iter().enumerate(), |writer, (index, column)| {
            writer.placeholder(slot(index, column, Form::Scalar))
        })?;
        writer.word(")")
    })?;
    let text = Text::Copy { copy: copy.text, insert: one };
    Ok(Step { text, repeat: Repeat::Chunks { rows: ROWS_OF_ARRAYS }, ..step(Fragment::default(), Some(Vec::new())) })
}

/// Writes `unnest(...)` of one array per column; `ordered` adds the ordinality of each row.
pub fn arrays(writer: &mut Writer<'_>, insert: &Insert, ordered: bool) -> Result<()> {
    writer.push("unnest(");
    writer.separated(insert.columns.iter().enumerate(), |writer, (index, column)| {
        writer.placeholder(slot(index, column, Form::Array))?;
        let name = item_type(column, insert.table.schema.as_deref(), writer.dialect)?;
        writer.word(&format!("::{name}[]"))
    })?;
    writer.word(if ordered { ") WITH ORDINALITY" } else { ")" })
}

/// Returns a name for the ordinality that no column has.
pub fn ordinal(insert: &Insert) -> String {
    let mut name = "ordinality".to_owned();
    while insert.columns.iter().any(|column| column.name == name) {
        name.push('_');
    }
    name
}

/// Returns the item type of a column's array, for the cast.
pub fn item_type(column: &GivenColumn, schema: Option<&str>, dialect: &Dialect) -> Result<String> {
    if let Some(db_type) = &column.db_type {
        return bare(quote::sql(db_type)?);
    }
    if let ColumnType::Enum { name, .. } = &column.ty {
        let mut text = String::new();
        quote::qualified(&mut text, dialect, schema, name)?;
        return Ok(text);
    }
    match cast::suffix(dialect, &column.ty)? {
        Some(suffix) => Ok(suffix.trim_start_matches(':').to_owned()),
        None => malformed(format!("column {:?} has no type", column.name)),
    }
}

/// Returns a declared type without its length, because a cast to a length truncates silently, whereas an assignment
/// raises an error. A serial type becomes an integer type.
fn bare(db_type: &str) -> Result<String> {
    let mut name = String::new();
    let mut depth = 0;
    for c in db_type.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if depth == 0 => name.push(c),
            _ => {}
        }
    }
    if depth != 0 {
        return malformed(format!("the type {db_type:?} has unbalanced parentheses"));
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    Ok(match words.join(" ").to_ascii_lowercase().as_str() {
        "char" | "character" => "bpchar".to_owned(),
        "bit" => "varbit".to_owned(),
        "smallserial" | "serial2" => "smallint".to_owned(),
        "serial" | "serial4" => "integer".to_owned(),
        "bigserial" | "serial8" => "bigint".to_owned(),
        _ => words.join(" "),
    })
}

/// Returns a step that inserts one row at a time.
fn each_row(insert: &Insert, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
    let text = fragment(dialect, params, Scope::BARE, |writer| {
        writer.insert_into(insert)?;
        writer.push(" VALUES ");
        values_of_slots(writer, insert)?;
        writer.ending(insert)
    })?;
    Ok(Step { repeat: Repeat::EachRow, ..step(text, Some(returned(insert, dialect))) })
}

/// `(values)` of the statement of one row.
pub fn values_of_slots(writer: &mut Writer<'_>, insert: &Insert) -> Result<()> {
    writer.push("(");
    writer.separated(insert.columns.iter().enumerate(), |writer, (index, column)| {
        if writer.slot_to_keep(Origin::Bulk(index as u32), &column.ty, column.db_type.as_deref())? {
            return Ok(());
        }
        let uncast = column.db_type.is_some() || matches!(column.ty, ColumnType::Enum { .. });
        writer.assigned_slot(slot(index, column, Form::Scalar), uncast)
    })?;
    writer.word(")")
}

fn returned(insert: &Insert, dialect: &Dialect) -> Vec<Output> {
    if returns(dialect) { outputs_of(&insert.returning, &insert.table.name) } else { Vec::new() }
}

/// Returns a step with `VALUES` of many rows.
fn rows(insert: &Insert, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
    let head = fragment(dialect, params, Scope::BARE, |writer| {
        writer.insert_into(insert)?;
        writer.word(" VALUES ")
    })?;
    let row = fragment(dialect, params, Scope::BARE, |writer| row_of_slots(writer, insert))?;
    let tail = fragment(dialect, params, Scope::BARE, |writer| writer.ending(insert))?;
    repeated([head, row, tail], ", ", dialect, returned(insert, dialect))
}

/// Writes `(?, ?)`: the slots of one row.
pub fn row_of_slots(writer: &mut Writer<'_>, insert: &Insert) -> Result<()> {
    writer.push("(");
    writer.separated(insert.columns.iter().enumerate(), |writer, (index, column)| {
        if writer.slot_to_keep(Origin::Bulk(index as u32), &column.ty, column.db_type.as_deref())? {
            return Ok(());
        }
        writer.placeholder(scalar_slot(Origin::Bulk(index as u32), &column.ty))
    })?;
    writer.word(")")
}

/// Returns a step whose row is repeated as often as the server's limit of parameters allows.
pub fn repeated([head, row, tail]: [Fragment; 3], between: &'static str, dialect: &Dialect, outputs: Vec<Output>) -> Result<Step> {
    let beside = u32::try_from(head.slots.len() + tail.slots.len())?;
    let most = dialect.max_params.saturating_sub(beside) / u32::try_from(row.slots.len())?.max(1);
    if most == 0 {
        return dialect.unsupported_but("statements with so many parameters", "give in= a queryset, or split the statement");
    }
    let max_rows = 1 << most.min(ROWS_OF_VALUES).ilog2();
    let text = Text::Rows { head, row, between, tail, max_rows };
    Ok(Step { text, repeat: Repeat::Chunks { rows: max_rows }, ..step(Fragment::default(), Some(outputs)) })
}
