//! 64-bit floats.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Number, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};

pub struct Float;

impl Codec for Float {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::float, Data::Float64)
    }

    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::float(cell).ok().map(Value::Float)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        let Sent { wire, unsigned } = sent;
        if matches!(wire, mysql::Wire::Float | mysql::Wire::Double) {
            Some(Builder::fixed(mysql::read::double, Data::Float64))
        } else if matches!(wire, mysql::Wire::Decimal | mysql::Wire::Text | mysql::Wire::Null) {
            Some(Builder::fixed(mysql::read::digits_double, Data::Float64))
        } else if !sent.is_integer() {
            None
        } else if unsigned {
            Some(Builder::fixed(mysql::read::unsigned_double, Data::Float64))
        } else {
            Some(Builder::fixed(mysql::read::signed_double, Data::Float64))
        }
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        Some(match wire.number()? {
            Number::Int2 => Builder::fixed(postgres::read::int2_double, Data::Float64),
            Number::Int4 => Builder::fixed(postgres::read::int4_double, Data::Float64),
            Number::Int8 => Builder::fixed(postgres::read::int8_double, Data::Float64),
            Number::Float4 => Builder::fixed(postgres::read::float4_wide, Data::Float64),
            Number::Float8 => Builder::fixed(postgres::read::float8, Data::Float64),
            Number::Numeric => Builder::fixed(postgres::numeric::double, Data::Float64),
            Number::Oid => return None,
        })
    }

    fn members(&self) -> Data {
        Data::Float64(Vec::new())
    }
}
