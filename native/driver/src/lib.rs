//! Connections over sqlx: pool, sessions, codecs, columnar batches, cancellation. Knows steps, never SQL grammar.

pub mod backend;
pub mod batch;
pub mod cancel;
pub mod decimal;
pub mod error;
pub mod iso;
pub mod json;
mod lease;
pub mod lexer;
mod member;
mod os;
pub mod pool;
pub mod request;
pub mod runtime;
pub mod session;
pub mod settings;
pub mod slot;
pub mod stream;
pub mod target;
#[cfg(test)]
mod tests;
mod transaction;
