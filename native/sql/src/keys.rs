//! Rows found by keys of several columns: many alternatives of the same equalities, written as one membership.

use oxyde_ir::Expr;
use oxyde_ir::expr::Comparison;

use crate::decimal::Compared;
use crate::dialect::Alternatives;
use crate::error::Result;
use crate::writer::Writer;

/// The number of alternatives from which on a membership is written; few are found by an index either way.
const MANY: usize = 16;

/// The equalities of an alternative, if it consists of at least two, each with a parameter.
fn equalities(alternative: &Expr) -> Option<Vec<(&Expr, &Expr)>> {
    let Expr::And(members) = alternative else { return None };
    let pairs = members.iter().map(|member| {
        let Expr::Compare { op: Comparison::Eq, left, right } = member else { return None };
        (matches!(**left, Expr::Column { .. }) && matches!(**right, Expr::Param(_))).then_some((&**left, &**right))
    });
    pairs.collect::<Option<Vec<_>>>().filter(|pairs| pairs.len() > 1)
}

/// The alternatives as rows of equalities of the same columns, if they are.
fn rows(alternatives: &[Expr]) -> Option<Vec<Vec<(&Expr, &Expr)>>> {
    let rows = alternatives.iter().map(equalities).collect::<Option<Vec<_>>>()?;
    let first = rows.first()?;
    let are_alike = rows.iter().all(|row| row.len() == first.len() && row.iter().zip(first).all(|((one, _), (other, _))| one == other));
    are_alike.then_some(rows)
}

impl Writer<'_> {
    /// Writes alternatives as `(a, b) IN (VALUES (?, ?), ...)` and returns `true`, if they are many of the same columns and the
    /// server would take quadratic time for them. Otherwise nothing is written.
    pub fn as_membership(&mut self, alternatives: &[Expr]) -> Result<bool> {
        match self.dialect.alternatives {
            Alternatives::Linear => return Ok(false),
            Alternatives::Quadratic => {}
        }
        if alternatives.len() < MANY {
            return Ok(false);
        }
        let Some(rows) = rows(alternatives) else { return Ok(false) };
        let Some(first) = rows.first() else { return Ok(false) };
        let compared: Vec<Compared> = first.iter().map(|(left, right)| self.compared(&[left, right], None)).collect();
        let is_by_values = |(row, how): (&(&Expr, &Expr), &Compared)| !self.is_json(row.0) && !matches!(how, Compared::Meaning(_));
        let are_by_values = first.iter().zip(&compared).all(is_by_values);
        let are_alike =
            || rows.iter().all(|row| row.iter().zip(&compared).all(|((left, right), how)| self.compared(&[left, right], None) == *how));
        if !are_by_values || !are_alike() {
            return Ok(false);
        }
        self.push("(");
        self.separated(first.iter().zip(&compared), |writer, ((left, _), how)| writer.left(left, *how))?;
        self.push(") IN (VALUES ");
        self.separated(&rows, |writer, row| {
            writer.push("(");
            writer.separated(row.iter().zip(&compared), |writer, ((left, right), how)| writer.beside(left, right, *how))?;
            writer.word(")")
        })?;
        self.word(")")?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // all of it is test code

    use oxyde_ir::{Family, wire};

    use crate::{dialect, render};

    /// The text of a SELECT by this many keys of two columns.
    fn text(count: usize, family: Family) -> String {
        let side = |name: &str, index: usize| {
            let column = format!(r#"{{"column":{{"table":"t","name":"{name}"}}}}"#);
            format!(r#"{{"compare":{{"op":"eq","left":{column},"right":{{"param":{{"index":{index},"type":"int"}}}}}}}}"#)
        };
        let pair = |at: usize| format!(r#"{{"and":[{},{}]}}"#, side("a", 2 * at), side("b", 2 * at + 1));
        let pairs: Vec<String> = (0..count).map(pair).collect();
        let output = r#"{"name":"a","type":"int","nullable":false,"expr":{"column":{"table":"t","name":"a"}}}"#;
        let select = format!(
            r#"{{"from":{{"table":{{"alias":"t","table":{{"name":"t"}}}}}},"outputs":[{output}],"where":{{"or":[{}]}}}}"#,
            pairs.join(",")
        );
        let json = format!(r#"{{"v":2,"statement":{{"query":{{"body":{{"select":{select}}}}}}}}}"#);
        let program = render(&wire::from_json(&json).unwrap(), dialect(family, None)).unwrap();
        let step = program.steps.first().unwrap();
        format!("{:?}", step.text)
    }

    #[test]
    fn many_keys_are_one_membership_where_alternatives_take_quadratic_time() {
        assert!(text(16, Family::Sqlite).contains(r#"(\"t\".\"a\", \"t\".\"b\") IN (VALUES (?, ?), (?, ?)"#));
        assert!(text(15, Family::Sqlite).contains(" OR "));
        assert!(text(16, Family::Postgres).contains(" OR "));
    }
}
