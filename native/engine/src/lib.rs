//! The plan cache and the executor: from shapes and values to rows, without Python.

mod cursor;
mod ending;
mod engine;
mod executor;
mod plan;
mod plans;
mod run;
#[cfg(test)]
mod tests;

pub use ending::Ending;
pub use engine::{Engine, Job, refused};
pub use oxyde_driver::{CursorStep, Inputs};
pub use plan::Plan;
