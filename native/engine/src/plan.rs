//! A statement ready to run: its program and the types that its parameters require.

use std::sync::Arc;

use oxyde_ir::program::{Form, Origin};
use oxyde_ir::{ColumnType, Output, Program};

/// A shape compiled for one server.
#[derive(Debug)]
pub struct Plan {
    program: Arc<Program>,
    /// For each parameter: the item type, if it takes a list.
    lists: Vec<Option<ColumnType>>,
    /// The shape, if no server was known yet; it is planned again after the first connection.
    provisional: Option<Box<[u8]>>,
}

impl Plan {
    pub fn new(program: Program) -> Self {
        let mut lists = vec![None; program.params.len()];
        for (slot, _) in program.before.iter().chain(&program.steps).chain(&program.after).flat_map(|step| step.text.slots(1)) {
            let index = match (slot.origin, slot.form) {
                (Origin::Member { index, .. }, _) | (Origin::Param(index), Form::Array | Form::JsonArray) => index,
                (Origin::Param(_), Form::Scalar | Form::Pattern { .. } | Form::Bound { .. } | Form::Spelling(_))
                | (Origin::Bulk(_) | Origin::Key(_), _) => continue,
            };
            if let Some(item) = lists.get_mut(index as usize) {
                *item = Some(slot.ty.clone());
            }
        }
        Self { program: Arc::new(program), lists, provisional: None }
    }

    /// Returns a plan made before any server was known, which can only convert values.
    pub fn provisional(program: Program, shape: &[u8]) -> Self {
        Self { provisional: Some(shape.into()), ..Self::new(program) }
    }

    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Returns the item type of a parameter that takes a list.
    pub fn list_item(&self, index: usize) -> Option<&ColumnType> {
        self.lists.get(index).and_then(Option::as_ref)
    }

    /// Returns the result columns; `None` if only the server knows them.
    pub fn outputs(&self) -> Option<&[Output]> {
        self.program.steps.get(self.program.result).and_then(|step| step.outputs.as_deref())
    }

    pub(crate) fn shape_to_plan_again(&self) -> Option<&[u8]> {
        self.provisional.as_deref()
    }
}
