//! Values beside a shape become values of the core, exactly or not at all; nothing has been sent when one is refused.

mod bulk;
pub mod number;
pub mod scalar;
pub mod temporal;

use oxyde_driver::{Error, Kind};
use oxyde_engine::{Inputs, Plan};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::error::{exception, of_kind};

/// Why a value was refused.
pub enum Refusal {
    Python(PyErr),
    Unfit(String),
}

impl From<PyErr> for Refusal {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl Refusal {
    fn at(self, py: Python<'_>, place: &str) -> PyErr {
        match self {
            Self::Python(error) => error,
            Self::Unfit(reason) => of_kind(py, Kind::FieldValue, format!("{place}: {reason}")),
        }
    }
}

/// The values beside a plan's shape: scalars by parameter, then one list for each column of a bulk insert.
pub fn convert(plan: &Plan, values: &Bound<'_, PyTuple>) -> PyResult<Inputs> {
    let py = values.py();
    let program = plan.program();
    let expected = program.params.len() + program.bulk.len();
    if values.len() != expected {
        return Err(of_kind(py, Kind::Field, format!("the statement takes {expected} values, {} were given", values.len())));
    }
    let mut params = Vec::with_capacity(program.params.len());
    for (index, (ty, given)) in program.params.iter().zip(values).enumerate() {
        let value = plan.list_item(index).map_or_else(|| scalar::value(ty, &given), |item| scalar::list(item, &given));
        params.push(value.map_err(|refusal| refusal.at(py, &format!("parameter {}", index + 1)))?);
    }
    let bulk = if program.bulk.is_empty() { None } else { Some(bulk::batch(&program.bulk, values, program.params.len())?) };
    Ok(Inputs { params, bulk })
}

/// A value of the wrong type. Its contents stay out of the message: they may be a secret.
fn mismatch(expected: &str, given: &Bound<'_, PyAny>) -> Refusal {
    match given.get_type().name() {
        Ok(name) => Refusal::Unfit(format!("{expected} expected, {name} given")),
        Err(error) => Refusal::Python(error),
    }
}

/// A list of a bulk insert that cannot be taken.
fn wrong_column(py: Python<'_>, column: &str, row: usize, refusal: Refusal) -> PyErr {
    match refusal {
        Refusal::Python(error) => error,
        Refusal::Unfit(reason) => {
            let mut error = Error::new(Kind::FieldValue, format!("column {column:?}, row {}: {reason}", row + 1));
            error.detail.column = Some(column.to_owned());
            exception(py, error)
        }
    }
}

/// The members of a list or tuple.
fn members<'py>(given: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = given.cast::<PyList>() {
        return Some(list.iter().collect());
    }
    given.cast::<PyTuple>().ok().map(|tuple| tuple.iter().collect())
}
