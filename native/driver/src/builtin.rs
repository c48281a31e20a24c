//! Allow lists per server: built-in functions without side effects, and keywords that precede a
//! parenthesis without being a call.
//!
//! The lists are deliberately incomplete. A function that is missing costs one session reset; a
//! function that is listed by mistake could leave state on the session.
//! Not listed: functions that write or run SQL (`nextval`, `setval`, `lo_*`, `query_to_xml`), that
//! change the session (`set_config`, `setseed`, `get_lock`), or that act on other sessions
//! (`pg_notify`, `pg_terminate_backend`).

use std::collections::HashSet;
use std::sync::LazyLock;

use oxyde_ir::Family;

/// Functions of `pg_catalog` in every PostgreSQL since version 12. A newer one is not listed: on an
/// older server, a user may have defined a function of that name.
const POSTGRES: &str = "abbrev abs acos acosd acosh age array_agg array_append array_cat array_dims array_fill array_length array_lower array_ndims \
     array_position array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper ascii asin \
     asind asinh atan atan2 atan2d atand atanh avg bit bit_and bit_length bit_or bool bool_and bool_or bpchar cardinality cbrt ceil \
     ceiling char char_length character_length chr cidr clock_timestamp concat concat_ws convert convert_from convert_to corr cos \
     cosd cosh cot cotd count covar_pop covar_samp cume_dist current_database current_schema current_schemas current_setting \
     current_user currval date date_part date_trunc daterange decode degrees dense_rank div encode every exp extract first_value \
     float4 float8 floor format format_type gen_random_uuid generate_series generate_subscripts get_bit get_byte has_column_privilege \
     has_database_privilege has_function_privilege has_schema_privilege has_sequence_privilege has_table_privilege hashtext \
     inet_client_addr inet_client_port inet_server_addr inet_server_port initcap int2 int4 int4range int8 int8range interval isempty \
     isfinite isnull json_agg json_array_elements json_array_elements_text json_array_length json_build_array json_build_object \
     json_each json_each_text json_extract_path json_extract_path_text json_object json_object_agg json_object_keys \
     json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof jsonb jsonb_agg \
     jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each \
     jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys \
     jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record \
     jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days \
     justify_hours justify_interval lag last_value lastval lead left length like ln log log10 lower lower_inc lower_inf lpad ltrim \
     make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode now nth_value ntile num_nonnulls \
     num_nulls numeric numrange obj_description octet_length overlaps overlay percent_rank percentile_cont percentile_disc \
     pg_backend_pid pg_blocking_pids pg_column_size pg_database_size pg_encoding_max_length pg_encoding_to_char pg_get_constraintdef \
     pg_get_expr pg_get_function_identity_arguments pg_get_functiondef pg_get_indexdef pg_get_ruledef pg_get_serial_sequence \
     pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_indexes_size pg_is_in_recovery pg_postmaster_start_time pg_relation_size \
     pg_size_bytes pg_size_pretty pg_sleep pg_table_is_visible pg_table_size pg_total_relation_size pg_typeof phraseto_tsquery pi \
     plainto_tsquery position pow power quote_ident quote_literal quote_nullable radians random range_merge rank regexp_match \
     regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table repeat replace reverse right round row_number \
     row_to_json rpad rtrim scale session_user set_bit set_byte sha224 sha256 sha384 sha512 sign sin sind sinh split_part sqrt \
     starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array strpos substr substring sum tan tand \
     tanh text time timeofday timestamp timestamptz timetz timezone to_char to_date to_hex to_json to_jsonb to_number to_regclass \
     to_regnamespace to_regproc to_regprocedure to_regrole to_regtype to_timestamp to_tsquery to_tsvector transaction_timestamp \
     translate trunc ts_headline ts_rank ts_rank_cd tsrange tstzrange txid_current unnest upper upper_inc upper_inf uuid var_pop \
     var_samp varbit varchar variance version websearch_to_tsquery xmlagg xpath xpath_exists";

/// Keywords of PostgreSQL that cannot name a function (`pg_get_keywords()`: reserved, or cannot be
/// function or type name).
const POSTGRES_WORDS: &str = "all and any array as asc between bigint bit boolean both case cast char character check coalesce collate column constraint \
     current_time current_timestamp dec decimal default desc distinct else end except exists extract false fetch float for foreign \
     from greatest group grouping having in int integer intersect interval into lateral leading least limit localtime localtimestamp \
     national nchar not null nullif numeric offset on only or order overlay position precision primary real references returning row \
     select setof smallint some substring symmetric table then time timestamp to trailing treat trim union unique using values \
     varchar when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlparse xmlpi xmlroot xmlserialize \
     xmltable";

/// Functions that all supported versions of both `MySQL` and `MariaDB` have. Where one lacks a
/// function, a user may have defined it.
const MYSQL: &str = "abs acos adddate addtime aes_decrypt aes_encrypt ascii asin atan atan2 avg bin bit_and bit_count bit_length bit_or bit_xor cast \
     ceil ceiling char_length character_length charset coalesce coercibility collation compress concat concat_ws connection_id conv \
     convert convert_tz cos cot count crc32 cume_dist curdate current_date current_time current_timestamp current_user curtime \
     database date date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear degrees dense_rank elt exp \
     export_set extract extractvalue field find_in_set first_value floor format found_rows from_base64 from_days from_unixtime \
     get_format greatest group_concat hex hour ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa instr is_ipv4 is_ipv4_compat \
     is_ipv4_mapped is_ipv6 isnull json_array json_array_append json_array_insert json_arrayagg json_contains json_contains_path \
     json_depth json_extract json_insert json_keys json_length json_merge_patch json_merge_preserve json_object json_objectagg \
     json_pretty json_quote json_remove json_replace json_search json_set json_type json_unquote json_valid lag last_day \
     last_insert_id lcase lead least length ln localtime localtimestamp locate log log10 log2 lower lpad ltrim make_set makedate \
     maketime max md5 microsecond mid min minute mod month monthname now nth_value ntile nullif oct octet_length ord percent_rank \
     period_add period_diff pi position pow power quarter quote radians rand rank regexp_instr regexp_replace regexp_substr reverse \
     round row_count row_number rpad rtrim schema sec_to_time second session_user sha sha1 sha2 sign sin sleep soundex space sqrt \
     st_area st_asgeojson st_astext st_contains st_distance st_geomfromtext st_intersects st_within st_x st_y std stddev stddev_pop \
     stddev_samp str_to_date strcmp subdate substr substring substring_index subtime sum sysdate system_user tan time time_format \
     time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_days to_seconds trim truncate ucase uncompress unhex \
     unix_timestamp updatexml upper user utc_date utc_time utc_timestamp uuid uuid_short var_pop var_samp variance version week \
     weekday weekofyear weight_string year yearweek";

/// The reserved words of `MySQL` and `MariaDB`.
const MYSQL_WORDS: &str = "all and as asc between bigint binary blob both by case cast char character check collate column constraint convert cross decimal \
     default desc distinct div double else except exists false float for force foreign from fulltext group having if ignore in index \
     inner insert int integer intersect interval into join key left like limit longtext match mediumint mod natural not null numeric \
     on or order outer over partition precision primary range real references regexp repeat replace right rlike row select set \
     smallint table then tinyint to trailing union unique update use using values varbinary varchar when where with xor";

static OF_POSTGRES: LazyLock<HashSet<&str>> = LazyLock::new(|| POSTGRES.split_ascii_whitespace().collect());
static POSTGRES_GRAMMAR: LazyLock<HashSet<&str>> = LazyLock::new(|| POSTGRES_WORDS.split_ascii_whitespace().collect());
static OF_MYSQL: LazyLock<HashSet<&str>> = LazyLock::new(|| MYSQL.split_ascii_whitespace().collect());
static MYSQL_GRAMMAR: LazyLock<HashSet<&str>> = LazyLock::new(|| MYSQL_WORDS.split_ascii_whitespace().collect());

/// Whether a word before a parenthesis is a function without side effects, or no call at all.
/// `touching` is whether no space separates the word from the parenthesis.
pub fn is_harmless(word: &str, touching: bool, family: Family) -> bool {
    let word = word.to_ascii_lowercase();
    match family {
        Family::Postgres => POSTGRES_GRAMMAR.contains(&*word) || OF_POSTGRES.contains(&*word),
        // With a space between, the parser may resolve the name to a stored function instead of the built-in.
        Family::Mysql | Family::Mariadb => MYSQL_GRAMMAR.contains(&*word) || (touching && OF_MYSQL.contains(&*word)),
        // SQLite functions see only their arguments, and SQL cannot define any.
        Family::Sqlite => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_not_among_them() {
        for word in ["set_config", "nextval", "setval", "pg_notify", "pg_advisory_lock", "query_to_xml", "table_to_xml", "lo_import", "f"] {
            assert!(!is_harmless(word, true, Family::Postgres), "{word}");
        }
        for word in ["get_lock", "release_lock", "nextval", "setval", "f", "list", "median"] {
            assert!(!is_harmless(word, true, Family::Mariadb), "{word}");
        }
        for word in ["lower", "COUNT", "Coalesce", "in", "VALUES", "jsonb_agg"] {
            assert!(is_harmless(word, true, Family::Postgres), "{word}");
        }
        assert!(is_harmless("GROUP_CONCAT", true, Family::Mysql) && !is_harmless("version", false, Family::Mysql));
        assert!(is_harmless("IN", false, Family::Mysql) && is_harmless("anything", true, Family::Sqlite));
    }
}
