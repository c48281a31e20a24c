//! Statements as text, without a connection: their JSON, SQL and Arrow schema; and the tokens of SQL
//! text.

use oxyde_driver::Kind;
use oxyde_driver::effects::may_write;
use oxyde_driver::lexer::{self, tokens};
use oxyde_driver::request::{Run, runs, text};
use oxyde_engine::{Plan, refused};
use oxyde_ir::program::{Form, Origin, Repeat, Slot, Step};
use oxyde_ir::{Family, Statement, wire};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyEllipsis, PySlice, PyTuple};

use crate::arrow::{Conversion, schema_capsule};
use crate::error::{exception, of_kind};
use crate::params::convert;

/// Returns the canonical bytes of a statement given as JSON.
#[pyfunction]
pub fn canonical<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyBytes>> {
    let statement = wire::from_json(json).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &wire::encode(&statement)))
}

/// Returns a statement as JSON.
#[pyfunction]
pub fn describe(shape: &[u8]) -> PyResult<String> {
    Ok(wire::to_json(&decode(shape)?))
}

fn decode(shape: &[u8]) -> PyResult<Statement> {
    wire::decode(shape).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn family(dialect: &str) -> PyResult<Family> {
    Family::named(dialect).ok_or_else(|| {
        let known = Family::ALL.map(Family::name).join(", ");
        PyValueError::new_err(format!("there is no dialect {dialect:?}; the dialects are {known}"))
    })
}

/// Returns SQL text as pairs of kind and text; see `_native.pyi`.
#[pyfunction]
#[pyo3(signature = (sql, dialect = None))]
pub fn sql_tokens<'a>(sql: &'a str, dialect: Option<&str>) -> PyResult<Vec<(&'static str, &'a str)>> {
    let family = dialect.map(family).transpose()?;
    Ok(tokens(sql, family).map(|token| (name(token.kind), token.text)).collect())
}

/// Whether a statement that starts like a read may write; see `_native.pyi`.
#[pyfunction]
pub fn sql_may_write(sql: &str, dialect: &str) -> PyResult<bool> {
    Ok(may_write(sql, family(dialect)?))
}

const fn name(kind: lexer::Kind) -> &'static str {
    match kind {
        lexer::Kind::Space => "space",
        lexer::Kind::Comment => "comment",
        lexer::Kind::Quoted => "quoted",
        lexer::Kind::Word => "word",
        lexer::Kind::Number => "number",
        lexer::Kind::Named => "named",
        lexer::Kind::Position => "position",
        lexer::Kind::Mark => "mark",
        lexer::Kind::Foreign => "foreign",
        lexer::Kind::Other => "other",
    }
}

fn plan(py: Python<'_>, shape: &[u8], dialect: &str) -> PyResult<Plan> {
    let program =
        oxyde_sql::render(&decode(shape)?, oxyde_sql::dialect(family(dialect)?, None)).map_err(|error| exception(py, refused(&error)))?;
    Ok(Plan::new(program))
}

/// A statement of the server and the values of its placeholders.
type Rendered<'py> = (String, Vec<Bound<'py, PyAny>>);

/// Returns the steps of a statement as text; see `_native.pyi`.
#[pyfunction]
#[pyo3(signature = (shape, dialect, values = None))]
#[allow(clippy::needless_pass_by_value)] // pyo3 hands it over
pub fn render<'py>(py: Python<'py>, shape: &[u8], dialect: &str, values: Option<Bound<'py, PyTuple>>) -> PyResult<Vec<Rendered<'py>>> {
    let plan = plan(py, shape, dialect)?;
    let program = plan.program();
    let steps = || program.before.iter().chain(&program.steps).chain(&program.after);
    let once = Run { start: 0, rows: 1 };
    let Some(values) = values else {
        return Ok(steps().map(|step| (text(step, once).into_owned(), Vec::new())).collect());
    };
    let inputs = convert(&plan, &values)?;
    let mut rendered = Vec::new();
    for step in steps() {
        let runs = match step.repeat {
            Repeat::Once | Repeat::WherePossible | Repeat::Chunks { .. } => runs(step, inputs.bulk.as_ref(), None, usize::MAX),
            // One text for any number of rows; an insert of no rows sends no statement.
            Repeat::EachRow => inputs.bulk.iter().filter(|batch| batch.rows > 0).map(|batch| Run { start: 0, rows: batch.rows }).collect(),
            // The number of keys is unknown here.
            Repeat::EachKey => vec![once],
        };
        for run in runs {
            rendered.push((text(step, run).into_owned(), given(&plan, step, run, &values)?));
        }
    }
    Ok(rendered)
}

/// Returns the values of a run's placeholders, as the caller passed them.
fn given<'py>(plan: &Plan, step: &Step, run: Run, values: &Bound<'py, PyTuple>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let repetitions = match step.repeat {
        Repeat::EachRow => run.rows,
        Repeat::Once | Repeat::WherePossible | Repeat::Chunks { .. } | Repeat::EachKey => 1,
    };
    let mut found = Vec::with_capacity(repetitions * step.text.count(run.rows));
    for repetition in 0..repetitions {
        for (slot, row) in step.text.slots(run.rows) {
            found.push(value(plan, slot, run, run.start + repetition + row, values)?);
        }
    }
    Ok(found)
}

fn value<'py>(plan: &Plan, slot: &Slot, run: Run, row: usize, values: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
    match slot.origin {
        Origin::Param(index) => values.get_item(index as usize),
        Origin::Member { index, member } => {
            let list = values.get_item(index as usize)?;
            list.get_item((member as usize).min(list.len()?.saturating_sub(1)))
        }
        Origin::Bulk(index) => {
            let column = values.get_item(plan.program().params.len() + index as usize)?;
            match slot.form {
                Form::Array | Form::JsonArray => {
                    column.get_item(PySlice::new(values.py(), run.start as isize, (run.start + run.rows) as isize, 1))
                }
                Form::Scalar | Form::Pattern { .. } | Form::Bound { .. } | Form::Spelling(_) => column.get_item(row),
            }
        }
        // Only the server knows the value.
        Origin::Key(_) => Ok(PyEllipsis::get(values.py()).to_owned().into_any()),
    }
}

/// Returns the schema of a statement's rows.
#[pyfunction]
pub fn arrow_schema<'py>(py: Python<'py>, shape: &[u8], dialect: &str) -> PyResult<Bound<'py, PyCapsule>> {
    let plan = plan(py, shape, dialect)?;
    let conversion = plan.outputs().and_then(Conversion::announced).ok_or_else(|| {
        of_kind(py, Kind::Unsupported, "the columns of raw SQL are known only once it has run: read the stream for its schema")
    })?;
    schema_capsule(py, &conversion.schema)
}
