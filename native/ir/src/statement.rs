//! Statements: one struct for each kind of request to a server.

use serde::{Deserialize, Serialize};

use crate::alter::{AlterEnum, AlterTable};
use crate::expr::{Expr, Piece};
use crate::query::{Query, SelectOutput, Source};
use crate::schema::{EnumType, Table, TableRef};
use crate::{ColumnType, is_false};

/// The shape of a statement: everything but the values.
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
    AlterTable(AlterTable),
    AlterEnum(AlterEnum),
    CreateSchema(CreateSchema),
    Explain(Explain),
    Raw(Raw),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    pub table: TableRef,
    /// The columns with values; if empty, a row of defaults is inserted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<GivenColumn>,
    pub rows: Rows,
    /// The primary key, for servers without RETURNING, where rows are read back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<KeyColumn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returning: Vec<SelectOutput>,
    /// What to do about a row that violates a unique constraint; an error if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
    /// Also say what became of each row, in order, after what is returned: 0 if it was skipped, 1 if it was inserted,
    /// 2 if it updated a row. What is returned is the row as it is afterwards. The value is the alias of the
    /// table in `returning`. Only with many rows and a conflict with a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<String>,
    /// Send many rows in the server's own form for them, if it has one (`COPY`); only without `returning` and `conflict`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub copy: bool,
}

/// What an insert does about rows whose key exists already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The columns of one unique key; any unique key if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// Rows may also conflict with other unique keys than the target, which not every server can
    /// distinguish.
    #[serde(default, skip_serializing_if = "is_false")]
    pub others: bool,
    pub action: ConflictAction,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConflictAction {
    /// Skip the row.
    Nothing,
    /// Update the existing row.
    Update {
        /// The alias of the existing row in expressions; `Expr::Excluded` is the row proposed for insertion.
        alias: String,
        set: Vec<Assignment>,
        /// Only rows that satisfy it are updated.
        #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
        filter: Option<Box<Expr>>,
    },
}

/// A column of an insert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The declared type, if it differs from the default for `ty` (`db_type`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rows {
    /// One row: an expression per column (parameters, or SQL defaults).
    One(Vec<Expr>),
    /// Many rows: the values of an execution contain one list per column.
    Many,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The server generates it (serial, `AUTO_INCREMENT`) if it is absent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub auto: bool,
    /// The declared type (`db_type`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    pub table: TableRef,
    /// The alias of the table in expressions.
    pub alias: String,
    pub set: Vec<Assignment>,
    /// Further sources that the assignments and the condition read, joined to the table by the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Source>,
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// A query for the keys of the rows, if they are selected by more than a condition on the table itself
    /// (order, limit, joins). It contains the condition, and `filter` is absent. Rendered as `key IN
    /// (derived table)`.
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
    /// The type of the column, given for computed values: not every server converts them implicitly.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<ColumnType>,
    /// The declared type (`db_type`); a computed text is cast to it if the server has no implicit
    /// conversion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_type: Option<String>,
    /// The maximum length in characters, given for computed text.
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
    /// In an order that satisfies the foreign keys; foreign keys that form cycles are added afterwards.
    pub tables: Vec<Table>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub if_not_exists: bool,
}

/// Creates a schema if it is not there yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateSchema {
    pub name: String,
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

/// SQL text written by the application. Placeholders are separate pieces, so that the text is
/// independent of the dialect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    pub pieces: Vec<Piece>,
}
