//! The parameters that a statement speaks of, by index, and what else is noted while its text is written.

use std::collections::BTreeMap;

use oxyde_ir::ColumnType;
use oxyde_ir::expr::Param;

use crate::error::{Result, malformed};

/// What is known of each parameter: its type, or its members' type when it is a list.
#[derive(Debug, Default)]
pub struct Params {
    known: BTreeMap<u32, (ColumnType, bool)>,
    /// The text may hold queries that are not to be seen in it: those of a view.
    pub hides_queries: bool,
    /// Text that the application wrote was met.
    pub raw: bool,
}

impl Params {
    /// A parameter is used for one value.
    pub fn scalar(&mut self, param: &Param) -> Result<()> {
        self.meet(param, false)
    }

    /// A parameter is used for a list.
    pub fn list(&mut self, param: &Param) -> Result<()> {
        self.meet(param, true)
    }

    fn meet(&mut self, param: &Param, is_list: bool) -> Result<()> {
        let met = self.known.entry(param.index).or_insert_with(|| (param.ty.clone(), is_list));
        if *met == (param.ty.clone(), is_list) {
            return Ok(());
        }
        malformed(format!("parameter {} is used with two types", param.index))
    }

    /// The types, by index.
    pub fn types(self) -> Result<Vec<ColumnType>> {
        let mut types = Vec::with_capacity(self.known.len());
        for (expected, (index, (ty, _))) in self.known.into_iter().enumerate() {
            if index as usize != expected {
                return malformed(format!("parameter {expected} is missing"));
            }
            types.push(ty);
        }
        Ok(types)
    }
}
