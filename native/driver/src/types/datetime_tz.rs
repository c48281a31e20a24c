//! Instants in UTC.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};

pub struct DatetimeTz;

impl Codec for DatetimeTz {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::datetime_tz, Data::DatetimeTz)
    }

    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::datetime_tz(cell).ok().map(Value::DatetimeTz)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if sent.is_moment() {
            return Some(Builder::fixed(mysql::read::datetime, Data::DatetimeTz));
        }
        sent.may_spell().then(|| Builder::fixed(mysql::read::text_datetime_tz, Data::DatetimeTz))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        (wire == Wire::TimestampTz).then(|| Builder::fixed(postgres::read::timestamp, Data::DatetimeTz))
    }

    fn members(&self) -> Data {
        Data::DatetimeTz(Vec::new())
    }
}
