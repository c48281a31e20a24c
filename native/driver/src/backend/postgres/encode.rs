//! Encodes the parameters of a statement, each as the type that the server reports for it.

use oxyde_ir::program::{Form, Origin, Repeat, Slot};
use oxyde_ir::{ColumnType, Value};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, Postgres};
use sqlx::{Arguments, Encode, Type, TypeInfo};

use super::cell::{Cell, Cells};
use super::wire::Shape;
use super::write::{self, Fault};
use crate::error::{Error, Kind, Result};
use crate::request::{Request, Run};
use crate::slot;

/// Signature, flags, and the length of an extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// The protocol counts parameters in 16 bits.
const MAX_PARAMETERS: usize = 65_535;

/// Returns the number of placeholders of one run, or an error if the protocol does not allow that many.
pub fn count(request: &Request<'_>, run: Run) -> Result<usize> {
    let count = request.step.text.count(run.rows);
    if count > MAX_PARAMETERS {
        let message = format!("the statement has {count} parameters; PostgreSQL takes at most {MAX_PARAMETERS}");
        return Err(Error::new(Kind::Field, message).with_hint("send the values as a list for one array parameter: = ANY($1)"));
    }
    Ok(count)
}

/// Returns the arguments of one run.
pub fn arguments(request: &Request<'_>, run: Run, types: &[PgTypeInfo]) -> Result<PgArguments> {
    let given = count(request, run)?;
    if types.len() != given {
        let taken = types.len();
        let message =
            format!("the statement has {taken} placeholders, but {given} values were given; give one value for each of $1, $2, ...");
        return Err(Error::new(Kind::Field, message));
    }
    let mut arguments = PgArguments::default();
    arguments.reserve(given, given * 16);
    for ((slot, row), info) in request.step.text.slots(run.rows).zip(types) {
        add(&mut arguments, request, slot, run, run.start + row, info)?;
    }
    Ok(arguments)
}

fn add(arguments: &mut PgArguments, request: &Request<'_>, slot: &Slot, run: Run, row: usize, info: &PgTypeInfo) -> Result<()> {
    let declared = slot.ty != ColumnType::Any;
    let sent = |cell| Sent { cell, shape: Shape::of(info), oid: info.oid().unwrap_or(Oid(0)), declared };
    let added = match slot.form {
        Form::Scalar => arguments.add(sent(scalar(request, slot.origin, row))),
        Form::Array => arguments.add(sent(list(request, slot.origin, run, row))),
        Form::Pattern { syntax, before, after } => {
            // A pattern that is not text is refused like any other wrong value.
            let cell = scalar(request, slot.origin, row);
            let text = if let Cell::Text(text) = cell { Some(String::from_utf8_lossy(text)) } else { None };
            let pattern = text.map(|text| slot::pattern(&text, syntax, before, after));
            arguments.add(sent(pattern.as_ref().map_or(cell, |pattern| Cell::Text(pattern.as_bytes()))))
        }
        form @ (Form::JsonArray | Form::Bound { .. } | Form::Spelling(_)) => {
            return Err(Error::new(Kind::Internal, format!("{} has a form that PostgreSQL does not know: {form:?}", request.place(slot))));
        }
    };
    added.map_err(|fault| explain(&fault, request, slot, row, info))
}

/// Returns rows in the binary form of COPY.
pub fn copied(request: &Request<'_>, slots: &[Slot], run: Run, types: &[PgTypeInfo]) -> Result<Vec<u8>> {
    let width = i16::try_from(slots.len()).ok().filter(|_| slots.len() == types.len());
    let width = width.ok_or_else(|| Error::new(Kind::Internal, "COPY of other columns than there are values"))?.to_be_bytes();
    let shapes: Vec<(Shape, &PgTypeInfo)> = types.iter().map(|info| (Shape::of(info), info)).collect();
    let mut buffer = PgArgumentBuffer::default();
    buffer.reserve(run.rows * slots.len() * 16);
    buffer.extend_from_slice(COPY_HEADER);
    for row in run.start..run.start + run.rows {
        buffer.extend_from_slice(&width);
        for (slot, (shape, info)) in slots.iter().zip(&shapes) {
            let start = buffer.len();
            buffer.extend_from_slice(&(-1_i32).to_be_bytes());
            let cell = scalar(request, slot.origin, row);
            let declared = slot.ty != ColumnType::Any;
            let written =
                write::value(*shape, &cell, declared, &mut buffer).map_err(|fault| explain(&fault.into(), request, slot, row, info))?;
            if written {
                let length = i32::try_from(buffer.len() - start - 4).map_err(|_| request.misfit(slot, "a gigabyte is too much"))?;
                buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
            }
        }
    }
    buffer.extend_from_slice(&(-1_i16).to_be_bytes());
    Ok(std::mem::take(&mut *buffer))
}

fn scalar<'a>(request: &Request<'a>, origin: Origin, row: usize) -> Cell<'a> {
    match origin {
        Origin::Param(index) => Cell::of(&request.params[index as usize]),
        Origin::Member { index, member } => {
            let list = &request.params[index as usize];
            let Value::Array(members) = list else { return Cell::of(list) };
            members.get(member as usize).or(members.last()).map_or(Cell::Null, Cell::of)
        }
        Origin::Bulk(column) => request.bulk.map_or(Cell::Null, |batch| Cell::at(&batch.columns[column as usize], row)),
        Origin::Key(column) => request.keys.map_or(Cell::Null, |batch| Cell::at(&batch.columns[column as usize], row)),
    }
}

/// Returns the rows of the run, the keys of these rows (or, in a step that runs once, all keys), or the list that the parameter is.
fn list<'a>(request: &Request<'a>, origin: Origin, run: Run, row: usize) -> Cell<'a> {
    match origin {
        Origin::Bulk(column) => request
            .bulk
            .map_or(Cell::Null, |batch| Cell::List(Cells::Rows(&batch.columns[column as usize], run.start, run.start + run.rows))),
        Origin::Key(column) => request.keys.map_or(Cell::Null, |batch| {
            let (start, end) = match request.step.repeat {
                Repeat::Chunks { .. } => (run.start, run.start + run.rows),
                Repeat::Once | Repeat::WherePossible | Repeat::EachRow | Repeat::EachKey => (0, batch.rows),
            };
            Cell::List(Cells::Rows(&batch.columns[column as usize], start, end))
        }),
        Origin::Param(_) | Origin::Member { .. } => scalar(request, origin, row),
    }
}

fn explain(fault: &BoxDynError, request: &Request<'_>, slot: &Slot, row: usize, info: &PgTypeInfo) -> Error {
    let (place, name) = (request.place(slot), info.name().to_lowercase());
    let mut error = match fault.downcast_ref() {
        Some(Fault::Value(reason)) => {
            let error = Error::new(Kind::FieldValue, format!("{place} of type {name}: {reason}"));
            match scalar(request, slot.origin, row).own_type().filter(|own| *own != name) {
                Some(own) => error.with_hint(format!("give a value of the type, or say what this one is: CAST($1 AS {own})")),
                None => error,
            }
        }
        Some(Fault::Type) => return unsendable(request, slot, &name),
        None => Error::new(Kind::FieldValue, format!("{place} of type {name} cannot be sent: {fault}")),
    };
    error.detail.column = request.column(slot.origin).map(|column| column.name.clone());
    error
}

/// Returns the error for a slot of a type that no value can be sent for.
pub fn unsendable(request: &Request<'_>, slot: &Slot, type_name: &str) -> Error {
    let message = format!("{} is of type {type_name}, for which no value can be sent", request.place(slot));
    let mut error = Error::new(Kind::Unsupported, message).with_hint(format!("cast it from text: CAST(CAST($1 AS text) AS {type_name})"));
    error.detail.column = request.column(slot.origin).map(|column| column.name.clone());
    error
}

/// A value together with the type it is encoded for.
struct Sent<'a> {
    cell: Cell<'a>,
    shape: Shape,
    oid: Oid,
    declared: bool,
}

impl Encode<'_, Postgres> for Sent<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> std::result::Result<IsNull, BoxDynError> {
        let written = write::value(self.shape, &self.cell, self.declared, buffer)?;
        Ok(if written { IsNull::No } else { IsNull::Yes })
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(self.oid))
    }
}

impl Type<Postgres> for Sent<'_> {
    fn type_info() -> PgTypeInfo {
        // `produces` returns the type of each value.
        PgTypeInfo::with_oid(Oid(0))
    }
}
