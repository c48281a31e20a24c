//! Why a column cannot become an Arrow array.

use arrow_schema::ArrowError;

/// Why a column cannot become an array, and in which row, if one row is the cause.
#[derive(Debug)]
pub struct Misfit {
    pub row: Option<usize>,
    pub reason: String,
    /// The values have no one type, which a CAST would give them.
    pub is_mixed: bool,
}

impl Misfit {
    /// Of the column as a whole.
    pub fn of_all(reason: String) -> Self {
        Self { row: None, reason, is_mixed: false }
    }

    /// Of values of several types.
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
