//! Columns without a type become columns of one type, so that Arrow can take them.

use oxyde_driver::{Column, Data, TextColumn};
use oxyde_ir::Value;

use super::misfit::Misfit;
use super::target::Target;

/// The values as a column of `target`; an error at the first that is of another type.
pub fn narrow(values: Vec<Value>, target: &Target) -> Result<Column, Misfit> {
    let mut column = Column::new("", Data::Bool(Vec::new()));
    for (row, value) in values.iter().enumerate() {
        column.mark(row + 1, !matches!(value, Value::Null));
    }
    /// One typed vector: NULL becomes a zero, the named variant its contents, everything else an error.
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
        Target::Float64 => Data::Float64(each!(Float)),
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
        Target::Int16 | Target::Int32 | Target::UInt64 | Target::Float32 | Target::Decimal128(..) => {
            return Err(Misfit { row: None, reason: format!("a column without a type where {} was announced", target.data_type()) });
        }
    };
    Ok(column)
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
    (row, format!("{found} where {} came before: cast the column to one type in SQL", target.data_type())).into()
}
