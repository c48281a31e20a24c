//! Encodes the parameters of a statement.

use oxyde_ir::program::{Form, Slot};
use oxyde_ir::{ColumnType, Value};
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::mysql::{MySqlArguments, MySqlTypeInfo};
use sqlx::types::BigDecimal;
use sqlx::{Arguments, MySql, Type};

use crate::error::{Error, Kind, Result};
use crate::iso;
use crate::request::{Request, Run};
use crate::slot;

/// Returns the arguments of one run.
pub fn arguments(request: &Request<'_>, run: Run) -> Result<MySqlArguments> {
    let count = request.step.text.count(run.rows);
    let mut arguments = MySqlArguments::default();
    arguments.reserve(count, count * 16);
    for (slot, row) in request.step.text.slots(run.rows) {
        let value = request.scalar(slot.origin, run.start + row);
        add(&mut arguments, &value, slot).map_err(|fault| fault.at(request, slot))?;
    }
    Ok(arguments)
}

/// Why a value cannot be sent.
enum Fault {
    Value(String),
    /// The statement was compiled for another server.
    Form,
    Driver(BoxDynError),
}

impl Fault {
    fn at(self, request: &Request<'_>, slot: &Slot) -> Error {
        let place = request.place(slot);
        match self {
            Self::Value(reason) => request.misfit(slot, &reason),
            Self::Form => Error::new(Kind::Internal, format!("{place} has a form that MySQL does not know: {:?}", slot.form)),
            Self::Driver(reason) => Error::new(Kind::Internal, format!("{place} cannot be sent: {reason}")),
        }
    }
}

/// A decimal sent with its own type: sent as text, it would be compared as a float.
struct Digits<'a>(&'a str);

impl Type<MySql> for Digits<'_> {
    fn type_info() -> MySqlTypeInfo {
        <BigDecimal as Type<MySql>>::type_info()
    }
}

impl<'q> Encode<'q, MySql> for Digits<'q> {
    fn encode_by_ref(&self, buffer: &mut Vec<u8>) -> std::result::Result<IsNull, BoxDynError> {
        <&str as Encode<'q, MySql>>::encode_by_ref(&self.0, buffer)
    }
}

/// The digits before and after the point of a decimal column without declared precision.
const UNBOUNDED: (usize, usize) = (35, 30);

/// Precision and scale of a decimal in an expression, which is not stored in a column.
const WIDEST: (u16, u16) = (65, 38);
const WIDEST_DIGITS: (usize, usize) = (65, 38);

/// The server would round excess digits silently.
fn check_digits(value: &str, most: (usize, usize)) -> std::result::Result<(), Fault> {
    let (whole, part) = value.trim_start_matches('-').split_once('.').unwrap_or((value.trim_start_matches('-'), ""));
    if whole.trim_start_matches('0').len() > most.0 || part.trim_end_matches('0').len() > most.1 {
        let reason = format!("the decimal has more than {} digits before the point or {} after it, MySQL's most", most.0, most.1);
        return Err(Fault::Value(reason));
    }
    Ok(())
}

fn add(arguments: &mut MySqlArguments, value: &Value, slot: &Slot) -> std::result::Result<(), Fault> {
    if let (Value::Decimal(digits), ColumnType::Decimal { precision, scale }) = (value, &slot.ty) {
        match (precision, scale) {
            (Some(precision), Some(scale)) if (*precision, *scale) == WIDEST => check_digits(digits, WIDEST_DIGITS)?,
            (Some(_), _) => {}
            (None, _) => check_digits(digits, UNBOUNDED)?,
        }
    }
    match (slot.form, value) {
        (Form::Scalar, _) | (Form::Pattern { .. }, Value::Null) => scalar(arguments, value),
        (Form::Pattern { syntax, before, after }, Value::Text(text)) => {
            arguments.add(slot::pattern(text, syntax, before, after)).map_err(Fault::Driver)
        }
        (Form::Spelling(_), Value::Null) => scalar(arguments, value),
        (Form::Spelling(number), Value::Uuid(uuid)) => match slot::of_uuid(*uuid, number).ok_or(Fault::Form)? {
            slot::Uuid::Text(text) => arguments.add(text).map_err(Fault::Driver),
            slot::Uuid::Bytes(bytes) => arguments.add(bytes.as_slice()).map_err(Fault::Driver),
        },
        (Form::Pattern { .. } | Form::Array | Form::JsonArray | Form::Bound { .. } | Form::Spelling(_), _) => Err(Fault::Form),
    }
}

fn scalar(arguments: &mut MySqlArguments, value: &Value) -> std::result::Result<(), Fault> {
    let calendar = || Fault::Value("the date is outside the years 0 to 9999".to_owned());
    match value {
        Value::Null => arguments.add(None::<&str>),
        Value::Bool(value) => arguments.add(i8::from(*value)),
        Value::Int(value) | Value::Duration(value) => arguments.add(*value),
        Value::Float(value) if value.is_finite() => arguments.add(*value),
        Value::Float(value) => return Err(Fault::Value(format!("MySQL cannot hold the float {value}"))),
        Value::Text(value) | Value::Json(value) => arguments.add(value.as_str()),
        Value::Bytes(value) => arguments.add(value.as_slice()),
        Value::Decimal(value) if value.bytes().any(|byte| byte.is_ascii_digit()) => arguments.add(Digits(value)),
        Value::Decimal(value) => return Err(Fault::Value(format!("MySQL cannot hold the decimal {value}"))),
        Value::Date(value) => arguments.add(iso::date(*value).ok_or_else(calendar)?),
        Value::Time(value) => {
            arguments.add(iso::time(*value).ok_or_else(|| Fault::Value(format!("{value} microseconds are no time of day")))?)
        }
        Value::TimeTz(..) => return Err(Fault::Value("MySQL has no time of day with zone".to_owned())),
        Value::Datetime(value) | Value::DatetimeTz(value) => arguments.add(iso::datetime(*value, ' ').ok_or_else(calendar)?),
        Value::Uuid(value) => arguments.add(slot::uuid(*value)),
        Value::Array(_) => arguments.add(slot::json(value).map_err(Fault::Value)?),
    }
    .map_err(Fault::Driver)
}
