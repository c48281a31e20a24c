//! Times of day with a UTC offset, which only PostgreSQL has.

use super::Codec;
use crate::backend::mysql::Sent;
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Class, File};
use crate::batch::{Builder, Data, Payload};

pub struct TimeTz;

impl Codec for TimeTz {
    fn sqlite(&self) -> Builder<File> {
        Builder::texts(sqlite::read::time_tz, Data::Text)
    }

    fn class(&self) -> Option<Class> {
        Some(Class::Text)
    }

    fn mysql(&self, _: Sent) -> Option<Builder<Payload>> {
        None
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        (wire == Wire::TimeTz).then(|| Builder::fixed(postgres::read::timetz, Data::TimeTz))
    }

    fn members(&self) -> Data {
        Data::TimeTz(Vec::new())
    }
}
