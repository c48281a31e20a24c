//! Queries: everything that returns rows, at any place in a statement.

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::expr::{Expr, Param};
use crate::schema::TableRef;
use crate::statement::GivenColumn;
use crate::{ColumnType, is_false};

/// A query: the source of its rows, their order, and a slice of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Common table expressions, in an order in which each refers only to earlier ones (and, if recursive,
    /// itself).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Cte>,
    pub body: Body,
    /// Over a compound or `VALUES`: result columns by name, each a column of the table `""`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<Order>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Param>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Param>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// Returns at most one row by a unique key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub point: bool,
}

impl Query {
    /// Returns a select without order, slice or lock.
    pub fn plain(select: Select) -> Self {
        Self { with: Vec::new(), body: Body::Select(select), order_by: Vec::new(), limit: None, offset: None, lock: None, point: false }
    }
}

/// A common table expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cte {
    pub name: String,
    pub query: Query,
    /// The query is a union whose right side refers to the name.
    #[serde(default, skip_serializing_if = "is_false")]
    pub recursive: bool,
    /// Aliases for its result columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant)] // nearly all are selects, and there is never a list of them
pub enum Body {
    Select(Select),
    Compound(Compound),
    Values(Values),
}

/// A compound query, evaluated from left to right. Its result columns have the names of the first
/// query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compound {
    pub first: Box<Query>,
    /// At least one.
    pub others: Vec<Member>,
}

/// A query after the first one of a compound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub op: SetOperator,
    pub query: Query,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetOperator {
    Union,
    UnionAll,
    Intersect,
    Except,
}

/// `VALUES` with expressions. For many rows of plain values, use `Source::Rows`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    pub columns: Vec<ValuesColumn>,
    pub rows: Vec<Vec<Expr>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValuesColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The result columns; empty only inside `Expr::Exists`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<SelectOutput>,
    pub from: Source,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Join>,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<Expr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub having: Option<Expr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<Distinct>,
}

/// How duplicate rows are removed. On the wire `true`, or a map with `on`.
#[derive(Clone, Debug, PartialEq)]
pub enum Distinct {
    /// Rows that are equal in all result columns (`DISTINCT`).
    Rows,
    /// All rows but the first, in the order of the query, that are equal in these expressions (`DISTINCT
    /// ON`).
    On(Vec<Expr>),
}

impl Serialize for Distinct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rows => serializer.serialize_bool(true),
            Self::On(exprs) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("on", exprs)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DistinctVisitor)
    }
}

struct DistinctVisitor;

impl<'de> Visitor<'de> for DistinctVisitor {
    type Value = Distinct;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("true, or a map of `on` alone")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Distinct, E> {
        if value { Ok(Distinct::Rows) } else { Err(E::custom("false is left out")) }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Distinct, A::Error> {
        match map.next_key::<String>()?.as_deref() {
            Some("on") => {}
            Some(other) => return Err(A::Error::unknown_field(other, &["on"])),
            None => return Err(A::Error::missing_field("on")),
        }
        let exprs = map.next_value()?;
        match map.next_key::<String>()? {
            Some(other) => Err(A::Error::unknown_field(&other, &["on"])),
            None => Ok(Distinct::On(exprs)),
        }
    }
}

/// A result column: its expression, name and type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectOutput {
    pub expr: Expr,
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
}

/// A source of rows, with the alias that qualifies its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    Table {
        table: TableRef,
        alias: String,
    },
    Query {
        query: Box<Query>,
        alias: String,
    },
    Cte {
        name: String,
        alias: String,
    },
    /// Bulk values as a table, only in an UPDATE: the values of an execution contain one list per column.
    Rows {
        columns: Vec<GivenColumn>,
        alias: String,
    },
}

impl Source {
    pub fn alias(&self) -> &str {
        match self {
            Self::Table { alias, .. } | Self::Query { alias, .. } | Self::Cte { alias, .. } | Self::Rows { alias, .. } => alias,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    pub kind: JoinKind,
    pub source: Source,
    pub on: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinKind {
    Inner,
    Left,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub expr: Expr,
    #[serde(default, skip_serializing_if = "is_false")]
    pub desc: bool,
    /// Where NULLs sort; the server's default if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
    /// It is an indexed column of the first source that is never NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub indexed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nulls {
    First,
    Last,
}

/// Row locks that a query holds until the transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub kind: LockKind,
    /// What to do about a row that is locked by another transaction (NOWAIT, SKIP LOCKED); waits if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<LockWait>,
    /// Aliases of the tables whose rows are locked; all tables if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// Ignored by a dialect without row locks; applied to all tables by one that cannot choose.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockKind {
    Update,
    Share,
    /// The rows as they are now. A refused insert holds a share lock on the row that it met in `MySQL`, which two
    /// sessions cannot raise at the same time; elsewhere it is `Update`.
    Present,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockWait {
    Nowait,
    SkipLocked,
}
