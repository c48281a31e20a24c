//! Reads single values from columns.

use oxyde_ir::Value;

use super::{Column, Data};
use crate::decimal;

impl Column {
    /// Returns the value of a row, as it would be sent to a server. Integers of every width become `Int`;
    /// unsigned ones beyond its range become `Decimal`.
    pub fn value(&self, row: usize) -> Value {
        if !self.is_valid(row) {
            return Value::Null;
        }
        match &self.data {
            Data::Bool(v) => Value::Bool(v[row]),
            Data::Int16(v) => Value::Int(v[row].into()),
            Data::Int32(v) => Value::Int(v[row].into()),
            Data::Int64(v) => Value::Int(v[row]),
            Data::UInt64(v) => i64::try_from(v[row]).map_or_else(|_| Value::Decimal(v[row].to_string()), Value::Int),
            Data::Float32(v) => Value::Float(v[row].into()),
            Data::Float64(v) => Value::Float(v[row]),
            Data::Text(v) | Data::Enum(v) => Value::Text(utf8(v.get(row))),
            Data::Json(v) => Value::Json(utf8(v.get(row))),
            Data::Bytes(v) => Value::Bytes(v.get(row).to_vec()),
            Data::Decimal { values, scale, .. } => Value::Decimal(decimal::text(values[row], *scale)),
            Data::DecimalText { values, .. } => Value::Decimal(utf8(values.get(row))),
            Data::Date(v) => Value::Date(v[row]),
            Data::Time(v) => Value::Time(v[row]),
            Data::TimeTz(v) => Value::TimeTz(v[row].0, v[row].1),
            Data::Datetime(v) => Value::Datetime(v[row]),
            Data::DatetimeTz(v) => Value::DatetimeTz(v[row]),
            Data::Duration(v) => Value::Duration(v[row]),
            Data::Interval(v) => Value::Duration(v[row].2),
            Data::Uuid(v) => Value::Uuid(v[row]),
            Data::List { offsets, items } => {
                let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
                Value::Array((start..end).map(|item| items.value(item)).collect())
            }
            Data::Dynamic(v) => v[row].clone(),
        }
    }
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
