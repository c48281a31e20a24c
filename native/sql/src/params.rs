//! The parameters of a statement by index, and other facts that are collected while its text is written.

use std::collections::BTreeMap;

use oxyde_ir::ColumnType;
use oxyde_ir::expr::Param;

use crate::error::{Result, malformed};

/// The facts collected while a statement is written.
#[derive(Debug, Default)]
pub struct Params {
    /// The type of each parameter, or of its items if it is a list, and whether it is one.
    known: BTreeMap<u32, (ColumnType, bool)>,
    /// The text may read a view, whose queries are not visible in it.
    pub hides_queries: bool,
    /// The text contains SQL written by the application.
    pub raw: bool,
}

impl Params {
    /// Records that a parameter is used as a single value.
    pub fn scalar(&mut self, param: &Param) -> Result<()> {
        self.meet(param, false)
    }

    /// Records that a parameter is used as a list.
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

    /// Returns the types of the parameters, by index.
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
