"""The wire vocabulary: one constructor for each node that Rust knows; mirrors ``native/ir``."""
