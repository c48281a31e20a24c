//! JSON, as text.

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::Wire;
use crate::backend::sqlite::{self, Class, File};
use crate::batch::{Builder, Data, Payload, TextColumn};

pub struct Json;

impl Codec for Json {
    fn sqlite(&self) -> Builder<File> {
        Builder::texts(sqlite::read::text, Data::Json)
    }

    fn class(&self) -> Option<Class> {
        Some(Class::Text)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        sent.is_text().then(|| Builder::texts(mysql::read::utf8, Data::Json))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if matches!(wire, Wire::Json | Wire::Jsonb | Wire::Text) { wire.texts(Data::Json) } else { None }
    }

    fn members(&self) -> Data {
        Data::Json(TextColumn::default())
    }
}
