//! Every statement that can be decoded is rendered or refused, without a panic and with a small stack.

#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)] // all of it is test code

use std::fs;
use std::path::Path;

use oxyde_ir::expr::When;
use oxyde_ir::query::Body;
use oxyde_ir::{ColumnType, Expr, Family, Statement, wire};
use oxyde_sql::{dialect, render};

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts")).unwrap() {
        for entry in fs::read_dir(folder.unwrap().path()).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let ir = text.lines().find(|line| line.starts_with('{')).unwrap();
            seeds.push(wire::encode(&wire::from_json(ir).unwrap()));
        }
    }
    seeds.sort();
    seeds
}

/// Marsaglia's xorshift generator, which makes failures reproducible.
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
fn changed_statements_never_panic() {
    let seeds = seeds();
    assert!(seeds.len() >= 40);
    let long = std::env::var("OXYDE_LONG").is_ok_and(|value| value == "1");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut rendered, mut refused) = (0, 0);
    for _ in 0..if long { 2_000_000 } else { 60_000 } {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(3) {
            let (to, from) = (random.below(bytes.len()), random.below(bytes.len()));
            match random.below(4) {
                0 => bytes[to] = bytes[to].wrapping_add(1),
                1 => bytes[to] = bytes[from],
                2 => bytes[to] = random.below(256) as u8,
                _ => bytes.swap(to, from),
            }
        }
        let Ok(statement) = wire::decode(&bytes) else { continue };
        for family in Family::ALL {
            match render(&statement, dialect(family, None)) {
                Ok(_) => rendered += 1,
                Err(_) => refused += 1,
            }
        }
    }
    println!("{rendered} rendered, {refused} refused");
    assert!(rendered > 1_000 && refused > 100, "{rendered} rendered, {refused} refused");
}

/// Returns a statement with `levels` nested expressions.
fn deep(levels: usize, wrap: impl Fn(Expr) -> Expr) -> Statement {
    let json = r#"{"v":2,"statement":{"query":{"body":{"select":{"outputs":[{"expr":{"int":1},"name":"a","type":"int"}],
        "from":{"table":{"table":{"name":"t"},"alias":"t"}}}}}}}"#;
    let Statement::Query(mut query) = wire::from_json(json).unwrap() else { panic!("a query") };
    let Body::Select(select) = &mut query.body else { panic!("a select") };
    select.filter = Some((1..levels).fold(Expr::Null, |expr, _| wrap(expr)));
    Statement::Query(query)
}

#[test]
fn deep_statements_need_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let run = thread.spawn(|| {
        let other = || Expr::IsNull(Box::new(Expr::Bool(true)));
        let wraps: [Box<dyn Fn(Expr) -> Expr>; 4] = [
            Box::new(|expr| Expr::Not(Box::new(expr))),
            Box::new(move |expr| Expr::And(vec![other(), other(), expr, other(), other(), other()])),
            Box::new(|expr| Expr::Xor(vec![Expr::Bool(true), expr])),
            Box::new(|expr| Expr::Case {
                whens: vec![When { condition: Expr::IsNotTrue(Box::new(expr)), value: Expr::Null }],
                otherwise: None,
                ty: ColumnType::Decimal { precision: None, scale: None },
            }),
        ];
        for (index, wrap) in wraps.iter().enumerate() {
            let statement = deep(if index == 3 { 63 } else { 126 }, wrap);
            assert_eq!(wire::decode(&wire::encode(&statement)).unwrap(), statement);
            for family in Family::ALL {
                assert!(render(&statement, dialect(family, None)).is_ok());
            }
        }
    });
    run.unwrap().join().unwrap();
}
