//! Lists of one item type; JSON where the server has no arrays.

use oxyde_ir::ColumnType;

use super::Codec;
use crate::backend::mysql::{self, Sent};
use crate::backend::postgres::Wire;
use crate::backend::sqlite::{self, File};
use crate::batch::{Builder, Data, Payload};

pub struct List<'a> {
    pub item: &'a ColumnType,
}

impl Codec for List<'_> {
    fn sqlite(&self) -> Builder<File> {
        Builder::json_lists(self.item, sqlite::read::text)
    }

    fn mysql(&self, sent: Sent) -> Option<Builder<Payload>> {
        sent.is_text().then(|| Builder::json_lists(self.item, mysql::read::utf8))
    }

    fn postgres(&self, wire: Wire) -> Option<Builder<Payload>> {
        wire.text().map(|read| Builder::json_lists(self.item, read))
    }

    fn members(&self) -> Data {
        Data::List { offsets: vec![0], items: Box::new(crate::json::items(self.item)) }
    }
}
