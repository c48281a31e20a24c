//! Booleans.

use oxyde_ir::Value;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Cell, File};
use crate::batch::{Builder, Data, Payload};

pub struct Boolean;

impl Codec for Boolean {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::boolean, Data::Bool)
    }

    fn meant(&self, cell: Cell<'_>) -> Option<Value> {
        sqlite::read::boolean(cell).ok().map(Value::Bool)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if sent.is_integer() {
            return Some(Builder::fixed(mysql::read::boolean, Data::Bool));
        }
        matches!(sent.wire, mysql::Wire::Bit | mysql::Wire::Null).then(|| Builder::fixed(mysql::read::bit_boolean, Data::Bool))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        (wire == Wire::Bool).then(|| Builder::fixed(postgres::read::boolean, Data::Bool))
    }

    fn members(&self) -> Data {
        Data::Bool(Vec::new())
    }
}
