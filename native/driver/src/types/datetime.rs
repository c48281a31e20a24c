//! Dates and times without a zone.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};

pub struct Datetime;

impl Codec for Datetime {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::datetime, Data::Datetime)
    }

    /// A text with an offset is an instant.
    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::instant(cell)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if sent.is_moment() {
            return Some(Builder::fixed(mysql::read::datetime, Data::Datetime));
        }
        sent.may_spell().then(|| Builder::fixed(mysql::read::text_datetime, Data::Datetime))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if wire == Wire::Timestamp {
            return Some(Builder::fixed(postgres::read::timestamp, Data::Datetime));
        }
        (wire == Wire::Date).then(|| Builder::fixed(postgres::read::date_timestamp, Data::Datetime))
    }

    fn members(&self) -> Data {
        Data::Datetime(Vec::new())
    }
}
