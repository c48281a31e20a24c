//! 64-bit integers.

use super::Codec;
use crate::backend::mysql::Sent;
use crate::backend::postgres::Wire;
use crate::backend::sqlite::{self, Class, File};
use crate::batch::{Builder, Data, Payload};

pub struct Integer;

impl Codec for Integer {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::integer, Data::Int64)
    }

    fn class(&self) -> Option<Class> {
        Some(Class::Int)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        sent.integers(Data::Int64)
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        wire.integers(Data::Int64)
    }

    fn members(&self) -> Data {
        Data::Int64(Vec::new())
    }
}
