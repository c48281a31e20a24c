//! A statement ready to run: its program, and what the values beside it must be.

use std::sync::Arc;

use oxyde_ir::program::{Form, Origin};
use oxyde_ir::{ColumnType, Output, Program};

/// What a shape becomes on one server.
#[derive(Debug)]
pub struct Plan {
    program: Arc<Program>,
    /// For each parameter that takes a list: the type of its members.
    lists: Vec<Option<ColumnType>>,
    /// The shape, when no server was known yet: it is planned again once one is.
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

    /// A plan made before any server was known, good for converting values only.
    pub fn provisional(program: Program, shape: &[u8]) -> Self {
        Self { provisional: Some(shape.into()), ..Self::new(program) }
    }

    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The members' type of a parameter that takes a list.
    pub fn list_item(&self, index: usize) -> Option<&ColumnType> {
        self.lists.get(index).and_then(Option::as_ref)
    }

    /// The result columns; `None` when only the server knows.
    pub fn outputs(&self) -> Option<&[Output]> {
        self.program.steps.get(self.program.result).and_then(|step| step.outputs.as_deref())
    }

    pub(crate) fn shape_to_plan_again(&self) -> Option<&[u8]> {
        self.provisional.as_deref()
    }
}
