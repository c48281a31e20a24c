//! The data that Python and Rust share; nothing here renders, connects or decodes.

pub mod affinity;
pub mod alter;
pub mod column_type;
pub mod expr;
pub mod program;
pub mod query;
pub mod schema;
pub mod server;
pub mod statement;
pub mod value;
pub mod wire;

pub use affinity::Affinity;
pub use column_type::ColumnType;
pub use expr::Expr;
pub use program::{Atomic, Output, Program, Slot, Step};
pub use query::Query;
pub use server::{Family, Server, Version};
pub use statement::Statement;
pub use value::Value;

/// Whether a flag is false: such flags are omitted from messages.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(value: &bool) -> bool {
    !value
}
