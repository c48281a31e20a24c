//! Expressions: everything that has a value inside a statement.

use serde::{Deserialize, Serialize};

use crate::query::{Order, Query};
use crate::schema::SearchIndex;
use crate::{ColumnType, is_false};

/// A node of an expression tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expr {
    /// A column of a source, named by the alias of that source.
    Column {
        table: String,
        name: String,
        /// The type, given for every column but plain bool, int, float and text: `SQLite` needs special
        /// comparison, sorting and arithmetic for decimals, and subtracting dates takes another operator than
        /// subtracting numbers.
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<ColumnType>,
        /// The declared type, if it differs from the default for `ty` (`db_type`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        db_type: Option<String>,
    },
    /// A column of the row proposed for insertion, in a conflict action.
    Excluded {
        name: String,
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<ColumnType>,
    },
    Param(Param),
    Null,
    Bool(bool),
    /// A number that is part of the shape (`SELECT 1`).
    Int(i64),
    Compare {
        op: Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Flattened by the compiler; rendered as balanced parentheses.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Xor(Vec<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>),
    IsNotNull(Box<Expr>),
    /// True if the expression is false or unknown.
    IsNotTrue(Box<Expr>),
    /// Membership in a list parameter. `size` is its length rounded up to a power of two, never zero.
    /// `padded` if an item has no JSON form (a non-finite float, text with NUL): then one placeholder per
    /// item replaces the JSON array.
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
    /// Text search for a literal pattern, without wildcards. `fold` ignores case.
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
    /// Whether a text has the words of another, by the server's full-text search.
    Search {
        expr: Box<Expr>,
        words: Box<Expr>,
        /// The index of the column, for a server where it is a table of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<SearchIndex>,
    },
    Arithmetic {
        op: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
        /// The result type.
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
    /// A part of a date or time; `date` and `time` truncate a datetime.
    Extract {
        part: DatePart,
        expr: Box<Expr>,
        of: ColumnType,
    },
    /// The start of the year, month or other unit that a date or datetime is in, in UTC or in the time zone that `zone` names.
    Truncate {
        unit: TruncUnit,
        expr: Box<Expr>,
        of: ColumnType,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<Box<Expr>>,
    },
    Cast {
        expr: Box<Expr>,
        #[serde(rename = "type")]
        ty: ColumnType,
        /// The source type, if the cast must have the same result (or error) on all servers; otherwise the
        /// server's own cast is used.
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
    /// SQL text written by the application, with parameters between its pieces.
    Raw(Vec<Piece>),
}

/// A slot for a value that is sent apart from the shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    pub index: u32,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The column has its own type (`db_type`, an enum): no cast is written, and the server infers the
    /// type.
    #[serde(default, skip_serializing_if = "is_false")]
    pub uncast: bool,
}

/// A piece of SQL text, or a parameter between two pieces.
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
    /// The whole text; only with `fold`.
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
    /// True division; of integers a float.
    Divide,
    /// Integer division, rounded down.
    FloorDivide,
    /// The remainder: of integers and floats with the sign of the divisor, of decimals with that of the
    /// dividend.
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
    /// Whether every member of the second list is in the first.
    ListContains,
    /// Whether every member of the first list is in the second.
    ListWithin,
    /// Whether two lists have a member in common.
    ListOverlaps,
    ListLength,
    /// The member at a place that is part of the shape, counted from zero; NULL beyond the end.
    ListItem,
    /// The value in a JSON document behind keys (parameters) and places (numbers that are part of the shape, of an array or as keys);
    /// NULL where there is none.
    JsonGet,
    /// Whether a JSON value is a number or a text (`1` as the last argument) that comes before or after another, given as text.
    JsonGt,
    JsonGe,
    JsonLt,
    JsonLe,
    /// The text of a JSON string; NULL for other values.
    JsonText,
    /// The text of a JSON number, or of a truth value (`1` as the last argument); NULL for other values.
    JsonPlain,
    /// Whether the first JSON value has all that is in the second.
    JsonContains,
    /// Whether an object has a key.
    JsonHasKey,
    /// A key that begins with a hyphen, which not every server finds.
    JsonHyphenKey,
    /// Whether two texts share enough groups of three letters.
    TextSimilar,
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
    /// 1 (Sunday) to 7 (Saturday).
    WeekDay,
    Hour,
    Minute,
    Second,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruncUnit {
    Year,
    Quarter,
    Month,
    /// From Monday.
    Week,
    Day,
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

/// An aggregate function. `count` without arguments counts rows.
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
    /// The result type: the sum of int is int, the average of float is float, both of Decimal are Decimal.
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// The type of the first argument; `Any` without arguments.
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
    /// The standard deviation of all values, and its estimate from a sample; a float.
    StddevPop,
    StddevSamp,
    /// The variance likewise.
    VarPop,
    VarSamp,
    /// The texts that are not NULL, joined by the second argument.
    StringAgg,
    /// The values as an array, NULL among them.
    ArrayAgg,
    /// The values as a JSON array, NULL as null.
    JsonAgg,
}

/// A window function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub function: WindowFunction,
    /// The arguments of the function; an aggregate has its own.
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
    /// The value of an earlier row: the previous one, or that many rows back as the second argument says.
    Lag,
    /// The value of a later row.
    Lead,
    FirstValue,
    LastValue,
    /// The value of the row at a place in the frame, which the second argument counts from 1.
    NthValue,
    /// The number of the part that a row is in, of as many equal parts as the argument says.
    Ntile,
    Aggregate(Aggregate),
}

/// The frame of a window.
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

/// A bound of a frame. Distances are part of the shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameBound {
    UnboundedPreceding,
    Preceding(u32),
    CurrentRow,
    Following(u32),
    UnboundedFollowing,
}
