//! Statements: one struct for each kind of thing that a server is asked to do.

use serde::{Deserialize, Serialize};

use crate::expr::{Expr, Piece};
use crate::query::{Query, SelectOutput, Source};
use crate::schema::{EnumType, Table, TableRef};
use crate::{ColumnType, is_false};

/// A statement's shape: everything but the values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant)] // there is one at a time, and never a list of them
pub enum Statement {
    Query(Query),
    Insert(Insert),
    Update(Update),
    Delete(Delete),
    CreateTables(CreateTables),
    DropTables(DropTables),
    Explain(Explain),
    Raw(Raw),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    pub table: TableRef,
    /// The columns that are given; none inserts a row of defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<GivenColumn>,
    pub rows: Rows,
    /// The primary key, for servers that read back what they cannot return.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<KeyColumn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returning: Vec<SelectOutput>,
    /// What happens to a row that meets a unique constraint; an error without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// What an insert does about rows whose key is in the table already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The columns of one unique key; of any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// The rows may meet other unique keys than the target, too: not every server can tell them apart.
    #[serde(default, skip_serializing_if = "is_false")]
    pub others: bool,
    pub action: ConflictAction,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConflictAction {
    /// The row is left out.
    Nothing,
    /// The row that is there is changed.
    Update {
        /// The alias that expressions use for the row that is there; `Expr::Excluded` is the row that was to be inserted.
        alias: String,
        set: Vec<Assignment>,
        /// Only rows that fulfil it are changed.
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Expr>>,
    },
}

/// A column that values are given for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The type as the table declares it, when it is not the one chosen for `ty` (`db_type`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rows {
    /// One row: an expression for each column (params, or SQL defaults).
    One(Vec<Expr>),
    /// Many rows: the values beside the shape are one list for each column.
    Many,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The server makes it up (serial, auto increment) when it is not given.
    #[serde(default, skip_serializing_if = "is_false")]
    pub auto: bool,
    /// The type as the table declares it (`db_type`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    pub table: TableRef,
    /// The alias that expressions use for the table.
    pub alias: String,
    pub set: Vec<Assignment>,
    /// Other rows that the assignments and the condition read, tied to the table's by the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Source>,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// Which rows, when they are chosen by more than a condition on the table itself (order, limit, joins):
    /// a query of the key, in which the condition is contained; `filter` is absent then. Rendered as `key IN (derived table)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Box<Query>>,
    pub key: Vec<KeyColumn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returning: Vec<SelectOutput>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    pub column: String,
    pub value: Expr,
    /// What the column holds, given where the value is computed: not every server brings it there by itself.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<ColumnType>,
    /// The type as the table declares it (`db_type`); of a computed text, what it is cast to where the server does not take text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_type: Option<String>,
    /// How many characters of a computed text the column holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    pub table: TableRef,
    pub alias: String,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// As in `Update`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Box<Query>>,
    pub key: Vec<KeyColumn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returning: Vec<SelectOutput>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateTables {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumType>,
    /// In an order that satisfies the foreign keys where there is one; cycles are added afterwards.
    pub tables: Vec<Table>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub if_not_exists: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropTables {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumType>,
    pub tables: Vec<Table>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub if_exists: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    pub statement: Box<Statement>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub analyze: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub json: bool,
}

/// SQL text written by the application. Placeholders are pieces, so that no dialect's spelling is in the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    pub pieces: Vec<Piece>,
}
