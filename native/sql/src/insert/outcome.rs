//! An insert that says what became of each row: it was inserted, or met a row that was updated or left alone.

use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step};
use oxyde_ir::statement::{Conflict, ConflictAction, GivenColumn, Insert, Rows};
use oxyde_ir::{Atomic, ColumnType, Output, Program};

use crate::dialect::{Bulk, Dialect, Returning};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::writer::{Scope, Writer, fragment, outputs_of, step};

use super::bulk::{ROWS_OF_ARRAYS, arrays, columns, item_type, ordinal, repeated, row_of_slots, slot, values_of_slots};
use super::conflict::EXCLUDED;
use super::sequence;

const SKIPPED: u8 = 0;
const INSERTED: u8 = 1;
const UPDATED: u8 = 2;

/// The rows of the arrays, and what was written of them.
const GIVEN: &str = "upsert_given";
const WRITTEN: &str = "upsert_written";
/// What the rows of a session met: whether the last one met a row, or marks of all that were met.
const MET: &str = "@oxyde_met";

pub fn program(insert: &Insert, alias: &str, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let upsert = Upsert::of(insert, alias, dialect)?;
    let mut steps: Vec<Step> = sequence::raise(insert, dialect)?.into_iter().collect();
    let has_arrays = insert.columns.iter().any(|column| matches!(column.ty, ColumnType::Array { .. }));
    match (dialect.bulk, dialect.returning) {
        (Bulk::Unnest, _) => {
            steps.push(if has_arrays { upsert.written_one_by_one(params)? } else { upsert.written(params)? });
            steps.push(upsert.joined(params)?);
        }
        (Bulk::EachRow, _) => {
            steps.push(upsert.foretold(params)?);
            steps.push(upsert.each_row(params)?);
            steps.push(upsert.read_each(Repeat::EachKey, params, |writer| {
                writer.placeholder(Slot { origin: Origin::Key(0), ty: ColumnType::Int, form: Form::Scalar })
            })?);
        }
        (Bulk::Rows, Returning::Full | Returning::InsertDelete) => {
            steps.push(reset("0"));
            steps.push(upsert.returned(params)?);
        }
        (Bulk::Rows, Returning::None) => {
            steps.push(reset("''"));
            steps.push(upsert.marked(params)?);
            steps.push(upsert.read_each(Repeat::EachRow, params, |writer| {
                writer.push("CASE WHEN LOCATE(");
                upsert.mark(writer)?;
                writer.word(&format!(", {MET}) > 0 THEN {} WHEN {MET} IS NOT NULL THEN {INSERTED} END", upsert.met()))
            })?);
        }
    }
    let result = steps.len() - 1;
    Ok(Program { bulk: columns(&insert.columns), result, changes: result, steps, atomic: Atomic::All, ..Program::default() })
}

fn reset(value: &str) -> Step {
    step(Fragment { text: format!("SET {MET} = {value}"), slots: Vec::new() }, Some(Vec::new()))
}

fn output() -> Output {
    Output { name: "outcome".to_owned(), ty: ColumnType::Int, nullable: false, table: String::new(), declared: false }
}

/// An insert with the columns of its unique key.
struct Upsert<'a> {
    insert: &'a Insert,
    conflict: &'a Conflict,
    alias: &'a str,
    key: Vec<(usize, &'a GivenColumn)>,
    dialect: &'static Dialect,
}

impl<'a> Upsert<'a> {
    fn of(insert: &'a Insert, alias: &'a str, dialect: &'static Dialect) -> Result<Self> {
        let (Rows::Many, Some(conflict)) = (&insert.rows, &insert.conflict) else {
            return malformed("outcomes of an insert of one row, or without conflicts");
        };
        let place = |name: &String| insert.columns.iter().enumerate().find(|(_, column)| column.name == *name);
        match conflict.target.iter().map(place).collect::<Option<Vec<_>>>() {
            Some(key) if !key.is_empty() => Ok(Self { insert, conflict, alias, key, dialect }),
            Some(_) | None => malformed("outcomes of an insert without the key that rows meet"),
        }
    }

    /// What becomes of a row that meets another one.
    fn met(&self) -> u8 {
        match self.conflict.action {
            ConflictAction::Nothing => SKIPPED,
            ConflictAction::Update { .. } => UPDATED,
        }
    }

    fn outputs(&self) -> Vec<Output> {
        let mut outputs = outputs_of(&self.insert.returning, &self.insert.table.name);
        outputs.push(output());
        outputs
    }

    fn fragment(&self, params: &mut Params, scope: Scope<'_>, write: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<Fragment> {
        fragment(self.dialect, params, scope, write)
    }

    /// All rows in arrays; keeps what became of each. A row that was updated was locked by this transaction before (`xmax`).
    fn written(&self, params: &mut Params) -> Result<Step> {
        let Self { insert, conflict, .. } = *self;
        let place = ordinal(insert);
        let text = self.fragment(params, Scope::BARE, |writer| {
            writer.push("WITH ");
            writer.identifier(GIVEN)?;
            writer.push(" AS (SELECT * FROM ");
            arrays(writer, insert, true)?;
            writer.push(" AS ");
            writer.identifier("rows")?;
            writer.push(" (");
            writer.separated(&insert.columns, |writer, column| writer.identifier(&column.name))?;
            writer.push(", ");
            writer.identifier(&place)?;
            writer.push(")), ");
            writer.identifier(WRITTEN)?;
            writer.push(" AS (");
            writer.insert_into(insert)?;
            writer.push(" SELECT ");
            writer.separated(&insert.columns, |writer, column| writer.identifier(&column.name))?;
            writer.push(" FROM ");
            writer.identifier(GIVEN)?;
            writer.push(" ORDER BY ");
            writer.identifier(&place)?;
            writer.conflict(insert, conflict)?;
            writer.push(" RETURNING ");
            writer.separated(self.key.iter().enumerate(), |writer, (number, (_, column))| {
                writer.identifier(&column.name)?;
                writer.push(" AS ");
                writer.identifier(&key_name(number))
            })?;
            writer.push(", xmax = 0 AS \"inserted\") SELECT CASE WHEN \"inserted\" THEN ");
            writer.push(&format!("{INSERTED} WHEN \"inserted\" IS NULL THEN {SKIPPED} ELSE {UPDATED} END::bigint FROM "));
            writer.identifier(GIVEN)?;
            writer.push(" LEFT JOIN ");
            writer.identifier(WRITTEN)?;
            let mut writer = writer.within(Scope::default());
            for (number, (_, column)) in self.key.iter().enumerate() {
                writer.push(if number == 0 { " ON " } else { " AND " });
                writer.column(WRITTEN, &key_name(number))?;
                writer.push(" = ");
                writer.column(GIVEN, &column.name)?;
            }
            writer.push(" ORDER BY ");
            writer.column(GIVEN, &place)
        })?;
        let repeat = Repeat::Chunks { rows: ROWS_OF_ARRAYS };
        Ok(Step { repeat, keep_keys: true, ..step(text, Some(vec![output()])) })
    }

    /// The same row by row, for arrays, of which none can be made.
    fn written_one_by_one(&self, params: &mut Params) -> Result<Step> {
        let Self { insert, conflict, .. } = *self;
        let text = self.fragment(params, Scope::BARE, |writer| {
            writer.push("WITH ");
            writer.identifier(WRITTEN)?;
            writer.push(" AS (");
            writer.insert_into(insert)?;
            writer.push(" VALUES ");
            values_of_slots(writer, insert)?;
            writer.conflict(insert, conflict)?;
            writer.push(&format!(" RETURNING CASE WHEN xmax = 0 THEN {INSERTED} ELSE {UPDATED} END::bigint AS \"outcome\")"));
            writer.push(" SELECT COALESCE((SELECT \"outcome\" FROM ");
            writer.identifier(WRITTEN)?;
            writer.word(&format!("), {SKIPPED})"))
        })?;
        Ok(Step { repeat: Repeat::EachRow, keep_keys: true, ..step(text, Some(vec![output()])) })
    }

    /// Reads the rows by their keys, beside what was kept.
    fn joined(&self, params: &mut Params) -> Result<Step> {
        let Self { insert, .. } = *self;
        let text = self.fragment(params, Scope::default(), |writer| {
            writer.push("SELECT ");
            writer.output_list(&insert.returning)?;
            writer.push(", ");
            writer.column(GIVEN, "outcome")?;
            writer.push(" FROM unnest(");
            writer.separated(&self.key, |writer, (index, column)| {
                writer.placeholder(slot(*index, column, Form::Array))?;
                let name = item_type(column, insert.table.schema.as_deref(), writer.dialect)?;
                writer.word(&format!("::{name}[]"))
            })?;
            writer.push(", ");
            writer.placeholder(Slot { origin: Origin::Key(0), ty: ColumnType::Int, form: Form::Array })?;
            writer.push("::bigint[]) WITH ORDINALITY AS ");
            writer.identifier(GIVEN)?;
            writer.push(" (");
            writer.separated(0..self.key.len(), |writer, number| writer.identifier(&key_name(number)))?;
            writer.push(", \"outcome\", \"place\") INNER JOIN ");
            writer.table_as(&insert.table, self.alias)?;
            for (number, (_, column)) in self.key.iter().enumerate() {
                writer.push(if number == 0 { " ON " } else { " AND " });
                writer.column(self.alias, &column.name)?;
                writer.push(" = ");
                writer.column(GIVEN, &key_name(number))?;
            }
            writer.push(" ORDER BY ");
            writer.column(GIVEN, "place")
        })?;
        Ok(Step { repeat: Repeat::Chunks { rows: ROWS_OF_ARRAYS }, ..step(text, Some(self.outputs())) })
    }

    /// What will become of each row, where nobody else writes before it is written.
    fn foretold(&self, params: &mut Params) -> Result<Step> {
        let Self { insert, conflict, alias, .. } = *self;
        let filter = match &conflict.action {
            ConflictAction::Update { filter, .. } => filter.as_deref(),
            ConflictAction::Nothing => None,
        };
        let text = self.fragment(params, Scope::default(), |writer| {
            writer.push("SELECT COALESCE((SELECT ");
            match filter {
                Some(filter) => writer.around("CASE WHEN ", filter, &format!(" THEN {UPDATED} ELSE {SKIPPED} END"))?,
                None => writer.push(&self.met().to_string()),
            }
            writer.push(" FROM ");
            writer.table_as(&insert.table, alias)?;
            if filter.is_some() {
                writer.push(", (SELECT ");
                writer.separated(insert.columns.iter().enumerate(), |writer, (index, column)| {
                    writer.slot(slot(index, column, Form::Scalar), false)?;
                    writer.push(" AS ");
                    writer.identifier(&column.name)
                })?;
                writer.push(") AS ");
                writer.identifier(EXCLUDED)?;
            }
            self.where_key(writer)?;
            writer.word(&format!("), {INSERTED})"))
        })?;
        Ok(Step { repeat: Repeat::EachRow, keep_keys: true, ..step(text, Some(vec![output()])) })
    }

    fn each_row(&self, params: &mut Params) -> Result<Step> {
        let Self { insert, conflict, .. } = *self;
        let text = self.fragment(params, Scope::BARE, |writer| {
            writer.insert_into(insert)?;
            writer.push(" VALUES ");
            values_of_slots(writer, insert)?;
            writer.conflict(insert, conflict)
        })?;
        Ok(Step { repeat: Repeat::EachRow, ..step(text, Some(Vec::new())) })
    }

    /// Reads each row by its key, and writes what became of it.
    fn read_each(&self, repeat: Repeat, params: &mut Params, outcome: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<Step> {
        let Self { insert, alias, .. } = *self;
        let text = self.fragment(params, Scope::default(), |writer| {
            writer.push("SELECT ");
            writer.output_list(&insert.returning)?;
            writer.push(", ");
            outcome(writer)?;
            writer.push(" FROM ");
            writer.table_as(&insert.table, alias)?;
            self.where_key(writer)?;
            // As it is now, not as it was when the transaction first looked.
            match self.dialect.bulk {
                Bulk::Rows => writer.word(" FOR UPDATE"),
                Bulk::Unnest | Bulk::EachRow => Ok(()),
            }
        })?;
        Ok(Step { repeat, ..step(text, Some(self.outputs())) })
    }

    /// ` WHERE` the row has the key of the one that is written.
    fn where_key(&self, writer: &mut Writer<'_>) -> Result<()> {
        for (number, (index, column)) in self.key.iter().enumerate() {
            writer.push(if number == 0 { " WHERE " } else { " AND " });
            writer.column(self.alias, &column.name)?;
            writer.push(" = ");
            if !writer.slot_to_keep(Origin::Bulk(*index as u32), &column.ty, column.db_type.as_deref())? {
                writer.slot(slot(*index, column, Form::Scalar), false)?;
            }
        }
        Ok(())
    }

    /// The rows are returned in order, each right after it was written, and with it whether it met another one.
    fn returned(&self, params: &mut Params) -> Result<Step> {
        self.listed(
            self.outputs(),
            params,
            |writer| {
                // Not a constant, which would be assigned once and for all.
                writer.word(&format!("{MET} := {MET} + 1"))
            },
            |writer| {
                writer.push(" RETURNING ");
                writer.output_list(&self.insert.returning)?;
                writer.word(&format!(", IF({MET} > 0, {} + ({MET} := {MET} - {MET}), {INSERTED})", self.met()))
            },
        )
    }

    /// Marks of the rows that were met are kept by the session.
    fn marked(&self, params: &mut Params) -> Result<Step> {
        self.listed(
            Vec::new(),
            params,
            |writer| {
                writer.push(&format!("{MET} := CONCAT({MET}, "));
                self.mark(writer)?;
                writer.word(")")
            },
            |_| Ok(()),
        )
    }

    /// A text that no row with another key has.
    fn mark(&self, writer: &mut Writer<'_>) -> Result<()> {
        writer.push("CONCAT(',', ");
        for (number, (_, column)) in self.key.iter().enumerate() {
            writer.push(if number == 0 { "HEX(" } else { ", ':', HEX(" });
            writer.column(self.alias, &column.name)?;
            writer.push(")");
        }
        writer.word(", ',')")
    }

    /// `VALUES` of many rows; `met` is evaluated for each that meets another one.
    fn listed(
        &self,
        outputs: Vec<Output>,
        params: &mut Params,
        met: impl FnOnce(&mut Writer<'_>) -> Result<()>,
        end: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> Result<Step> {
        let Self { insert, conflict, alias, .. } = *self;
        let head = self.fragment(params, Scope::BARE, |writer| {
            writer.insert_into(insert)?;
            writer.word(" VALUES ")
        })?;
        let row = self.fragment(params, Scope::BARE, |writer| row_of_slots(writer, insert))?;
        let tail = self.fragment(params, Scope::BARE, |writer| {
            writer.on_duplicate_key(insert, conflict, Some(alias), met)?;
            end(writer)
        })?;
        repeated([head, row, tail], ", ", self.dialect, outputs)
    }
}

fn key_name(number: usize) -> String {
    format!("key{number}")
}
