//! A value of any type, as the server reports it. No column is declared with it.

use super::{Declaration, Name, SqlType};
use crate::dialect::Dialect;
use crate::error::{Result, malformed};

pub struct Any;

impl SqlType for Any {
    fn declared(&self, _: &Dialect, _: Declaration<'_>) -> Result<Name> {
        malformed("a column has no type")
    }

    fn cast_name(&self, _: &Dialect) -> Result<Option<Name>> {
        Ok(None)
    }
}
