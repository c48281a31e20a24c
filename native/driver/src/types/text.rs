//! UTF-8 text, and types that servers send as text.

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::{self, Wire};
use crate::backend::sqlite::{self, Class, File};
use crate::batch::{Builder, Data, Payload, TextColumn};

pub struct Text;

impl Codec for Text {
    fn sqlite(&self) -> Builder<File> {
        Builder::texts(sqlite::read::text, Data::Text)
    }

    fn class(&self) -> Option<Class> {
        Some(Class::Text)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        sent.is_text().then(|| Builder::texts(mysql::read::utf8, Data::Text))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        if wire == Wire::Inet {
            Some(Builder::made(postgres::network::inet, Data::Text))
        } else if wire == Wire::Macaddr {
            Some(Builder::made(postgres::network::macaddr, Data::Text))
        } else if wire == Wire::Bit {
            Some(Builder::made(postgres::read::bits, Data::Text))
        } else if wire == Wire::Uuid {
            Some(Builder::made(postgres::read::uuid_text, Data::Text))
        } else if wire == Wire::Void {
            Some(postgres::void())
        } else {
            wire.texts(Data::Text)
        }
    }

    fn members(&self) -> Data {
        Data::Text(TextColumn::default())
    }
}
