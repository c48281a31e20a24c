//! The wire types of PostgreSQL's types in the binary protocol.

use sqlx::TypeInfo;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

/// The wire type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Bool,
    Int2,
    Int4,
    Int8,
    /// An unsigned 32-bit number.
    Oid,
    Float4,
    Float8,
    Numeric,
    /// UTF-8, by `client_encoding`.
    Text,
    /// One byte, the type `"char"`.
    Char,
    Bytes,
    Json,
    /// JSON text after a version byte.
    Jsonb,
    /// Text after a version byte: `jsonpath`.
    Path,
    Uuid,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    /// An address or a network.
    Inet,
    Macaddr,
    Bit,
    /// A label of an enumeration.
    Enum,
    /// The result of a function that returns void.
    Void,
    /// Money, geometry, ranges, rows, and types of extensions and later servers.
    Unknown,
}

/// The wire type of a value or an array. A domain has that of its base type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The wire type of the value, or of each item.
    pub wire: Wire,
    /// The OID of the item type, for arrays.
    pub member: Option<u32>,
}

impl Shape {
    const UNKNOWN: Self = Self { wire: Wire::Unknown, member: None };

    pub fn of(info: &PgTypeInfo) -> Self {
        // sqlx found no such type; further calls on it would panic.
        if info.name() == "?" {
            return Self::UNKNOWN;
        }
        match info.kind() {
            PgTypeKind::Domain(base) => Self::of(base),
            PgTypeKind::Array(item) => match (Self::of(item), item.oid()) {
                (Self { wire, member: None }, Some(oid)) => Self { wire, member: Some(oid.0) },
                (Self { .. }, _) => Self::UNKNOWN,
            },
            PgTypeKind::Enum(_) => Self { wire: Wire::Enum, member: None },
            PgTypeKind::Simple | PgTypeKind::Pseudo | PgTypeKind::Composite(_) | PgTypeKind::Range(_) => {
                Self { wire: wire(info), member: None }
            }
        }
    }
}

/// By the fixed OIDs of built-in types; types of extensions have only names.
fn wire(info: &PgTypeInfo) -> Wire {
    match info.oid().map_or(0, |oid| oid.0) {
        16 => Wire::Bool,
        17 => Wire::Bytes,
        18 => Wire::Char,
        20 => Wire::Int8,
        21 => Wire::Int2,
        23 => Wire::Int4,
        // oid, xid, cid
        26 | 28 | 29 => Wire::Oid,
        // name, text, xml, unknown, bpchar, varchar
        19 | 25 | 142 | 705 | 1042 | 1043 => Wire::Text,
        114 => Wire::Json,
        3802 => Wire::Jsonb,
        4072 => Wire::Path,
        700 => Wire::Float4,
        701 => Wire::Float8,
        1700 => Wire::Numeric,
        // cidr, inet
        650 | 869 => Wire::Inet,
        774 | 829 => Wire::Macaddr,
        1082 => Wire::Date,
        1083 => Wire::Time,
        1266 => Wire::TimeTz,
        1114 => Wire::Timestamp,
        1184 => Wire::TimestampTz,
        1186 => Wire::Interval,
        1560 | 1562 => Wire::Bit,
        2278 => Wire::Void,
        2950 => Wire::Uuid,
        _ if is_citext(info.name()) => Wire::Text,
        _ => Wire::Unknown,
    }
}

/// Whether this is the type of the extension, in any schema.
fn is_citext(name: &str) -> bool {
    name == "citext" || name.ends_with(".citext")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::postgres::types::Oid;

    #[test]
    fn unknown_types_are_unknown() {
        assert_eq!(Shape::of(&PgTypeInfo::with_oid(Oid(99_999))), Shape::UNKNOWN);
    }
}
