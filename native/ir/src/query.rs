//! Queries: everything that yields rows, wherever in a statement it is.

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::expr::{Expr, Param};
use crate::schema::TableRef;
use crate::statement::GivenColumn;
use crate::{ColumnType, is_false};

/// Rows: where they come from, in which order, and which slice of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Common table expressions, in an order in which each reads only earlier ones (and, if recursive, itself).
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
    /// At most one row by a unique key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub point: bool,
}

impl Query {
    /// A select without order, slice or lock.
    pub fn plain(select: Select) -> Self {
        Self { with: Vec::new(), body: Body::Select(select), order_by: Vec::new(), limit: None, offset: None, lock: None, point: false }
    }
}

/// A named query that other parts of the same query read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cte {
    pub name: String,
    pub query: Query,
    /// The query is a union whose right side reads the name.
    #[serde(default, skip_serializing_if = "is_false")]
    pub recursive: bool,
    /// Other names for its result columns.
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

/// The rows of several queries, of which each meets those of all before it. The result columns are called as those of the first one.
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

/// Rows of expressions. Many rows of plain values are better off as `Source::Rows`.
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
    /// What the rows consist of; empty only inside `Expr::Exists`.
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

/// Which rows are left out because an equal one is there already. On the wire `true`, or a map with `on`.
#[derive(Clone, Debug, PartialEq)]
pub enum Distinct {
    /// Those that are equal in all result columns.
    Rows,
    /// All but the first, in the order of the query, that are equal in these expressions.
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

/// A result column: what it is, what it is called, what it holds.
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

/// What is selected from, and what its columns are qualified with.
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
    /// Bulk values as a table, only in an UPDATE: the values beside the shape are one list for each column.
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
    /// Where NULLs go; where the server puts them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
    /// It is a column of the first source that an index serves and that is never NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub indexed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nulls {
    First,
    Last,
}

/// Locks on the rows that a query reads, until the transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub kind: LockKind,
    /// What happens at a row that is locked by somebody else; without it the statement waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<LockWait>,
    /// Aliases of the tables whose rows are locked; all of them when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// Left out where the dialect has no row locks, and of all tables where it cannot choose.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockKind {
    Update,
    Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockWait {
    Nowait,
    SkipLocked,
}
