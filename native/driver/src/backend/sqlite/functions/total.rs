//! Exact sums and averages of decimals.

use super::aggregate::Accumulator;
use super::number::Number;
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

/// The total so far; NULLs are ignored.
#[derive(Default)]
pub struct Total<const AVERAGE: bool> {
    sum: Number,
    count: i64,
    /// A value was not a decimal.
    fault: Option<String>,
}

impl<const AVERAGE: bool> Total<AVERAGE> {
    fn number(&mut self, value: Cell<'_>) -> Option<Number> {
        Number::of(value).unwrap_or_else(|reason| {
            self.fault = Some(reason);
            None
        })
    }
}

impl<const AVERAGE: bool> Accumulator for Total<AVERAGE> {
    fn enter(&mut self, value: Cell<'_>) {
        if let Some(number) = self.number(value) {
            self.sum = self.sum.add(&number);
            self.count += 1;
        }
    }

    fn leave(&mut self, value: Cell<'_>) {
        if let Some(number) = self.number(value) {
            self.sum = self.sum.subtract(&number);
            self.count -= 1;
        }
    }

    fn result(&self) -> Answered {
        if let Some(reason) = &self.fault {
            return Err(format!("oxyde_decimal_{}: {reason}", if AVERAGE { "avg" } else { "sum" }));
        }
        if self.count == 0 {
            return Ok(Answer::Null);
        }
        let average = if AVERAGE { self.sum.divide(&Number::from(self.count)) } else { None };
        Ok(Answer::Text(average.as_ref().unwrap_or(&self.sum).text()))
    }
}
