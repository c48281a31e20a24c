//! Expressions: everything that has a value inside a statement.

use serde::{Deserialize, Serialize};

use crate::query::{Order, Query};
use crate::{ColumnType, is_false};

/// A node of an expression tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expr {
    /// A column of a source, by the alias of that source.
    Column {
        table: String,
        name: String,
        /// What it holds. `SQLite` compares, sorts and reckons with decimals in a way of its own, and a date less a date takes another
        /// operator than a number less a number: given for every column that is no plain bool, int, float or text.
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<ColumnType>,
        /// The type as the table declares it, when it is not the one chosen for `ty` (`db_type`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        db_type: Option<String>,
    },
    /// A column of the row that met a conflict, as it was to be inserted.
    Excluded {
        name: String,
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<ColumnType>,
    },
    Param(Param),
    Null,
    Bool(bool),
    /// A number that belongs to the shape (`SELECT 1`).
    Int(i64),
    Compare {
        op: Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Flattened by the compiler, rendered as balanced parentheses.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Xor(Vec<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>),
    IsNotNull(Box<Expr>),
    /// False or unknown.
    IsNotTrue(Box<Expr>),
    /// Membership in a list parameter. `size` is its length rounded up to a power of two, never zero.
    /// `padded` when a member is no JSON (a float that is not finite, text with NUL): one placeholder for each where JSON would be sent.
    In {
        expr: Box<Expr>,
        list: Param,
        size: u32,
        #[serde(default, skip_serializing_if = "is_false")]
        padded: bool,
    },
    InSelect {
        expr: Box<Expr>,
        query: Box<Query>,
    },
    Exists(Box<Query>),
    Subquery(Box<Query>),
    Between {
        expr: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// Text search with plain characters: no character of the pattern is a wildcard. `fold` ignores case.
    Match {
        kind: MatchKind,
        expr: Box<Expr>,
        pattern: Box<Expr>,
        #[serde(default, skip_serializing_if = "is_false")]
        fold: bool,
    },
    Regex {
        expr: Box<Expr>,
        pattern: Box<Expr>,
        #[serde(default, skip_serializing_if = "is_false")]
        fold: bool,
    },
    Arithmetic {
        op: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
        /// The type of the result.
        #[serde(rename = "type")]
        ty: ColumnType,
    },
    Negate(Box<Expr>),
    Call {
        function: Function,
        args: Vec<Expr>,
        #[serde(rename = "type")]
        ty: ColumnType,
    },
    /// A part of a date or time; `date` and `time` cut a datetime.
    Extract {
        part: DatePart,
        expr: Box<Expr>,
        of: ColumnType,
    },
    Cast {
        expr: Box<Expr>,
        #[serde(rename = "type")]
        ty: ColumnType,
        /// What the value is, where the result must be the same on all servers, or an error; else the server's own cast is good enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<ColumnType>,
    },
    Case {
        whens: Vec<When>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Box<Expr>>,
        #[serde(rename = "type")]
        ty: ColumnType,
    },
    Aggregate(Aggregate),
    Window(Window),
    /// SQL text written by the application, with params between the pieces.
    Raw(Vec<Piece>),
}

/// A slot for a value that travels beside the shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    pub index: u32,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The column has a type of its own (`db_type`, an enum): no cast is written, the server infers it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub uncast: bool,
}

/// A piece of SQL text, or a parameter between two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    Text(String),
    Param(Param),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchKind {
    /// The whole text; with `fold` only.
    Exact,
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    /// The true quotient; of integers a float.
    Divide,
    /// Of integers, rounded down.
    FloorDivide,
    /// Of integers and floats it has the sign of the divisor, of decimals that of the dividend.
    Modulo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Coalesce,
    NullIf,
    Greatest,
    Least,
    Concat,
    Lower,
    Upper,
    Length,
    Trim,
    Substr,
    Replace,
    Abs,
    Round,
    Floor,
    Ceil,
    Power,
    Sqrt,
    Now,
    /// A random number, for `order_by("?")`.
    Random,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    Date,
    Time,
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    Day,
    /// 1 Sunday to 7 Saturday.
    WeekDay,
    Hour,
    Minute,
    Second,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub condition: Expr,
    pub value: Expr,
}

/// A function over the rows of a group. `count` without arguments counts rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    pub function: AggregateFunction,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Expr>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub distinct: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<Expr>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<Order>,
    /// The type of the result: sums of int are int, averages float, both Decimal for Decimal.
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The type of the first argument; `Any` where there is none.
    pub of: ColumnType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateFunction {
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

/// A function over the rows around a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub function: WindowFunction,
    /// Those of the function; an aggregate has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Expr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition_by: Vec<Expr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<Order>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<Frame>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WindowFunction {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    /// The value in an earlier row: the one before, or as many rows back as the second argument.
    Lag,
    /// The value in a later row.
    Lead,
    FirstValue,
    LastValue,
    Aggregate(Aggregate),
}

/// The rows that a window function sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    pub unit: FrameUnit,
    pub start: FrameBound,
    pub end: FrameBound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameUnit {
    Rows,
    Range,
    Groups,
}

/// Where a frame begins or ends. Distances belong to the shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameBound {
    UnboundedPreceding,
    Preceding(u32),
    CurrentRow,
    Following(u32),
    UnboundedFollowing,
}
