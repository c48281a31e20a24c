//! Durations in microseconds.

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, File};
use crate::batch::{Builder, Data, Payload};

pub struct Duration;

impl Codec for Duration {
    fn sqlite(&self) -> Builder<File> {
        Builder::fixed(sqlite::read::duration, Data::Duration)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        if sent.wire == mysql::Wire::Time {
            return Some(Builder::fixed(mysql::read::interval, Data::Duration));
        }
        sent.integers(Data::Duration)
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if wire == Wire::Interval {
            return Some(Builder::fixed(postgres::read::interval_micros, Data::Duration));
        }
        if matches!(wire, Wire::Int2 | Wire::Int4 | Wire::Int8 | Wire::Numeric) { wire.integers(Data::Duration) } else { None }
    }

    fn members(&self) -> Data {
        Data::Duration(Vec::new())
    }
}
