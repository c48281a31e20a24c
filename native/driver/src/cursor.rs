//! The steps of reading a query in parts.

/// What an execution does with a query that is read in parts inside a transaction, with other statements
/// in between. The query has a number, which is unique within its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorStep {
    /// Begin the query.
    Open(u64),
    /// Read its next rows, at most so many.
    Fetch(u64, usize),
    /// End the query.
    Close(u64),
}
