//! Statements of every kind on every server.
