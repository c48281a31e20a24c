//! EXPLAIN.

use oxyde_ir::program::{Step, Text};
use oxyde_ir::statement::Explain;
use oxyde_ir::{Program, Statement};

use crate::dialect::{Dialect, Explain as Answer};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::program as program_of;

pub fn program(explain: &Explain, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if matches!(*explain.statement, Statement::Explain(_)) {
        return malformed("EXPLAIN of EXPLAIN");
    }
    let inner = program_of(&explain.statement, dialect, params)?;
    let prefix = prefix(dialect, explain.analyze, explain.json)?;
    let mut steps = inner.steps;
    let (Some(step), true, true) = (steps.pop(), steps.is_empty(), inner.bulk.is_empty()) else {
        return dialect.unsupported("plans of statements that take several steps");
    };
    let Text::Fixed(text) = &step.text else { return dialect.unsupported("plans of statements that take several steps") };
    let text = Text::Fixed(format!("{prefix}{text}"));
    Ok(Program { steps: vec![Step { text, outputs: None, ..step }], read_only: inner.read_only || !explain.analyze, ..Program::default() })
}

fn prefix(dialect: &Dialect, analyze: bool, json: bool) -> Result<&'static str> {
    Ok(match (dialect.explain, analyze, json) {
        (Answer::Options, false, false) => "EXPLAIN ",
        (Answer::Options, false, true) => "EXPLAIN (FORMAT JSON) ",
        (Answer::Options, true, false) => "EXPLAIN (ANALYZE) ",
        (Answer::Options, true, true) => "EXPLAIN (ANALYZE, FORMAT JSON) ",
        (Answer::QueryPlan, false, false) => "EXPLAIN QUERY PLAN ",
        (Answer::QueryPlan, true, _) => return dialect.unsupported("plans with measurements"),
        (Answer::QueryPlan, false, true) => return dialect.unsupported("plans as JSON"),
        (Answer::Tree | Answer::Analyze, false, false) => "EXPLAIN ",
        (Answer::Tree | Answer::Analyze, false, true) => "EXPLAIN FORMAT=JSON ",
        (Answer::Tree, true, false) => "EXPLAIN ANALYZE ",
        (Answer::Tree, true, true) => return dialect.unsupported("plans with measurements as JSON"),
        (Answer::Analyze, true, false) => "ANALYZE ",
        (Answer::Analyze, true, true) => "ANALYZE FORMAT=JSON ",
    })
}
