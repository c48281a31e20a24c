//! Times of day without a zone.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};
use crate::calendar::DAY;

pub struct Time;

impl Codec for Time {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::time, Data::Time)
    }

    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        // 24:00 is valid in SQL, but not in Python.
        sqlite::read::time(cell).ok().filter(|micros| *micros < DAY).map(Value::Time)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if sent.wire == mysql::Wire::Time {
            return Some(Builder::fixed(mysql::read::time, Data::Time));
        }
        sent.may_spell().then(|| Builder::fixed(mysql::read::text_time, Data::Time))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        (wire == Wire::Time).then(|| Builder::fixed(postgres::read::int8, Data::Time))
    }

    fn members(&self) -> Data {
        Data::Time(Vec::new())
    }
}
