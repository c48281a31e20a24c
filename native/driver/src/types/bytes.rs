//! Bytes.

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Class, File};
use crate::batch::{Builder, Data, Payload, TextColumn};

pub struct Bytes;

impl Codec for Bytes {
    fn sqlite(&self) -> Builder<File> {
        Builder::texts(sqlite::read::bytes, Data::Bytes)
    }

    fn class(&self) -> Option<Class> {
        Some(Class::Blob)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        (sent.is_text() || sent.wire == mysql::Wire::Bit).then(|| Builder::texts(mysql::read::bytes, Data::Bytes))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        (wire == Wire::Bytes).then(|| Builder::texts(postgres::read::bytes, Data::Bytes))
    }

    fn members(&self) -> Data {
        Data::Bytes(TextColumn::default())
    }
}
