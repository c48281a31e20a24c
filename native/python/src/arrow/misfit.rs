//! Why a column cannot become an Arrow array.

use arrow_schema::ArrowError;

/// Why a column cannot become an array, and in which row, if one row is the cause.
#[derive(Debug)]
pub struct Misfit {
    pub row: Option<usize>,
    pub reason: String,
}

impl From<ArrowError> for Misfit {
    fn from(error: ArrowError) -> Self {
        Self { row: None, reason: error.to_string() }
    }
}

impl From<(usize, String)> for Misfit {
    fn from((row, reason): (usize, String)) -> Self {
        Self { row: Some(row), reason }
    }
}
