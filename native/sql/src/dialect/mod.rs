//! Dialects: the properties of each server's SQL, and the only place where servers are distinguished.

mod answers;
mod ddl_answers;
mod mariadb;
mod mysql;
mod postgres;
mod sqlite;
mod value_answers;

use oxyde_ir::{Family, Version};

pub use answers::*;
pub use ddl_answers::*;
pub(crate) use sqlite::SQLITE;
pub use value_answers::*;

use crate::error::{Result, SqlError};

/// The properties of a server's SQL. There are no defaults: a new dialect defines all of them.
#[allow(clippy::struct_excessive_bools)] // each is a property of its own
#[derive(Debug)]
pub struct Dialect {
    /// The name used in messages.
    pub name: &'static str,
    /// The quote around identifiers, which is doubled inside them.
    pub quote: char,
    pub longest_name: NameLength,
    pub backslash: Backslash,
    pub placeholder: Placeholder,
    /// The maximum number of placeholders in a statement.
    pub max_params: u32,
    /// Its set of types.
    pub types: Types,
    pub param_types: ParamTypes,
    pub prepared: Prepared,
    pub booleans: Booleans,
    /// An untyped NULL has the type text.
    pub null_is_text: bool,
    pub list: List,
    pub decimal: Decimals,
    pub spellings: Spellings,
    pub matching: Matching,
    pub regex: Regex,
    /// The XOR operator for booleans. Compared by `<>`, `a LIKE p` and `NOT (a LIKE p)` are equal on `MariaDB`.
    pub exclusive_or: &'static str,
    /// The cast after the offset argument of a window function.
    pub place: &'static str,
    /// The name of 64-bit integers in CAST.
    pub integer: &'static str,
    pub calendar: Calendar,
    pub integers: Integers,
    pub extremes: Extremes,
    pub computed: Computed,
    pub json_equality: JsonEquality,
    /// Has `JSON_TABLE`, or needs none.
    pub json_table: bool,
    pub now: Now,
    pub nulls_order: NullsOrder,
    pub offset_alone: OffsetAlone,
    pub row_lock: RowLock,
    pub distinct_on: DistinctOn,
    pub alternatives: Alternatives,
    pub set_operators: SetOperators,
    pub members: Members,
    /// The maximum number of members of a compound.
    pub members_at_once: u32,
    pub aggregate_filter: AggregateFilter,
    pub aggregate_order: AggregateOrder,
    pub frames: Frames,
    pub group_windows: GroupWindows,
    pub aggregates: Aggregates,
    /// The function around an aggregate that IN looks up in a query: `MariaDB` finds a bare one in no query.
    pub around_member: Option<&'static str>,
    pub target_in_subquery: TargetInSubquery,
    pub assignments: Assignments,
    pub set_subqueries: SetSubqueries,
    /// The statement that serializes sessions that create tables.
    pub ddl_lock: Option<&'static str>,
    pub delete_alias: DeleteAlias,
    pub returning: Returning,
    pub conflict: ConflictClause,
    pub excluded: Excluded,
    pub update_from: UpdateFrom,
    pub bulk_rows: BulkRows,
    pub empty_row: EmptyRow,
    pub bulk: Bulk,
    pub explain: ExplainSyntax,
    /// DDL can be rolled back.
    pub transactional_ddl: bool,
    pub counted: Counted,
    pub enums: Enums,
    pub comments: Comments,
    pub indexes: Indexes,
    pub late_keys: LateKeys,
    pub drops: Drops,
    pub alters: Alters,
    pub views: Views,
    pub virtual_columns: bool,
    pub generated_not_null: GeneratedNotNull,
    pub deferrable: bool,
    pub deferrable_keys: bool,
    /// Whether a constraint can be added without checking the rows that are there, and they be checked later.
    pub validates: bool,
    /// Foreign keys may set the default.
    pub set_default: bool,
    pub exclusion: bool,
}

impl Dialect {
    pub(crate) fn unsupported<T>(&self, feature: &'static str) -> Result<T> {
        Err(SqlError::Unsupported { feature, dialect: self.name, remedy: None })
    }

    /// Refuses a feature, and says what to do instead.
    pub(crate) fn unsupported_but<T>(&self, feature: &'static str, remedy: &'static str) -> Result<T> {
        Err(SqlError::Unsupported { feature, dialect: self.name, remedy: Some(remedy) })
    }
}

/// Returns the dialect of a server. Without a version, it is that of the newest `MySQL` or `MariaDB`, or of
/// `PostgreSQL` before 18.
pub fn dialect(family: Family, version: Option<Version>) -> &'static Dialect {
    match family {
        Family::Postgres if version.is_some_and(|version| version >= Version(18, 0, 0)) => &postgres::POSTGRES_18,
        Family::Postgres => &postgres::POSTGRES,
        Family::Sqlite => &sqlite::SQLITE,
        Family::Mysql if version.is_some_and(|version| version < Version(8, 0, 19)) => &mysql::MYSQL_8_0_17,
        Family::Mysql if version.is_some_and(|version| version < Version(8, 0, 31)) => &mysql::MYSQL_8_0_19,
        Family::Mysql => &mysql::MYSQL,
        Family::Mariadb if version.is_some_and(|version| version < Version(10, 6, 0)) => &mariadb::MARIADB_10_5,
        Family::Mariadb if version.is_some_and(|version| version < Version(10, 7, 0)) => &mariadb::MARIADB_10_6,
        Family::Mariadb => &mariadb::MARIADB,
    }
}
