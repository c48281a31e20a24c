//! Texts that were never prepared, so that the server looks at its tables again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The statement with a comment of its own.
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
