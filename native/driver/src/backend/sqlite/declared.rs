//! Maps the declared type of a column to a column type, for results without known types.

use oxyde_ir::{Affinity, ColumnType};

/// Returns the type of a declaration; `None` if each value has its own type. A value of another storage
/// class is returned as stored.
pub fn column_type(declared: Option<&str>) -> Option<ColumnType> {
    let declared = declared?.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    let (name, digits) = match declared.split_once('(') {
        Some((name, rest)) => (name.trim_end(), rest.split_once(')').map(|(digits, _)| digits)),
        None => (declared.as_str(), None),
    };
    // Words may follow the digits: TIMESTAMP(6) WITH TIME ZONE.
    let zoned = declared.ends_with("WITH TIME ZONE");
    Some(match name {
        "BOOLEAN" | "BOOL" => ColumnType::Bool,
        "DATE" => ColumnType::Date,
        "TIME" | "TIME WITHOUT TIME ZONE" if !zoned => ColumnType::Time,
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => ColumnType::DatetimeTz,
        "TIMESTAMP" if zoned => ColumnType::DatetimeTz,
        "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => ColumnType::Datetime,
        "NUMERIC" | "DECIMAL" => decimal(digits),
        "UUID" => ColumnType::Uuid,
        "JSON" => ColumnType::Text,
        _ => match Affinity::of(&declared) {
            Affinity::Integer => ColumnType::Int,
            Affinity::Text => ColumnType::Text,
            Affinity::Real => ColumnType::Float,
            Affinity::Blob if !declared.is_empty() => ColumnType::Bytes,
            Affinity::Blob | Affinity::Numeric => return None,
        },
    })
}

fn decimal(digits: Option<&str>) -> ColumnType {
    let (precision, scale) = match digits.map(|digits| digits.split_once(',').unwrap_or((digits, "0"))) {
        Some((precision, scale)) => (precision.trim().parse().ok(), scale.trim().parse().ok()),
        None => (None, None),
    };
    ColumnType::Decimal { precision, scale: precision.and(scale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_name_types() {
        let fixed = |precision, scale| ColumnType::Decimal { precision: Some(precision), scale: Some(scale) };
        let cases = [
            ("integer", ColumnType::Int),
            ("BIGINT", ColumnType::Int),
            ("UNSIGNED  BIG INT", ColumnType::Int),
            ("FLOATING POINT", ColumnType::Int),
            ("Boolean", ColumnType::Bool),
            ("NUMERIC(10, 2)", fixed(10, 2)),
            ("DECIMAL(5)", fixed(5, 0)),
            ("numeric", ColumnType::Decimal { precision: None, scale: None }),
            ("VARCHAR(20)", ColumnType::Text),
            ("NATIONAL VARCHAR(10)", ColumnType::Text),
            ("varying character(255)", ColumnType::Text),
            ("CHAR(36)", ColumnType::Text),
            ("CLOB", ColumnType::Text),
            ("JSON", ColumnType::Text),
            ("timestamp  with\ttime zone", ColumnType::DatetimeTz),
            ("TIMESTAMP(6) WITH TIME ZONE", ColumnType::DatetimeTz),
            ("TIMESTAMPTZ", ColumnType::DatetimeTz),
            ("DATETIME", ColumnType::Datetime),
            ("double precision", ColumnType::Float),
            ("MEDIUMBLOB", ColumnType::Bytes),
        ];
        for (declared, expected) in cases {
            assert_eq!(column_type(Some(declared)), Some(expected), "{declared}");
        }
        for declared in [None, Some(""), Some(" "), Some("MONEY"), Some("DATETIME2"), Some("JSONB"), Some("TIME WITH TIME ZONE")] {
            assert_eq!(column_type(declared), None, "{declared:?}");
        }
    }
}
