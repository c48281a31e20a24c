//! UUIDs.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};

pub struct Uuid;

impl Codec for Uuid {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::uuid, Data::Uuid)
    }

    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::uuid(cell).ok().map(Value::Uuid)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        sent.is_text().then(|| Builder::fixed(mysql::read::uuid, Data::Uuid))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if wire == Wire::Uuid {
            return Some(Builder::fixed(postgres::read::uuid, Data::Uuid));
        }
        (wire == Wire::Text).then(|| Builder::fixed(postgres::read::text_uuid, Data::Uuid))
    }

    fn members(&self) -> Data {
        Data::Uuid(Vec::new())
    }
}
