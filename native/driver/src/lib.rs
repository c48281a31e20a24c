//! Connections over sqlx and SQLite's library: pool, sessions, codecs, columnar batches, cancellation.
//! Knows steps, not SQL grammar.
//!
//! The modules are private, and only what other crates use is exported, so that rustc reports dead
//! code.

mod backend;
mod batch;
mod builtin;
pub mod calendar;
mod call;
mod cancel;
mod cursor;
mod deadline;
pub mod decimal;
mod doubt;
pub mod effects;
mod error;
mod execution;
mod iso;
mod json;
mod lasting;
mod lease;
pub mod lexer;
mod member;
mod os;
mod own_settings;
mod parameters;
mod pool;
mod pooled;
mod raw;
pub mod request;
pub mod runtime;
mod session;
mod settings;
mod slot;
mod stream;
mod target;
#[cfg(test)]
mod tests;
mod transaction;
mod types;

pub use batch::{Column, ColumnBatch, Data, TextColumn};
pub use cancel::Cancel;
pub use cursor::CursorStep;
pub use deadline::{Deadline, Stop};
pub use error::{Detail, Error, Kind, Result};
pub use execution::{Execution, Inputs, Part};
pub use os::{Ear, Process};
pub use pool::{Lease, Pool, Status};
pub use session::{Begin, Guard, Isolation, Session};
pub use settings::Settings;
pub use stream::{Finished, Limits, Message, Notify, Sink, channel};
pub use target::Target;
