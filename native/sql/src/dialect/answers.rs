//! The questions that servers answer differently, and the answers there are.

/// Whether a backslash in a text literal means itself.
#[derive(Clone, Copy, Debug)]
pub enum Backslash {
    Plain,
    Escape,
}

/// How placeholders are written.
#[derive(Clone, Copy, Debug)]
pub enum Placeholder {
    /// `$1`: a parameter that is used twice keeps its number.
    Numbered,
    /// `?`: one slot for each, in the order of the text.
    Question,
}

/// The types of a server; what each column type is among them is in `types/`.
#[derive(Clone, Copy, Debug)]
pub enum Types {
    Postgres,
    Sqlite,
    Mysql,
    Mariadb,
}

/// How a placeholder tells its type.
#[derive(Clone, Copy, Debug)]
pub enum ParamTypes {
    /// `$1::bigint`.
    Suffix,
    /// `CAST(? AS DATE)`, of values that are sent as text; JSON among them where there is a cast to it.
    Cast { json: bool },
    /// It need not.
    None,
}

/// What a truth value is.
#[derive(Clone, Copy, Debug)]
pub enum Booleans {
    Type,
    /// One or zero.
    Numbers,
}

/// Membership in a list.
#[derive(Clone, Copy, Debug)]
pub enum List {
    /// `= ANY($1::bigint[])`.
    Array,
    /// `IN (SELECT value FROM json_each(?))` where JSON is exact, else padded.
    JsonEach,
    /// `IN (?, ?, ?, ?)`, padded to a power of two.
    Padded,
}

/// Text search with plain characters.
#[derive(Clone, Copy, Debug)]
pub enum Matching {
    /// `LIKE`, `ILIKE`.
    Ilike,
    /// `instr`, and a function that the driver registers; `LIKE` and `GLOB` end at a NUL. `lower` folds ASCII.
    Instr,
    /// `LIKE` by the binary collation, folded by `LOWER`.
    Binary,
}

/// A computed value on its way into a column.
#[derive(Clone, Copy, Debug)]
pub enum Computed {
    /// The server brings it to the column's type, or refuses it.
    Converted,
    /// The same, but its calendar reaches beyond the years that are read, and its intervals beyond the days.
    Ranged,
    /// It would be stored as it is: functions that the driver registers do that.
    Fitted,
}

/// What the server can be trusted with that it has prepared.
#[derive(Clone, Copy, Debug)]
pub enum Prepared {
    /// To run again, whatever it is.
    Often,
    /// To run again, if it is one query of tables. Subqueries, derived tables, common table expressions, compounds and views are changed
    /// for good while the first run is optimized, so that later runs miss rows, do not find columns, or end the server (MDEV-30073).
    OneQuery,
}

/// Whether two JSON values are the same.
#[derive(Clone, Copy, Debug)]
pub enum JsonEquality {
    /// `=`.
    Operator,
    /// `=`, once the text of a parameter is made JSON.
    Cast,
    /// A function of that name.
    Function(&'static str),
    /// A function that takes `\u00e9` and the letter it stands for as two; what is written around a column takes them for one.
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

/// Parts of dates and times, and how far two are apart.
#[derive(Clone, Copy, Debug)]
pub enum Calendar {
    /// `EXTRACT`, and operators of intervals.
    Intervals,
    /// Texts cut at their fixed places: the functions of `SQLite` round to milliseconds, and up to the next day.
    Text,
    /// `YEAR()` and its kin, `TIMESTAMPDIFF`.
    Functions,
}

/// The greatest and the least of several values.
#[derive(Clone, Copy, Debug)]
pub enum Extremes {
    /// `GREATEST` and `LEAST`; NULL where one is.
    Functions,
    /// The same, of those that are not NULL.
    OfThoseKnown,
    /// `MAX` and `MIN`, of two and more.
    Aggregates,
}

/// The present, in UTC.
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
    /// `x IS NULL, x`; by themselves NULLs come first when ascending.
    Expression,
}

/// `OFFSET` without a limit.
#[derive(Clone, Copy, Debug)]
pub enum OffsetAlone {
    Plain,
    /// A limit that means none.
    After(&'static str),
}

/// Locks on rows that are read.
#[derive(Clone, Copy, Debug)]
pub enum RowLock {
    /// `FOR UPDATE` and `FOR SHARE`, `OF` some tables, `NOWAIT` and `SKIP LOCKED`.
    Full,
    /// `FOR UPDATE` and `LOCK IN SHARE MODE`, of all tables.
    AllTables { skip_locked: bool },
    /// The whole database is locked by whoever writes.
    Unsupported,
}

#[derive(Clone, Copy, Debug)]
pub enum DistinctOn {
    /// `DISTINCT ON (...)`.
    Clause,
    Unsupported,
}

#[derive(Clone, Copy, Debug)]
pub enum SetOperators {
    /// `UNION`, `INTERSECT` and `EXCEPT`.
    All,
    Unions,
}

/// A member of a compound that has an order or a slice, or is a compound itself.
#[derive(Clone, Copy, Debug)]
pub enum Members {
    Parentheses,
    /// `SELECT * FROM (...)`.
    Derived,
}

/// A condition on the rows of one aggregate.
#[derive(Clone, Copy, Debug)]
pub enum AggregateFilter {
    Clause,
    Case,
}

/// An order of the rows of one aggregate.
#[derive(Clone, Copy, Debug)]
pub enum AggregateOrder {
    /// `SUM(x ORDER BY y)`.
    Clause,
    Unsupported,
}

/// Frames of windows.
#[derive(Clone, Copy, Debug)]
pub enum Frames {
    /// `ROWS`, `RANGE` and `GROUPS`.
    All,
    /// Not `GROUPS`.
    RowsRange,
}

/// What aggregates are by themselves.
#[derive(Clone, Copy, Debug)]
pub enum Aggregates {
    /// Sums and averages of integers are `numeric`; booleans and UUIDs have no extremes.
    Numeric,
    /// Of the right type.
    Right,
    /// Aggregates of integers are decimals of four digits.
    FourDigits,
}

/// A subquery on the table that a statement changes.
#[derive(Clone, Copy, Debug)]
pub enum TargetInSubquery {
    Allowed,
    /// Only inside a derived table; the same goes for LIMIT inside IN.
    Derived,
}

/// What the assignments of an UPDATE read.
#[derive(Clone, Copy, Debug)]
pub enum Assignments {
    /// The row as it was.
    AtOnce,
    /// The row as the assignments before have left it.
    InTurn,
}

/// What DELETE calls its table.
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

/// Rows that meet a unique constraint.
#[derive(Clone, Copy, Debug)]
pub enum ConflictClause {
    /// `ON CONFLICT (key) DO ...`.
    OnConflict,
    /// `ON DUPLICATE KEY UPDATE`, whichever key it is.
    OnDuplicateKey,
}

/// The row that met a conflict, as it was to be inserted.
#[derive(Clone, Copy, Debug)]
pub enum Excluded {
    /// The table `excluded`.
    Table,
    /// An alias behind the rows.
    Alias,
    /// `VALUES(column)`.
    Function,
}

/// An UPDATE that reads other rows.
#[derive(Clone, Copy, Debug)]
pub enum UpdateFrom {
    From,
    Join,
}

/// Bulk values as a table.
#[derive(Clone, Copy, Debug)]
pub enum BulkRows {
    /// `unnest` of one array for each column.
    Unnest,
    /// `VALUES`.
    Values,
    /// `SELECT ? AS a UNION ALL SELECT ? AS a`: only so have texts no collation of their own, and as much length as they need.
    Selects,
}

/// How long a name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameLength {
    /// The server cuts what is beyond, without a word.
    Bytes(usize),
    Characters(usize),
    Any,
}

impl NameLength {
    pub fn holds(self, name: &str) -> bool {
        match self {
            Self::Bytes(most) => name.len() <= most,
            // The most bytes that so few characters have need no count.
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

/// The values of a row of defaults.
#[derive(Clone, Copy, Debug)]
pub enum EmptyRow {
    DefaultValues,
    Parentheses,
}

/// Many rows at once.
#[derive(Clone, Copy, Debug)]
pub enum Bulk {
    /// One array for each column.
    Unnest,
    /// The statement of one row again and again.
    EachRow,
    /// `VALUES` of many rows.
    Rows,
}

#[derive(Clone, Copy, Debug)]
pub enum ExplainSyntax {
    Options,
    QueryPlan,
    /// `EXPLAIN ANALYZE` is a tree of text.
    Tree,
    /// `ANALYZE` instead of `EXPLAIN`.
    Analyze,
}
