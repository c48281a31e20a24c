//! Tests of valid messages, invalid messages, and random bytes.

use super::*;
use crate::expr::Param;
use crate::query::{Body, Join, JoinKind, Source};
use crate::{ColumnType, Expr};

const QUERY: &str = r#"{"statement":{"query":{"body":{"select":{"from":{"table":{"alias":"t0","table":{"name":"posts"}}},"outputs":[{"expr":{"column":{"name":"id","table":"t0"}},"name":"id","type":"int"},{"expr":{"column":{"name":"price","table":"t0"}},"name":"price","nullable":true,"type":{"decimal":{"precision":10,"scale":2}}}],"where":{"and":[{"compare":{"left":{"column":{"name":"id","table":"t0"}},"op":"eq","right":{"param":{"index":1,"type":"int"}}}},{"not":{"bool":true}},"null"]}}},"limit":{"index":0,"type":"int"}}},"v":2}"#;

fn error(json: &str) -> String {
    from_json(json).unwrap_err().to_string()
}

fn bytes(json: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::write(&serde_json::from_str(json).unwrap(), &mut bytes);
    bytes
}

fn raw(expression: &str) -> String {
    format!(
        r#"{{"v":2,"statement":{{"query":{{"body":{{"select":{{"from":{{"table":{{"table":{{"name":"t"}},"alias":"t"}}}},"where":{expression}}}}}}}}}}}"#
    )
}

/// Returns `levels` nested expressions, each the only child of its parent.
fn deep(levels: usize) -> Statement {
    let Statement::Query(mut query) = from_json(&raw("\"null\"")).unwrap() else { panic!("a query") };
    let mut expr = Expr::Null;
    for level in 1..levels {
        expr = if level % 2 == 0 {
            Expr::Case { whens: vec![crate::expr::When { condition: expr, value: Expr::Null }], otherwise: None, ty: ColumnType::Int }
        } else {
            Expr::Not(Box::new(expr))
        };
    }
    let Body::Select(select) = &mut query.body else { panic!("a select") };
    select.filter = Some(expr);
    Statement::Query(query)
}

#[test]
fn statements_survive() {
    let statement = from_json(QUERY).unwrap();
    assert_eq!(to_json(&statement), QUERY);
    let packed = encode(&statement);
    assert_eq!(decode(&packed).unwrap(), statement);
    assert_eq!(packed, bytes(QUERY));
    let Statement::Query(query) = &statement else { panic!("a query") };
    assert_eq!(query.limit, Some(Param { index: 0, ty: ColumnType::Int, uncast: false }));
}

#[test]
fn errors_name_the_node() {
    assert_eq!(
        error(r#"{"v":1,"statement":{"raw":{"pieces":[]}}}"#),
        "v: version 1 is not 2: the Python half and the compiled half differ"
    );
    let unknown = error(&QUERY.replace("\"op\":\"eq\"", "\"op\":\"eq\",\"x\":1"));
    assert!(unknown.starts_with("statement.query.body.select.where.and[0].compare.x: unknown field `x`"), "{unknown}");
    let list = error(&QUERY.replace(r#"{"name":"posts"}"#, r#"[null,"posts"]"#));
    assert_eq!(list, "statement.query.body.select.from.table.table: a map expected, an array found");
    let twice = error(r#"{"v":2,"v":2,"statement":{"raw":{"pieces":[]}}}"#);
    assert!(twice.contains("the key \"v\" stands twice"), "{twice}");
    let range = error(&QUERY.replace("\"index\":1", "\"index\":-1"));
    assert!(
        range.starts_with("statement.query.body.select.where.and[0].compare.right.param.index: invalid value: integer `-1`"),
        "{range}"
    );
    let float = error(&QUERY.replace("\"index\":1", "\"index\":1.5"));
    assert!(float.contains("64-bit integer"), "{float}");
    assert!(error(r#"{"v":2,"statement":{"raw":{"pieces":[]},"x":{}}}"#).contains("a map of one entry expected, one of 2 found"));
}

#[test]
fn bytes_that_are_no_message() {
    let whole = encode(&from_json(QUERY).unwrap());
    for end in 0..whole.len() {
        assert!(decode(&whole[..end]).is_err());
    }
    let mut trailing = whole;
    trailing.push(0xc0);
    assert_eq!(decode(&trailing).unwrap_err().to_string(), "1 bytes follow the end of the message");
    for (bytes, part) in [
        (&[0xdd, 0xff, 0xff, 0xff, 0xff][..], "a length of 4294967295 where 0 bytes are left"),
        (&[0xdf, 0x7f, 0xff, 0xff, 0xff, 0xa1, b'v'], "a length of 2147483647"),
        (&[0xdb, 0xff, 0xff, 0xff, 0xff, b'x'], "a length of 4294967295 where 1 bytes are left"),
        (&[0x81, 0xa1, b'v', 0xca, 0, 0, 0, 0], "v: a float has no place"),
        (&[0x81, 0xa1, b'v', 0x91, 0xd4, 1, 1], "v[0]: an extension type has no place"),
        (&[0x81, 0xa1, b'v', 0xc4, 0], "v: bytes have no place"),
        (&[0x81, 0x01, 0x01], "a key must be a string"),
        (&[0xc1], "0xc1 means nothing"),
        (&[0xa1, 0xff], "not UTF-8"),
        (&[0x82, 0xa1, b'v', 1, 0xa1, b'v', 1], "the key \"v\" stands twice"),
        (&[0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "beyond 64 bits"),
    ] {
        let message = decode(bytes).unwrap_err().to_string();
        assert!(message.contains(part), "{message} lacks {part}");
    }
}

#[test]
fn depth_is_bounded_on_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let run = thread.spawn(|| {
        let most = deep(128);
        assert_eq!(decode(&encode(&most)).unwrap(), most);
        let message = decode(&encode(&deep(129))).unwrap_err();
        assert_eq!((message.kind, message.message.as_str()), (WireErrorKind::TooDeep, "expressions nest deeper than 128"));
        assert!(message.path.starts_with("statement.query.body.select.where.case.whens[0].condition.not"), "{}", message.path);
        for opener in [&[0x91][..], &[0x81, 0xa1, b'a']] {
            let message = decode(&opener.repeat(100_000)).unwrap_err().to_string();
            assert!(message.ends_with("nested deeper than 784 arrays and maps"), "{message}");
        }
        let Statement::Query(plain) = from_json(&raw("\"null\"")).unwrap() else { panic!("a query") };
        let mut query = plain.clone();
        for _ in 0..40 {
            let source = Source::Query { query: Box::new(query), alias: "t".to_owned() };
            query = plain.clone();
            let Body::Select(select) = &mut query.body else { panic!("a select") };
            select.joins.push(Join { kind: JoinKind::Inner, source, on: Expr::Null });
        }
        assert_eq!(decode(&encode(&Statement::Query(query))).unwrap_err().message, "queries nest deeper than 32");
    });
    run.unwrap().join().unwrap();
}

/// Marsaglia's xorshift, so that failures are reproducible.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn noise_is_refused_without_panic() {
    let long = std::env::var("OXYDE_LONG").is_ok_and(|value| value == "1");
    let seeds = [encode(&from_json(QUERY).unwrap()), encode(&deep(100))];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut understood = 0;
    for round in 0..if long { 200_000 } else { 5_000 } {
        let message = if round % 3 == 0 {
            (0..random.below(80)).map(|_| random.below(256) as u8).collect()
        } else {
            let mut message = seeds[random.below(seeds.len())].clone();
            for _ in 0..=random.below(4) {
                if message.is_empty() {
                    break;
                }
                let at = random.below(message.len());
                match random.below(4) {
                    0 => message[at] = random.below(256) as u8,
                    1 => drop(message.remove(at)),
                    2 => message.insert(at, random.below(256) as u8),
                    _ => message.truncate(at + 1),
                }
            }
            message
        };
        if let Ok(statement) = decode(&message) {
            understood += 1;
            assert_eq!(decode(&encode(&statement)).unwrap(), statement);
        }
    }
    assert!(understood > 0);
}
