//! Changes of what is there, one for each operation of a migration: of a table, or of an enumeration.

use serde::{Deserialize, Serialize};

use crate::is_false;
use crate::schema::{Check, Column, EnumType, Exclude, ForeignKey, Index, TableRef, Unique};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlterTable {
    pub table: TableRef,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant)] // there is one at a time, and never a list of them
pub enum Change {
    AddColumn {
        column: Column,
        /// The column is the primary key of a table that has had none.
        #[serde(default, skip_serializing_if = "is_false")]
        key: bool,
        /// SQL for the rows that are there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<String>,
    },
    DropColumn {
        name: String,
    },
    RenameColumn {
        name: String,
        new: String,
    },
    AlterColumn {
        before: Column,
        after: Column,
        /// The expression that converts the values.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        using: Option<String>,
        /// SQL that replaces NULL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<String>,
    },
    Rename {
        new: String,
    },
    /// Another primary key; empty for none.
    Key {
        before: Vec<String>,
        after: Vec<String>,
    },
    Comment {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    AddConstraint {
        constraint: Constraint,
        /// Rows that are there are not checked.
        #[serde(default, skip_serializing_if = "is_false")]
        not_valid: bool,
    },
    /// Checks the rows that were there before a constraint that was added without.
    ValidateConstraint {
        name: String,
    },
    DropConstraint {
        name: String,
        kind: ConstraintKind,
    },
    RenameConstraint {
        name: String,
        /// The constraint under its new name.
        constraint: Constraint,
    },
    CreateIndex {
        index: Index,
        #[serde(default, skip_serializing_if = "is_false")]
        concurrently: bool,
        /// The int key of its table, by which a full-text index of `SQLite` finds rows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    DropIndex {
        name: String,
        #[serde(default, skip_serializing_if = "is_false")]
        concurrently: bool,
        #[serde(default, skip_serializing_if = "is_false")]
        fulltext: bool,
    },
    RenameIndex {
        name: String,
        /// The index under its new name.
        index: Index,
        /// As in `CreateIndex`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
}

/// A change of an enumeration; a type where the server has such, else a property of its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlterEnum {
    /// The enumeration before.
    pub before: EnumType,
    pub change: EnumChange,
    /// Its columns, as they are afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<EnumColumn>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EnumChange {
    RenameType {
        new: String,
    },
    /// Adds a label, as the last.
    AddLabel {
        label: String,
    },
    Relabel {
        labels: Vec<String>,
        /// What becomes of labels that go: another one, or NULL.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        map: Vec<(String, Option<String>)>,
    },
}

/// A column of an enumeration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumColumn {
    pub table: TableRef,
    pub column: Column,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Constraint {
    Unique(Unique),
    Check(Check),
    Exclude(Exclude),
    ForeignKey(ForeignKey),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    Unique,
    Check,
    Exclude,
    ForeignKey,
}

impl Constraint {
    #[must_use]
    pub const fn kind(&self) -> ConstraintKind {
        match self {
            Self::Unique(_) => ConstraintKind::Unique,
            Self::Check(_) => ConstraintKind::Check,
            Self::Exclude(_) => ConstraintKind::Exclude,
            Self::ForeignKey(_) => ConstraintKind::ForeignKey,
        }
    }
}
