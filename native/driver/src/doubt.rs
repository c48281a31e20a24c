//! How far SQL written by the application may have changed the session of a leased connection.

use oxyde_ir::Family;
use oxyde_ir::program::{Step, Text};

use crate::effects::may_last;
use crate::execution::Execution;

/// What may have changed in the session, from nothing to anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Nothing: the session is as the pool configured it.
    #[default]
    None,
    /// Settings may have changed, but none that Oxyde's own statements depend on.
    Settled,
    /// Anything may have changed; the session must be reset.
    Fresh,
}

impl Doubt {
    /// Returns the doubt after the steps of an execution, whether they complete or not.
    pub fn after(execution: &Execution, family: Family) -> Self {
        let is_doubtful = |step: &Step| match &step.text {
            Text::Fixed(fragment) => (step.outputs.is_none() || execution.program.raw) && may_last(&fragment.text, family),
            Text::Copy { .. } => false,
            Text::Rows { .. } => execution.program.raw && family != Family::Sqlite,
        };
        if execution.steps().iter().any(is_doubtful) { Self::Fresh } else { Self::None }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::tests::{execution, raw};

    #[test]
    fn only_what_the_application_wrote_is_doubted() {
        let doubt = |execution: &Execution| Doubt::after(execution, Family::Postgres);
        let step = raw("SELECT f(1)", 0);
        assert_eq!(doubt(&execution(&step, &[])), Doubt::Fresh);
        assert_eq!(doubt(&execution(&raw("SELECT lower('a')", 0), &[])), Doubt::None);
        let mut ours = execution(&Step { outputs: Some(Vec::new()), ..step }, &[]);
        assert_eq!(doubt(&ours), Doubt::None);
        Arc::make_mut(&mut ours.program).raw = true;
        assert_eq!(doubt(&ours), Doubt::Fresh);
        assert!(Doubt::None < Doubt::Settled && Doubt::Settled < Doubt::Fresh);
    }
}
