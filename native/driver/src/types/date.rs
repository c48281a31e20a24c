//! Calendar dates.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};

pub struct Date;

impl Codec for Date {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::date, Data::Date)
    }

    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::date(cell).ok().map(Value::Date)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if sent.is_moment() {
            return Some(Builder::fixed(mysql::read::date, Data::Date));
        }
        sent.may_spell().then(|| Builder::fixed(mysql::read::text_date, Data::Date))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if wire == Wire::Date {
            return Some(Builder::fixed(postgres::read::date, Data::Date));
        }
        (wire == Wire::Timestamp).then(|| Builder::fixed(postgres::read::timestamp_date, Data::Date))
    }

    fn members(&self) -> Data {
        Data::Date(Vec::new())
    }
}
