//! Programs (their steps, slots and outputs), and the statements that cannot be rendered.

#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)] // all of it is test code

use oxyde_ir::program::{Form, Origin, Program, Repeat, Slot, Step, Text};
use oxyde_ir::{Atomic, ColumnType, Family, Statement, Version, wire};
use oxyde_sql::{SqlError, dialect, render};

fn statement(json: &str) -> Statement {
    wire::from_json(&format!(r#"{{"v":2,"statement":{json}}}"#)).unwrap()
}

fn program(json: &str, family: Family) -> Result<Program, SqlError> {
    render(&statement(json), dialect(family, None))
}

fn texts(program: &Program) -> Vec<&str> {
    program
        .steps
        .iter()
        .map(|step| match &step.text {
            Text::Fixed(fragment) => fragment.text.as_str(),
            Text::Rows { head, .. } => head.text.as_str(),
            Text::Copy { copy, .. } => copy.as_str(),
        })
        .collect()
}

/// Returns the slots of a step with one row.
fn slots(step: &Step) -> Vec<Slot> {
    step.text.slots(1).map(|(slot, _)| slot.clone()).collect()
}

fn text(program: &Program) -> &str {
    texts(program)[0]
}

/// Returns a SELECT of `id` with the condition `filter`.
fn select(filter: &str) -> String {
    format!(
        r#"{{"query":{{"body":{{"select":{{"outputs":[{{"expr":{{"column":{{"table":"t0","name":"id"}}}},"name":"id","type":"int"}}],
            "from":{{"table":{{"table":{{"name":"posts"}},"alias":"t0"}}}},"where":{filter}}}}},"point":true}}}}"#
    )
}

const GREATER: &str = r#"{"compare":{"op":"gt","left":{"column":{"table":"t0","name":"id"}},"right":{"param":{"index":0,"type":"int"}}}}"#;

const BULK: &str = r#"{"insert":{"table":{"name":"t"},"columns":[{"name":"a","type":"text"},{"name":"b","type":"int"}],"rows":"many",
    "key":[{"name":"id","type":"int","auto":true}],
    "returning":[{"expr":{"column":{"table":"t","name":"id"}},"name":"id","type":"int"}]}}"#;

#[test]
fn dialects_bear_the_names_of_families() {
    for family in Family::ALL {
        assert_eq!(dialect(family, None).name, family.name());
        assert_eq!(dialect(family, Some(Version(99, 0, 0))).name, family.name());
    }
    assert!(dialect(Family::Postgres, Some(Version(18, 0, 0))).virtual_columns);
    assert!(!dialect(Family::Postgres, Some(Version(17, 9, 0))).virtual_columns);
}

#[test]
fn selects_tell_what_they_read() {
    for family in Family::ALL {
        let program = program(&select(GREATER), family).unwrap();
        assert!(program.read_only && program.point_read && program.atomic == Atomic::None);
        assert_eq!(program.params, [ColumnType::Int]);
        let outputs = program.steps[0].outputs.as_deref().unwrap();
        assert_eq!((outputs[0].name.as_str(), outputs[0].table.as_str(), outputs[0].nullable), ("id", "posts", false));
    }
}

#[test]
fn mariadb_prepares_anew_what_holds_several_queries() {
    let anew = |json: &str| -> Vec<Family> {
        let families = Family::ALL.into_iter().filter(|family| program(json, *family).is_ok_and(|program| program.prepared_anew));
        families.collect()
    };
    let plain = query_body(GREATER);
    let update = |filter: &str| {
        format!(
            r#"{{"update":{{"table":{{"name":"t"}},"alias":"t","set":[{{"column":"a","value":"null"}}],"where":{filter},
                "key":[{{"name":"id","type":"int"}}]}}}}"#
        )
    };
    for once in [&select(GREATER), &update(&GREATER.replace("t0", "t")), BULK] {
        assert_eq!(anew(once), [], "{once}");
    }
    let exists = format!(r#"{{"exists":{plain}}}"#);
    let both = format!(r#"{{"compound":{{"first":{plain},"others":[{{"op":"union","query":{plain}}}]}}}}"#);
    let view = select(GREATER).replace(r#""name":"posts""#, r#""name":"posts","view":true"#);
    let named = select(GREATER).replace(r#""query":{"#, &format!(r#""query":{{"with":[{{"name":"c","query":{plain}}}],"#));
    let raw = r#"{"raw":{"pieces":[{"text":"TABLE posts"}]}}"#;
    let piece = select(r#"{"raw":[{"text":"id IN (TABLE ids)"}]}"#);
    let made = r#"{"create_tables":{"tables":[{"table":{"name":"v"},"columns":[],"view":"select 1"}]}}"#;
    for often in [&select(&exists), &update(&exists), &format!(r#"{{"query":{{"body":{both}}}}}"#), &view, &named, raw, &piece, made] {
        assert_eq!(anew(often), [Family::Mariadb], "{often}");
    }
}

#[test]
fn long_compounds_are_written_in_parts() {
    let one = query_body(r#""null""#);
    let texts = |ops: &[&str]| {
        let others: Vec<String> = ops.iter().map(|op| format!(r#"{{"op":"{op}","query":{one}}}"#)).collect();
        let json = format!(r#"{{"query":{{"body":{{"compound":{{"first":{one},"others":[{}]}}}}}}}}"#, others.join(","));
        [Family::Postgres, Family::Sqlite].map(|family| text(&program(&json, family).unwrap()).to_owned())
    };
    for (members, parts) in [(500, 0), (501, 1), (999, 1), (1_000, 2)] {
        let [postgres, sqlite] = texts(&vec!["union_all"; members - 1]);
        assert_eq!((postgres.matches('(').count(), sqlite.matches("SELECT * FROM (").count()), (parts, parts), "{members}");
        assert_eq!(sqlite.matches(" UNION ALL ").count(), members - 1);
    }
    let [postgres, _] = texts(&["union", "except", "intersect", "intersect", "union"]);
    assert!(postgres.starts_with("(SELECT ") && postgres.contains(") INTERSECT SELECT "), "{postgres}");
    assert_eq!(postgres.matches('(').count(), 1, "{postgres}");
}

#[test]
fn sql_of_the_application_may_write() {
    let raw = select(r#"{"raw":[{"text":"nextval('s') > 0"}]}"#);
    assert!(!program(&raw, Family::Postgres).unwrap().read_only);
    let inside = select(&format!(r#"{{"not":{{"exists":{}}}}}"#, query_body(r#"{"raw":[{"text":"f()"}]}"#)));
    assert!(!program(&inside, Family::Postgres).unwrap().read_only);
    assert_eq!(program(r#"{"raw":{"pieces":[{"text":"VACUUM"}]}}"#, Family::Sqlite).unwrap().steps[0].outputs, None);
}

fn query_body(filter: &str) -> String {
    let whole = select(filter);
    whole["{\"query\":".len()..whole.len() - 1].to_owned()
}

#[test]
fn a_parameter_used_twice_keeps_its_number() {
    let both = select(&format!(r#"{{"and":[{GREATER},{GREATER}]}}"#));
    for (family, slots) in [(Family::Postgres, 1), (Family::Sqlite, 2), (Family::Mysql, 2), (Family::Mariadb, 2)] {
        assert_eq!(program(&both, family).unwrap().steps[0].text.count(1), slots);
    }
}

#[test]
fn lists_are_one_slot_or_padded() {
    let filter = r#"{"in":{"expr":{"column":{"table":"t0","name":"id"}},"list":{"index":0,"type":"int"},"size":4}}"#;
    let slots = |family| slots(&program(&select(filter), family).unwrap().steps[0]);
    assert_eq!((slots(Family::Postgres)[0].origin, slots(Family::Postgres)[0].form), (Origin::Param(0), Form::Array));
    assert_eq!((slots(Family::Sqlite)[0].origin, slots(Family::Sqlite)[0].form), (Origin::Param(0), Form::JsonArray));
    let members: Vec<Origin> = slots(Family::Mysql).iter().map(|slot| slot.origin).collect();
    assert_eq!(members, [0, 1, 2, 3].map(|member| Origin::Member { index: 0, member }));
}

#[test]
fn many_rows_go_as_the_server_likes() {
    let steps = |family| program(BULK, family).unwrap().steps;
    assert_eq!(steps(Family::Postgres)[0].repeat, Repeat::Chunks { rows: 65_536 });
    assert_eq!(slots(&steps(Family::Postgres)[0])[1].form, Form::Array);
    assert_eq!(steps(Family::Sqlite)[0].repeat, Repeat::EachRow);
    assert_eq!(steps(Family::Mariadb)[0].repeat, Repeat::Chunks { rows: 1_024 });
    let mysql = program(BULK, Family::Mysql).unwrap();
    assert!(mysql.atomic == Atomic::All && mysql.steps[0].last_insert_id && mysql.result == 1);
    assert_eq!((mysql.steps[0].repeat, mysql.steps[1].repeat), (Repeat::EachRow, Repeat::EachKey));
    assert_eq!(slots(&mysql.steps[1])[0].origin, Origin::Key(0));
    assert_eq!(mysql.bulk.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn wide_rows_are_fewer_at_once() {
    let columns: Vec<String> = (0..1_000).map(|n| format!(r#"{{"name":"c{n}","type":"int"}}"#)).collect();
    let json = format!(r#"{{"insert":{{"table":{{"name":"t"}},"columns":[{}],"rows":"many"}}}}"#, columns.join(","));
    assert_eq!(program(&json, Family::Mysql).unwrap().steps[0].repeat, Repeat::Chunks { rows: 64 });
}

#[test]
fn an_update_is_read_back_by_its_keys() {
    let json = r#"{"update":{"table":{"name":"t"},"alias":"t0","set":[{"column":"a","value":{"param":{"index":0,"type":"text"}}}],
        "key":[{"name":"id","type":"int"}],"returning":[{"expr":{"column":{"table":"t0","name":"a"}},"name":"a","type":"text"}]}}"#;
    for family in [Family::Mysql, Family::Mariadb] {
        let program = program(json, family).unwrap();
        assert!(program.atomic == Atomic::All && program.steps[0].keep_keys && program.result == 2);
        assert_eq!(program.steps.iter().map(|step| step.repeat).collect::<Vec<_>>(), [Repeat::Once, Repeat::EachKey, Repeat::EachKey]);
        assert_eq!(slots(&program.steps[1]).iter().map(|slot| slot.origin).collect::<Vec<_>>(), [Origin::Param(0), Origin::Key(0)]);
        assert_eq!(program.steps[2].outputs.as_ref().unwrap()[0].table, "t");
    }
}

#[test]
fn a_rendered_dollar_quote_fits_around_its_text() {
    let json = r#"{"create_tables":{"enums":[{"name":"e","labels":["$oxyde0$"]}],"tables":[],"if_not_exists":true}}"#;
    let program = program(json, Family::Postgres).unwrap();
    let texts = texts(&program);
    assert!(texts[0].contains("pg_advisory_xact_lock") && texts[1].starts_with("DO $oxyde1$ BEGIN CREATE TYPE"), "{texts:?}");
    assert_eq!(program.atomic, Atomic::All);
}

#[test]
fn assignments_read_the_row_as_it_was() {
    let column = |name: &str| format!(r#"{{"column":{{"table":"t0","name":"{name}"}}}}"#);
    let update = |set: &[(&str, &str)]| {
        let set: Vec<String> = set.iter().map(|(to, from)| format!(r#"{{"column":"{to}","value":{}}}"#, column(from))).collect();
        format!(r#"{{"update":{{"table":{{"name":"t"}},"alias":"t0","set":[{}],"key":[]}}}}"#, set.join(","))
    };
    let moved = update(&[("a", "x"), ("b", "a"), ("c", "b")]);
    let found = text(&program(&moved, Family::Mysql).unwrap()).to_owned();
    assert!(found.ends_with("SET `c` = `t0`.`b`, `b` = `t0`.`a`, `a` = `t0`.`x`"), "{found}");
    let swapped = update(&[("a", "b"), ("b", "a")]);
    let error = program(&swapped, Family::Mysql).unwrap_err().to_string();
    assert_eq!(error, "assignments that read each other's columns are not supported by mysql; update one column after the other");
    for family in [Family::Postgres, Family::Sqlite, Family::Mariadb] {
        assert!(program(&swapped, family).is_ok());
    }
}

/// Checks that an invalid statement is refused with the reason.
#[test]
fn malformed_statements_are_refused() {
    let id = r#"{"column":{"table":"t0","name":"id"}}"#;
    let two_types = r#"{"compare":{"op":"eq","left":{"param":{"index":0,"type":"text"}},"right":"null"}}"#;
    let list = |index: u32, size: u32| format!(r#"{{"in":{{"expr":{id},"list":{{"index":{index},"type":"int"}},"size":{size}}}}}"#);
    let table = |body: &str| format!(r#"{{"create_tables":{{"tables":[{{"table":{{"name":"t"}},{body}}}]}}}}"#);
    for (json, reason) in [
        (select(&format!(r#"{{"and":[{GREATER},{two_types}]}}"#)), "parameter 0 is used with two types"),
        (select(&format!(r#"{{"and":[{GREATER},{}]}}"#, list(0, 2))), "parameter 0 is used with two types"),
        (select(&list(0, 0)), "membership in an empty list"),
        (select(&list(4_294_967_295, 1)), "parameter 0 is missing"),
        (select(r#"{"is_null":{"case":{"whens":[],"type":"int"}}}"#), "a CASE without WHEN"),
        (select(r#"{"is_null":{"call":{"function":"null_if","args":[],"type":"int"}}}"#), "NullIf with 0 arguments"),
        (select(r#"{"is_null":{"aggregate":{"function":"sum","type":"int","of":"int"}}}"#), "Sum with 0 arguments"),
        (select(&format!(r#"{{"is_null":{{"cast":{{"expr":{id},"type":"any"}}}}}}"#)), "a cast to no type of the server's"),
        (select(r#"{"is_null":{"column":{"table":"t0","name":"a\u0000"}}}"#), "a name contains a NUL character"),
        (select(r#"{"raw":[{"text":"a\u0000"}]}"#), "an SQL text contains a NUL character"),
        (BULK.replace(r#"{"name":"a","type":"text"},{"name":"b","type":"int"}"#, ""), "an insert of many rows without columns"),
        (BULK.replace(r#""many""#, r#"{"one":[]}"#), "an insert of other than one value for each column"),
        (r#"{"update":{"table":{"name":"t"},"alias":"t","set":[],"key":[]}}"#.to_owned(), "an update of no column"),
        (r#"{"raw":{"pieces":[]}}"#.to_owned(), "an SQL text is empty"),
        (r#"{"explain":{"statement":{"explain":{"statement":{"raw":{"pieces":[]}}}}}}"#.to_owned(), "EXPLAIN of EXPLAIN"),
        (table(r#""columns":[]"#), "a table without columns"),
        (table(r#""columns":[{"name":"a","type":"any"}]"#), "a column has no type"),
        (table(r#""columns":[{"name":"a","type":"text","auto":true}]"#), "column \"a\" counts, but is no integer"),
        (table(r#""columns":[{"name":"a","type":{"enum":{"name":"e","labels":[]}}}]"#), "an enumeration without labels"),
        (table(r#""columns":[{"name":"a","type":"int"}],"indexes":[{"name":"i","parts":[]}]"#), "the index \"i\" has no parts"),
        (table(r#""columns":[{"name":"a","type":"int"}],"checks":[{"name":"c","sql":" "}]"#), "an SQL text is empty"),
    ] {
        let mysql_has_none = |error: &SqlError| matches!(error, SqlError::Unsupported { .. });
        let errors: Vec<SqlError> = Family::ALL.into_iter().filter_map(|family| program(&json, family).err()).collect();
        let found = errors.iter().filter(|error| !mysql_has_none(error)).map(ToString::to_string);
        let expected = format!("the statement is malformed: {reason}");
        let found: Vec<String> = found.collect();
        assert!(!found.is_empty() && found.iter().all(|found| *found == expected), "{json}\n{found:?}\n{expected}");
    }
}

#[test]
fn long_lists_are_refused_where_each_member_is_a_parameter() {
    let filter = r#"{"in":{"expr":{"column":{"table":"t0","name":"id"}},"list":{"index":0,"type":"date"},"size":4294967295}}"#;
    let error = |family| program(&select(filter), family).unwrap_err().to_string();
    assert_eq!(error(Family::Mysql), "lists of so many values are not supported by mysql; give in= a queryset, or filter in parts");
    assert_eq!(error(Family::Sqlite), "lists of so many values are not supported by sqlite; give in= a queryset, or filter in parts");
    assert!(program(&select(filter), Family::Postgres).is_ok());
}

/// Checks what only older versions refuse, which the cases do not cover.
#[test]
fn older_servers_refuse_more() {
    let error = |json: &str, family, version| render(&statement(json), dialect(family, Some(version))).unwrap_err().to_string();
    let both = |op: &str| {
        let (left, right) = (query_body(r#""null""#), query_body(r#""null""#));
        format!(r#"{{"query":{{"body":{{"compound":{{"first":{left},"others":[{{"op":"{op}","query":{right}}}]}}}}}}}}"#)
    };
    for op in ["intersect", "except"] {
        assert!(program(&both(op), Family::Mysql).is_ok());
        assert_eq!(
            error(&both(op), Family::Mysql, Version(8, 0, 30)),
            "INTERSECT and EXCEPT are not supported by mysql; they need MySQL 8.0.31"
        );
    }
    let skipping = select(GREATER).replace(r#""point":true"#, r#""lock":{"kind":"update","wait":"skip_locked"}"#);
    assert!(program(&skipping, Family::Mariadb).is_ok());
    let refused = error(&skipping, Family::Mariadb, Version(10, 5, 9));
    assert_eq!(refused, "locks that skip locked rows (SKIP LOCKED) are not supported by mariadb; they need MariaDB 10.6");
    let json = r#"{"param":{"index":0,"type":"json"}}"#;
    let equal = select(&format!(r#"{{"compare":{{"op":"eq","left":{json},"right":{json}}}}}"#));
    assert!(program(&equal, Family::Mariadb).is_ok());
    assert_eq!(
        error(&equal, Family::Mariadb, Version(10, 6, 9)),
        "equality comparisons of JSON values are not supported by mariadb; they need MariaDB 10.7"
    );
    let list = r#"{"param":{"index":0,"type":{"array":{"item":"int"}}}}"#;
    let overlaps = select(&format!(r#"{{"call":{{"function":"list_overlaps","args":[{list},{list}],"type":"bool"}}}}"#));
    assert!(program(&overlaps, Family::Mariadb).is_ok());
    assert_eq!(
        error(&overlaps, Family::Mariadb, Version(10, 5, 9)),
        "conditions on the members of lists are not supported by mariadb; they need MySQL 8.0.4 or MariaDB 10.6"
    );
}

#[test]
fn statements_of_too_many_parameters_are_refused() {
    let column = r#"{"column":{"table":"t0","name":"id"}}"#;
    let equal = |n| format!(r#"{{"compare":{{"op":"eq","left":{column},"right":{{"param":{{"index":{n},"type":"int"}}}}}}}}"#);
    let all: Vec<String> = (0..66_000).map(equal).collect();
    let error = program(&select(&format!(r#"{{"or":[{}]}}"#, all.join(","))), Family::Mariadb).unwrap_err().to_string();
    assert_eq!(error, "statements with so many parameters are not supported by mariadb; give in= a queryset, or split the statement");
}

#[test]
fn rows_of_too_many_columns_are_refused() {
    let columns: Vec<String> = (0..66_000).map(|n| format!(r#"{{"name":"c{n}","type":"int"}}"#)).collect();
    let wide = BULK.replace(r#"{"name":"a","type":"text"},{"name":"b","type":"int"}"#, &columns.join(","));
    let error = program(&wide, Family::Mariadb).unwrap_err().to_string();
    assert_eq!(error, "statements with so many parameters are not supported by mariadb; give in= a queryset, or split the statement");
}
