//! Exact decimals, with or without a declared precision.

use std::borrow::Cow;

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{Number, Wire, numeric};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload, Read, TextColumn};
use crate::decimal;

pub struct Decimal {
    pub precision: Option<u16>,
    pub scale: Option<u16>,
}

impl Codec for Decimal {
    fn sqlite(&self) -> Builder<File> {
        Builder::decimals(self.precision, self.scale, sqlite::read::unscaled, sqlite::read::decimal)
    }

    /// Of any precision.
    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::decimal(cell).ok().map(Value::Decimal)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if matches!(sent.wire, mysql::Wire::Decimal | mysql::Wire::Text | mysql::Wire::Null) {
            Some(self.of_digits(mysql::read::digits))
        } else if !sent.is_integer() {
            None
        } else if sent.unsigned {
            Some(self.of_digits(mysql::read::unsigned_digits))
        } else {
            Some(self.of_digits(mysql::read::signed_digits))
        }
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        let Self { precision, scale } = *self;
        Some(match wire.number()? {
            Number::Numeric => Builder::decimals(precision, scale, numeric::unscaled, numeric::text),
            Number::Int2 => Builder::decimals(precision, scale, numeric::unscaled_int2, numeric::text_int2),
            Number::Int4 => Builder::decimals(precision, scale, numeric::unscaled_int4, numeric::text_int4),
            Number::Int8 => Builder::decimals(precision, scale, numeric::unscaled_int8, numeric::text_int8),
            Number::Oid | Number::Float4 | Number::Float8 => return None,
        })
    }

    fn members(&self) -> Data {
        match decimal::narrow(self.precision, self.scale) {
            Some((precision, scale)) => Data::Decimal { values: Vec::new(), precision, scale: scale as i8 },
            None => Data::DecimalText { values: TextColumn::default(), digits: None },
        }
    }
}

impl Decimal {
    /// Decimals of `MySQL`, whose text is checked first.
    fn of_digits(&self, read: impl for<'a> Fn(&'a [u8]) -> Read<Cow<'a, str>> + Copy + Send + 'static) -> Builder<Payload> {
        let narrow = move |raw: &[u8], precision, scale| {
            let digits = read(raw)?;
            decimal::unscaled(&digits, precision, scale).map_err(|_| decimal::misfit(&digits, precision, scale).into())
        };
        let wide = move |raw: &[u8]| {
            let digits = read(raw)?;
            decimal::canonical(&digits).ok_or_else(|| format!("{digits:?} is no decimal").into())
        };
        Builder::decimals(self.precision, self.scale, narrow, wide)
    }
}
