//! The properties in which servers differ, as enums.

/// The meaning of a backslash in a string literal.
#[derive(Clone, Copy, Debug)]
pub enum Backslash {
    Plain,
    Escape,
}

/// The syntax of placeholders.
#[derive(Clone, Copy, Debug)]
pub enum Placeholder {
    /// `$1`; a parameter that is used twice has a single number.
    Numbered,
    /// `?`, each with its own slot, in the order of the text.
    Question,
}

/// A server's set of types; the module `types` maps the column types to it.
#[derive(Clone, Copy, Debug)]
pub enum Types {
    Postgres,
    Sqlite,
    Mysql,
    Mariadb,
}

/// How the type of a placeholder is declared.
#[derive(Clone, Copy, Debug)]
pub enum ParamTypes {
    /// `$1::bigint`.
    Suffix,
    /// `CAST(? AS DATE)` for values that are sent as text; for JSON only if `json`, because not every server can cast
    /// to it.
    Cast { json: bool },
    /// Not at all.
    None,
}

/// The representation of booleans.
#[derive(Clone, Copy, Debug)]
pub enum Booleans {
    Type,
    /// 1 and 0.
    Numbers,
}

/// The test for membership in a list.
#[derive(Clone, Copy, Debug)]
pub enum List {
    /// `= ANY($1::bigint[])`.
    Array,
    /// `IN (SELECT value FROM json_each(?))` if JSON represents the values exactly; otherwise like `Padded`.
    JsonEach,
    /// `IN (?, ?, ?, ?)`, padded to a power of two.
    Padded,
}

/// Text matching without regular expressions.
#[derive(Clone, Copy, Debug)]
pub enum Matching {
    /// `LIKE`, `ILIKE`.
    Ilike,
    /// `instr` and a function of the driver, because `LIKE` and `GLOB` stop at a NUL character. `lower` folds ASCII
    /// only.
    Instr,
    /// `LIKE` with a binary collation; `LOWER` folds case.
    Binary,
}

/// How a computed value is assigned to a column.
#[derive(Clone, Copy, Debug)]
pub enum Computed {
    /// The server converts it to the column's type or raises an error.
    Converted,
    /// Like `Converted`, but the server's dates and intervals can be outside the range that Oxyde reads.
    Ranged,
    /// The server would store it unchanged; functions of the driver convert it or raise an error.
    Fitted,
}

/// Which prepared statements can be executed again.
#[derive(Clone, Copy, Debug)]
pub enum Prepared {
    /// All.
    Often,
    /// Single queries of tables. The first execution changes subqueries, derived tables, common table expressions,
    /// compounds and views permanently during optimization, so that later executions miss rows, do not find columns, or
    /// crash the server (MDEV-30073).
    OneQuery,
}

/// The test whether two JSON values are equal.
#[derive(Clone, Copy, Debug)]
pub enum JsonEquality {
    /// `=`.
    Operator,
    /// `=`, with the text of a parameter cast to JSON.
    Cast,
    /// A function with this name.
    Function(&'static str),
    /// A function that treats `\u00e9` and the character itself as different. `before` and `after` are written around a
    /// column to resolve such escapes.
    Unescaped {
        name: &'static str,
        before: &'static str,
        after: &'static str,
    },
    Unsupported,
}

#[derive(Clone, Copy, Debug)]
pub enum Regex {
    /// `~`, `~*`.
    Tilde,
    /// `oxyde_regexp(pattern, value, fold)`, which the driver registers.
    Function,
    /// `REGEXP_LIKE(value, pattern, flags)`.
    RegexpLike,
    /// `REGEXP`, with the flag inside the pattern.
    Inline,
}

/// How parts of dates and times, and differences between them, are computed.
#[derive(Clone, Copy, Debug)]
pub enum Calendar {
    /// `EXTRACT` and interval operators.
    Intervals,
    /// Substrings at fixed positions, because the functions of `SQLite` round to milliseconds, even up to the next day.
    Text,
    /// `YEAR()` and similar functions, and `TIMESTAMPDIFF`.
    Functions,
}

/// The functions for the greatest and the least of several values.
#[derive(Clone, Copy, Debug)]
pub enum Extremes {
    /// `GREATEST` and `LEAST`, which return NULL if any argument is NULL.
    Functions,
    /// `GREATEST` and `LEAST`, which ignore NULLs.
    OfThoseKnown,
    /// `MAX` and `MIN` with two or more arguments.
    Aggregates,
}

/// The function for the current time in UTC.
#[derive(Clone, Copy, Debug)]
pub enum Now {
    StatementTimestamp,
    Strftime,
    UtcTimestamp,
}

#[derive(Clone, Copy, Debug)]
pub enum NullsOrder {
    /// `NULLS FIRST`.
    Clause,
    /// `x IS NULL, x`; by default NULLs come first in ascending order.
    Expression,
}

/// The syntax of `OFFSET` without a limit.
#[derive(Clone, Copy, Debug)]
pub enum OffsetAlone {
    Plain,
    /// After a `LIMIT` with this value, which means no limit.
    After(&'static str),
}

/// The syntax of row locks.
#[derive(Clone, Copy, Debug)]
pub enum RowLock {
    /// `FOR UPDATE` and `FOR SHARE`, with `OF`, `NOWAIT` and `SKIP LOCKED`.
    Full,
    /// `FOR UPDATE` and `LOCK IN SHARE MODE`, always on all tables.
    AllTables { skip_locked: bool },
    /// A writer locks the whole database.
    Unsupported,
}

#[derive(Clone, Copy, Debug)]
pub enum DistinctOn {
    /// `DISTINCT ON (...)`.
    Clause,
    Unsupported,
}

/// The time that the server takes to plan many alternatives (`a = ? AND b = ? OR a = ? AND b = ? ...`).
#[derive(Clone, Copy, Debug)]
pub enum Alternatives {
    Linear,
    /// Each parameter is compared with all others.
    Quadratic,
}

#[derive(Clone, Copy, Debug)]
pub enum SetOperators {
    /// `UNION`, `INTERSECT` and `EXCEPT`.
    All,
    Unions,
}

/// The syntax of a compound's member that has an order or a slice, or is a compound itself.
#[derive(Clone, Copy, Debug)]
pub enum Members {
    Parentheses,
    /// `SELECT * FROM (...)`.
    Derived,
}

/// The syntax of a condition on the rows of an aggregate.
#[derive(Clone, Copy, Debug)]
pub enum AggregateFilter {
    Clause,
    Case,
}

/// The syntax of an order of the rows of an aggregate.
#[derive(Clone, Copy, Debug)]
pub enum AggregateOrder {
    /// `SUM(x ORDER BY y)`.
    Clause,
    Unsupported,
}

/// The frame units of window functions.
#[derive(Clone, Copy, Debug)]
pub enum Frames {
    /// `ROWS`, `RANGE` and `GROUPS`.
    All,
    /// `ROWS` and `RANGE`.
    RowsRange,
}

/// Where windows over groups are computed that HAVING chooses and that have aggregates of distinct values.
#[derive(Clone, Copy, Debug)]
pub enum GroupWindows {
    /// In the SELECT of the groups.
    Together,
    /// In a SELECT around it: `MariaDB` evaluates HAVING on the joined rows, before there are groups.
    Apart,
}

/// The types that aggregates have without a cast.
#[derive(Clone, Copy, Debug)]
pub enum Aggregates {
    /// Sums and averages of integers are `numeric`; `MIN` and `MAX` do not accept booleans, nor UUIDs before version
    /// 18.
    Numeric,
    /// The expected types.
    Right,
    /// Averages of integers are decimals with four digits after the point.
    FourDigits,
}

/// Whether a subquery may read the table that the statement changes.
#[derive(Clone, Copy, Debug)]
pub enum TargetInSubquery {
    Allowed,
    /// Only inside a derived table, which LIMIT inside IN requires as well.
    Derived,
}

/// The row that the assignments of an UPDATE read.
#[derive(Clone, Copy, Debug)]
pub enum Assignments {
    /// The row before the update.
    AtOnce,
    /// The row as changed by the preceding assignments.
    InTurn,
}

/// Which rows a subquery in SET finds in the table that is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetSubqueries {
    /// Those before the statement.
    OldRows,
    /// Those before the statement only if it has a FROM clause; otherwise also those that it has changed already.
    OldRowsWithFrom,
}

/// The name by which DELETE refers to its table.
#[derive(Clone, Copy, Debug)]
pub enum DeleteAlias {
    Alias,
    Name,
}

#[derive(Clone, Copy, Debug)]
pub enum Returning {
    Full,
    InsertDelete,
    None,
}

/// The upsert clause.
#[derive(Clone, Copy, Debug)]
pub enum ConflictClause {
    /// `ON CONFLICT (key) DO ...`.
    OnConflict,
    /// `ON DUPLICATE KEY UPDATE`, which applies to any unique key.
    OnDuplicateKey,
}

/// How an upsert refers to the row proposed for insertion.
#[derive(Clone, Copy, Debug)]
pub enum Excluded {
    /// The table `excluded`.
    Table,
    /// An alias after the rows.
    Alias,
    /// `VALUES(column)`.
    Function,
}

/// The syntax of an UPDATE that reads other rows.
#[derive(Clone, Copy, Debug)]
pub enum UpdateFrom {
    From,
    Join,
}

/// The syntax of bulk values as a table.
#[derive(Clone, Copy, Debug)]
pub enum BulkRows {
    /// `unnest` with one array per column.
    Unnest,
    /// `VALUES`.
    Values,
    /// `SELECT ? AS a UNION ALL SELECT ? AS a`; only in this form do texts have no collation of their own, and enough
    /// length.
    Selects,
}

/// The maximum length of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameLength {
    /// In bytes; the server truncates a longer name silently.
    Bytes(usize),
    Characters(usize),
    Any,
}

impl NameLength {
    pub fn holds(self, name: &str) -> bool {
        match self {
            Self::Bytes(most) => name.len() <= most,
            // A name with that few bytes cannot have more characters.
            Self::Characters(most) => name.len() <= most || name.chars().count() <= most,
            Self::Any => true,
        }
    }
}

impl std::fmt::Display for NameLength {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(most) => write!(f, "{most} bytes"),
            Self::Characters(most) => write!(f, "{most} characters"),
            Self::Any => write!(f, "any length"),
        }
    }
}

/// The syntax of inserting a row of default values.
#[derive(Clone, Copy, Debug)]
pub enum EmptyRow {
    DefaultValues,
    Parentheses,
}

/// The statement of a bulk insert.
#[derive(Clone, Copy, Debug)]
pub enum Bulk {
    /// `unnest` with one array per column.
    Unnest,
    /// A single-row statement, executed once per row.
    EachRow,
    /// `VALUES` with many rows.
    Rows,
}

#[derive(Clone, Copy, Debug)]
pub enum ExplainSyntax {
    Options,
    QueryPlan,
    /// `EXPLAIN ANALYZE` returns a tree as text.
    Tree,
    /// `ANALYZE` instead of `EXPLAIN`.
    Analyze,
}
