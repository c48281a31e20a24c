//! The dialect of `MariaDB` 10.5 and later, as differences from that of `MySQL`.

use super::{
    Assignments, Dialect, Drops, Excluded, ExplainSyntax, GeneratedNotNull, GroupWindows, Indexes, JsonEquality, LateKeys, ParamTypes,
    Prepared, Regex, Returning, RowLock, Types, Views, mysql,
};

/// Turns JSON text into a JSON string literal, whose escapes `JSON_UNQUOTE` resolves. The escapes that JSON requires
/// (of quotes, backslashes and control characters) are escaped once more, so that each is preserved as it is spelt.
const BEFORE_UNESCAPED: &str = r#"JSON_UNQUOTE(CONCAT('"', REPLACE(REGEXP_REPLACE("#;
const AFTER_UNESCAPED: &str = r#", '(?i)(\\\\\\\\|\\\\(?=[^u\\\\/])|\\\\(?=u00[01]|u0022|u005c))', '\\1\\1'), '"', '\\"'), '"'))"#;

pub const MARIADB: Dialect = Dialect {
    name: "mariadb",
    types: Types::Mariadb,
    param_types: ParamTypes::Cast { json: false },
    prepared: Prepared::OneQuery,
    regex: Regex::Inline,
    json_equality: JsonEquality::Unescaped { name: "JSON_EQUALS", before: BEFORE_UNESCAPED, after: AFTER_UNESCAPED },
    row_lock: RowLock::AllTables { skip_locked: true },
    group_windows: GroupWindows::Apart,
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

/// Has no `JSON_EQUALS`.
pub const MARIADB_10_6: Dialect = Dialect { json_equality: JsonEquality::Unsupported, ..MARIADB };

/// Has neither `SKIP LOCKED` nor `JSON_TABLE`.
pub const MARIADB_10_5: Dialect = Dialect { row_lock: RowLock::AllTables { skip_locked: false }, json_table: false, ..MARIADB_10_6 };
