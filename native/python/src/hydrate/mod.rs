//! Converts batches to Python values: rows, columns, or instances of a model.

mod gc;
mod hydrator;
mod instance;
mod json;
mod layout;
mod models;
mod numbers;
mod tuples;
mod types;
mod values;

pub use hydrator::Hydrator;
pub use layout::Layout;
pub use models::fill;
pub use tuples::{columns, tuples};
pub use types::Types;
pub use values::column;
