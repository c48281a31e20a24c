//! MariaDB 10.5 and later: MySQL's sheet, and where it differs.

use super::{
    Assignments, Dialect, Drops, Excluded, ExplainSyntax, GeneratedNotNull, Indexes, JsonEquality, LateKeys, ParamTypes, Prepared, Regex,
    Returning, RowLock, Types, Views, mysql,
};
use crate::cast;

pub const MARIADB: Dialect = Dialect {
    name: "mariadb",
    types: Types::Mariadb,
    cast: cast::mariadb,
    param_types: ParamTypes::Cast { json: false },
    prepared: Prepared::OneQuery,
    regex: Regex::Inline,
    json_equality: JsonEquality::Function("JSON_EQUALS"),
    row_lock: RowLock::AllTables { skip_locked: true },
    assignments: Assignments::AtOnce,
    returning: Returning::InsertDelete,
    excluded: Excluded::Function,
    explain: ExplainSyntax::Analyze,
    indexes: Indexes::InlineColumns,
    late_keys: LateKeys::IfNotExists,
    drops: Drops::KeysFirst,
    views: Views::IfNotExists,
    generated_not_null: GeneratedNotNull::Check,
    ..mysql::MYSQL
};

/// Cannot tell whether two JSON values are the same.
pub const MARIADB_10_6: Dialect = Dialect { json_equality: JsonEquality::Unsupported, ..MARIADB };

/// Does not skip locked rows either.
pub const MARIADB_10_5: Dialect = Dialect { row_lock: RowLock::AllTables { skip_locked: false }, ..MARIADB_10_6 };
