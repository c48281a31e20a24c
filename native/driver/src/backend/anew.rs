//! Makes statement texts unique, so that they are prepared anew against the current tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Appends a unique comment to the statement.
pub fn anew(text: &str) -> Arc<str> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("{text}\n/* {} */", NUMBER.fetch_add(1, Ordering::Relaxed)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_new() {
        let (first, second) = (anew("SELECT 1 --"), anew("SELECT 1 --"));
        assert_ne!(first, second);
        assert!(first.starts_with("SELECT 1 --\n/* "));
    }
}
