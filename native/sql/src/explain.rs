//! EXPLAIN.

use oxyde_ir::program::{Fragment, Step, Text};
use oxyde_ir::statement::Explain;
use oxyde_ir::{Program, Statement};

use crate::dialect::{Dialect, ExplainSyntax};
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
        return dialect.unsupported("plans of verbs that send several statements");
    };
    let Text::Fixed(Fragment { text, slots }) = step.text else {
        return dialect.unsupported("plans of verbs that send several statements");
    };
    let text = Text::Fixed(Fragment { text: format!("{prefix}{text}"), slots });
    Ok(Program { steps: vec![Step { text, outputs: None, ..step }], read_only: inner.read_only || !explain.analyze, ..Program::default() })
}

fn prefix(dialect: &Dialect, analyze: bool, json: bool) -> Result<&'static str> {
    Ok(match (dialect.explain, analyze, json) {
        (ExplainSyntax::Options, false, false) => "EXPLAIN ",
        (ExplainSyntax::Options, false, true) => "EXPLAIN (FORMAT JSON) ",
        (ExplainSyntax::Options, true, false) => "EXPLAIN (ANALYZE) ",
        (ExplainSyntax::Options, true, true) => "EXPLAIN (ANALYZE, FORMAT JSON) ",
        (ExplainSyntax::QueryPlan, false, false) => "EXPLAIN QUERY PLAN ",
        (ExplainSyntax::QueryPlan, true, _) => {
            return dialect.unsupported_but("measured plans (EXPLAIN ANALYZE)", "leave out analyze=True");
        }
        (ExplainSyntax::QueryPlan, false, true) => return dialect.unsupported_but("plans in JSON", "leave out format=\"json\""),
        (ExplainSyntax::Tree | ExplainSyntax::Analyze, false, false) => "EXPLAIN ",
        (ExplainSyntax::Tree | ExplainSyntax::Analyze, false, true) => "EXPLAIN FORMAT=JSON ",
        (ExplainSyntax::Tree, true, false) => "EXPLAIN ANALYZE ",
        (ExplainSyntax::Tree, true, true) => return dialect.unsupported_but("measured plans in JSON", "leave out format=\"json\""),
        (ExplainSyntax::Analyze, true, false) => "ANALYZE ",
        (ExplainSyntax::Analyze, true, true) => "ANALYZE FORMAT=JSON ",
    })
}
