//! Converts columns without a type to columns of a single type, as Arrow requires.

use oxyde_driver::{Column, Data, TextColumn};
use oxyde_ir::Value;

use super::decimal;
use super::misfit::Misfit;
use super::target::Target;

/// Returns the values as a column of `target`, or an error at the first value of another type.
pub fn narrow(values: Vec<Value>, target: &Target) -> Result<Column, Misfit> {
    let mut column = Column::new("", Data::Bool(Vec::new()));
    for (row, value) in values.iter().enumerate() {
        column.mark(row + 1, !matches!(value, Value::Null));
    }
    /// A typed vector: NULL becomes zero, the named variant its content, everything else an error.
    macro_rules! each {
        ($variant:ident) => {
            values
                .into_iter()
                .enumerate()
                .map(|(row, value)| match value {
                    Value::Null => Ok(Default::default()),
                    Value::$variant(inner) => Ok(inner),
                    other => Err(misfit(row, &other, target)),
                })
                .collect::<Result<_, Misfit>>()?
        };
    }
    column.data = match target {
        Target::Bool => Data::Bool(each!(Bool)),
        Target::Int64 => Data::Int64(each!(Int)),
        Target::Float64 => Data::Float64(floats(values, target)?),
        Target::Decimal128(precision, scale) => {
            Data::Decimal { values: decimals(values, target, *precision, *scale)?, precision: *precision, scale: *scale }
        }
        Target::Date => Data::Date(each!(Date)),
        Target::Time => Data::Time(each!(Time)),
        Target::Datetime => Data::Datetime(each!(Datetime)),
        Target::DatetimeTz => Data::DatetimeTz(each!(DatetimeTz)),
        Target::Duration => Data::Duration(each!(Duration)),
        Target::Uuid => Data::Uuid(each!(Uuid)),
        Target::Utf8 => Data::Text(texts(values, target)?),
        Target::Json => Data::Json(texts(values, target)?),
        Target::Dictionary => Data::Enum(texts(values, target)?),
        Target::Binary => Data::Bytes(texts(values, target)?),
        Target::List(item) => {
            let rows: Vec<Vec<Value>> = each!(Array);
            let mut offsets = vec![0];
            for (row, members) in rows.iter().enumerate() {
                let end = offsets[row] + i32::try_from(members.len()).map_err(|_| Misfit::from((row, "a list too long".to_owned())))?;
                offsets.push(end);
            }
            Data::List { offsets, items: Box::new(narrow(rows.into_iter().flatten().collect(), item)?) }
        }
        Target::Null => {
            if let Some((row, value)) = values.iter().enumerate().find(|(_, value)| !matches!(value, Value::Null)) {
                return Err(misfit(row, value, target));
            }
            column.valid = Some(vec![false; values.len()]);
            Data::Bool(vec![false; values.len()])
        }
        Target::Int16 | Target::Int32 | Target::UInt64 | Target::Float32 => {
            return Err(Misfit::of_all(format!("a column without a type where {} was announced", target.data_type())));
        }
    };
    Ok(column)
}

/// Converts integers among floats, if that is exact.
fn floats(values: Vec<Value>, target: &Target) -> Result<Vec<f64>, Misfit> {
    let float = |(row, value)| match value {
        Value::Null => Ok(0.0),
        Value::Float(value) => Ok(value),
        Value::Int(value) => exact(row, value),
        other @ (Value::Bool(_)
        | Value::Text(_)
        | Value::Bytes(_)
        | Value::Decimal(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::TimeTz(..)
        | Value::Datetime(_)
        | Value::DatetimeTz(_)
        | Value::Duration(_)
        | Value::Uuid(_)
        | Value::Json(_)
        | Value::Array(_)) => Err(misfit(row, &other, target)),
    };
    values.into_iter().enumerate().map(float).collect()
}

/// Converts an integer to a float, if that is exact.
pub fn exact(row: usize, value: i64) -> Result<f64, Misfit> {
    let float = value as f64;
    if float as i128 == i128::from(value) {
        Ok(float)
    } else {
        Err(Misfit::mixed(Some(row), format!("{value} among floats, and no float is that number")))
    }
}

fn decimals(values: Vec<Value>, target: &Target, precision: u8, scale: i8) -> Result<Vec<i128>, Misfit> {
    let unscaled = |(row, value)| match value {
        Value::Null => Ok(0),
        Value::Decimal(text) => decimal::unscaled(&text, precision, scale).map_err(|reason| Misfit::from((row, reason))),
        other @ (Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Bytes(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::TimeTz(..)
        | Value::Datetime(_)
        | Value::DatetimeTz(_)
        | Value::Duration(_)
        | Value::Uuid(_)
        | Value::Json(_)
        | Value::Array(_)) => Err(misfit(row, &other, target)),
    };
    values.into_iter().enumerate().map(unscaled).collect()
}

fn texts(values: Vec<Value>, target: &Target) -> Result<TextColumn, Misfit> {
    let mut column = TextColumn::default();
    for (row, value) in values.into_iter().enumerate() {
        let bytes = match (target, value) {
            (_, Value::Null) => Vec::new(),
            (Target::Utf8 | Target::Dictionary, Value::Text(text))
            | (Target::Utf8, Value::Decimal(text))
            | (Target::Json, Value::Json(text)) => text.into_bytes(),
            (Target::Binary, Value::Bytes(bytes)) => bytes,
            (_, other) => return Err(misfit(row, &other, target)),
        };
        if !column.push(&bytes) {
            return Err((row, "more than 2 GiB in one batch".to_owned()).into());
        }
    }
    Ok(column)
}

fn misfit(row: usize, value: &Value, target: &Target) -> Misfit {
    let found = Target::of_data(&Data::Dynamic(vec![value.clone()])).map_or_else(|reason| reason, |found| found.data_type().to_string());
    Misfit::mixed(Some(row), format!("{found} where {} came before", target.data_type()))
}
