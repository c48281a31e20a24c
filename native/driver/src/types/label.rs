//! Labels of enumerations.

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::Wire;
use crate::backend::sqlite::{self, Class, File};
use crate::batch::{Builder, Data, Payload, TextColumn};

pub struct Label;

impl Codec for Label {
    fn sqlite(&self) -> Builder<File> {
        Builder::texts(sqlite::read::text, Data::Enum)
    }

    fn class(&self) -> Option<Class> {
        Some(Class::Text)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        sent.is_text().then(|| Builder::texts(mysql::read::utf8, Data::Enum))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if matches!(wire, Wire::Enum | Wire::Text) { wire.texts(Data::Enum) } else { None }
    }

    fn members(&self) -> Data {
        Data::Enum(TextColumn::default())
    }
}
