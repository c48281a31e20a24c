//! The column affinity of SQLite, derived from a declared type.

/// The affinity of a column, as SQLite defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    Integer,
    Text,
    /// Values are stored unchanged.
    Blob,
    Real,
    /// Text that looks like a number is stored as one; other text is stored unchanged.
    Numeric,
}

impl Affinity {
    /// Derives the affinity by SQLite's documented rules: the first matching substring decides.
    pub fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |word: &str| declared.contains(word);
        if has("INT") {
            Self::Integer
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Self::Text
        } else if has("BLOB") || declared.trim().is_empty() {
            Self::Blob
        } else if has("REAL") || has("FLOA") || has("DOUB") {
            Self::Real
        } else {
            Self::Numeric
        }
    }

    /// Whether text that looks like a number stays text.
    pub fn keeps_text(self) -> bool {
        match self {
            Self::Text | Self::Blob => true,
            Self::Integer | Self::Real | Self::Numeric => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_have_the_affinity_that_sqlite_gives_them() {
        let cases = [
            (
                Affinity::Integer,
                &["INTEGER", "tinyint(1)", "UNSIGNED BIG INT", "INT8", "FLOATING POINT", "CHARINT", "Point", "INTERVAL"][..],
            ),
            (
                Affinity::Text,
                &["NATIONAL VARCHAR(10)", "CHARACTER(20)", "varying character(255)", "NVARCHAR", "NATIVE  CHARACTER(70)", "CLOB"],
            ),
            (Affinity::Text, &["TEXT", " text ", "BLOBTEXT", "STRING_TEXT"]),
            (Affinity::Blob, &["", "  ", "BLOB", "longblob", "REALBLOB"]),
            (Affinity::Real, &["REAL", "DOUBLE PRECISION", "double", "FLOAT(10)"]),
            (
                Affinity::Numeric,
                &["NUMERIC", "DECIMAL(10,5)", "BOOLEAN", "DATE", "DATETIME2", "TIMESTAMP WITH TIME ZONE", "STRING", "UUID", "JSON"],
            ),
        ];
        for (affinity, declarations) in cases {
            for declared in declarations {
                assert_eq!(Affinity::of(declared), affinity, "{declared:?}");
            }
        }
    }
}
