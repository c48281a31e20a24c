//! Columns without a declared type: the type that the server reports.

use super::Codec;
use super::boolean::Boolean;
use super::bytes::Bytes;
use super::date::Date;
use super::datetime::Datetime;
use super::datetime_tz::DatetimeTz;
use super::decimal::Decimal;
use super::float::Float;
use super::integer::Integer;
use super::json::Json;
use super::label::Label;
use super::text::Text;
use super::time::Time;
use super::time_tz::TimeTz;
use super::uuid::Uuid;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, File};
use crate::batch::{Builder, Data, Payload, TextColumn};

const ANY_DECIMAL: Decimal = Decimal { precision: None, scale: None };

pub struct Any;

impl Codec for Any {
    fn sqlite(&self) -> Builder<File> {
        Builder::dynamic(sqlite::natural::held)
    }

    /// `TINYINT(1)` stays an integer: it may contain 2.
    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        use mysql::{Wire, read};
        let Sent { wire, unsigned } = sent;
        Some(match wire {
            Wire::Int16 if unsigned => Builder::fixed(read::unsigned16, Data::Int16),
            Wire::Int16 => Builder::fixed(read::signed16, Data::Int16),
            Wire::Int32 if unsigned => Builder::fixed(read::unsigned32, Data::Int32),
            Wire::Int32 => Builder::fixed(read::signed32, Data::Int32),
            Wire::Int64 => sent.integers(Data::Int64)?,
            Wire::UInt64 => Builder::fixed(read::unsigned, Data::UInt64),
            Wire::Bit => Builder::fixed(read::bits, Data::UInt64),
            Wire::Float => Builder::fixed(read::float, Data::Float32),
            Wire::Double => Builder::fixed(read::double, Data::Float64),
            Wire::Decimal => ANY_DECIMAL.mysql(sent)?,
            Wire::Date => Builder::fixed(read::date, Data::Date),
            Wire::Datetime => Builder::fixed(read::datetime, Data::Datetime),
            Wire::Timestamp => Builder::fixed(read::datetime, Data::DatetimeTz),
            Wire::Time => Builder::fixed(read::interval, Data::Duration),
            Wire::Text | Wire::Null => Builder::texts(read::utf8, Data::Text),
            Wire::Enum => Builder::texts(read::utf8, Data::Enum),
            Wire::Json => Builder::texts(read::utf8, Data::Json),
            Wire::Bytes => Builder::texts(read::bytes, Data::Bytes),
            Wire::Unknown => Builder::texts(read::unknown, Data::Bytes),
        })
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        use postgres::read;
        match wire {
            Wire::Bool => Boolean.postgres(wire),
            Wire::Int2 => Some(Builder::fixed(read::int2, Data::Int16)),
            Wire::Int4 => Some(Builder::fixed(read::int4, Data::Int32)),
            Wire::Int8 | Wire::Oid => Integer.postgres(wire),
            Wire::Float4 => Some(Builder::fixed(read::float4, Data::Float32)),
            Wire::Float8 => Float.postgres(wire),
            Wire::Numeric => ANY_DECIMAL.postgres(wire),
            Wire::Bytes => Bytes.postgres(wire),
            Wire::Json | Wire::Jsonb => Json.postgres(wire),
            Wire::Enum => Label.postgres(wire),
            Wire::Uuid => Uuid.postgres(wire),
            Wire::Date => Date.postgres(wire),
            Wire::Time => Time.postgres(wire),
            Wire::TimeTz => TimeTz.postgres(wire),
            Wire::Timestamp => Datetime.postgres(wire),
            Wire::TimestampTz => DatetimeTz.postgres(wire),
            Wire::Interval => Some(Builder::fixed(read::interval, Data::Interval)),
            Wire::Text | Wire::Char | Wire::Path | Wire::Inet | Wire::Macaddr | Wire::Bit | Wire::Void => Text.postgres(wire),
            Wire::Unknown => None,
        }
    }

    fn members(&self) -> Data {
        Data::Json(TextColumn::default())
    }
}
