//! MariaDB 10.6 and later: MySQL's sheet, and where it differs.

use super::{Dialect, Drops, Explain, GeneratedNotNull, Indexes, LateKeys, Regex, Returning, Types, Views, mysql};

pub const MARIADB: Dialect = Dialect {
    name: "mariadb",
    types: Types::Mariadb,
    regex: Regex::Inline,
    returning: Returning::InsertDelete,
    explain: Explain::Analyze,
    indexes: Indexes::InlineColumns,
    late_keys: LateKeys::IfNotExists,
    drops: Drops::KeysFirst,
    views: Views::IfNotExists,
    generated_not_null: GeneratedNotNull::Check,
    ..mysql::MYSQL
};
