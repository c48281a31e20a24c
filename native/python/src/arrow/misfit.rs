//! Why a column cannot become an Arrow array.

use arrow_schema::ArrowError;

/// Why a column cannot become an array, and in which row, if a single row is the cause.
#[derive(Debug)]
pub struct Misfit {
    pub row: Option<usize>,
    pub reason: String,
    /// The values have different types; a CAST would give them one.
    pub is_mixed: bool,
}

impl Misfit {
    /// An error of the column as a whole.
    pub fn of_all(reason: String) -> Self {
        Self { row: None, reason, is_mixed: false }
    }

    /// An error of values of different types.
    pub fn mixed(row: Option<usize>, reason: String) -> Self {
        Self { row, reason, is_mixed: true }
    }
}

impl From<ArrowError> for Misfit {
    fn from(error: ArrowError) -> Self {
        Self::of_all(error.to_string())
    }
}

impl From<(usize, String)> for Misfit {
    fn from((row, reason): (usize, String)) -> Self {
        Self { row: Some(row), ..Self::of_all(reason) }
    }
}
