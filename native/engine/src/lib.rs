//! The plan cache, and running a program's steps on a connection. From shapes and values to rows; no Python.

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
pub use oxyde_driver::Inputs;
pub use plan::Plan;
