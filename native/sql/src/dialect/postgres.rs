//! PostgreSQL 13 and later.

use super::{
    AggregateFilter, Aggregates, Backslash, Bulk, Calendar, Comments, Computed, Concat, Conflict, Counted, Decimals, DeleteAlias, Dialect,
    Drops, EmptyRow, Enums, Explain, GeneratedNotNull, Indexes, JsonEquality, LateKeys, List, Matching, Math, Now, NullsOrder, OffsetAlone,
    Placeholder, Regex, Returning, RowLock, TargetInSubquery, Types, Views,
};

pub const POSTGRES: Dialect = Dialect {
    name: "postgres",
    quote: '"',
    backslash: Backslash::Plain,
    placeholder: Placeholder::Numbered,
    max_params: 65_535,
    types: Types::Postgres,
    list: List::Array,
    decimal: Decimals::Native,
    matching: Matching::Ilike,
    regex: Regex::Tilde,
    concat: Concat::Function,
    calendar: Calendar::Intervals,
    math: Math::Postgres,
    computed: Computed::Ranged,
    json_equality: JsonEquality::Operator,
    now: Now::StatementTimestamp,
    nulls_order: NullsOrder::Clause,
    offset_alone: OffsetAlone::Plain,
    row_lock: RowLock::ForUpdate,
    aggregate_filter: AggregateFilter::Clause,
    aggregates: Aggregates::Numeric,
    target_in_subquery: TargetInSubquery::Allowed,
    delete_alias: DeleteAlias::Alias,
    returning: Returning::Full,
    conflict: Conflict::OnConflict,
    empty_row: EmptyRow::DefaultValues,
    bulk: Bulk::Unnest,
    explain: Explain::Options,
    transactional_ddl: true,
    counted: Counted::Serial,
    enums: Enums::Types,
    comments: Comments::Statements,
    indexes: Indexes::Full,
    late_keys: LateKeys::Block,
    drops: Drops::Together,
    views: Views::Block,
    virtual_columns: false,
    generated_not_null: GeneratedNotNull::Keyword,
    deferrable: true,
    exclusion: true,
};

/// Has virtual generated columns.
pub const POSTGRES_18: Dialect = Dialect { virtual_columns: true, ..POSTGRES };
