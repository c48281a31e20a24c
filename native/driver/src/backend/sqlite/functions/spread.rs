//! Variances and standard deviations, by Welford's method (B. P. Welford, "Note on a Method for Calculating Corrected
//! Sums of Squares and Products", Technometrics 4, 1962), of the distances from the first value: values far from zero lose no digits.

use std::collections::VecDeque;

use super::aggregate::Accumulator;
use super::reckon::float_of;
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;

/// The number of values, their mean above the first of them, and the sum of the squares of their distances from it.
#[derive(Clone, Copy, Default)]
struct Moments {
    first: f64,
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn with(self, value: f64) -> Self {
        let first = if self.count == 0.0 { value } else { self.first };
        let count = self.count + 1.0;
        let distance = value - first - self.mean;
        let mean = self.mean + distance / count;
        Self { first, count, mean, squares: self.squares + distance * (value - first - mean) }
    }
}

/// The values so far, without NULLs; the variance of `SAMPLE` estimates that of what they are a sample of.
#[derive(Default)]
pub struct Spread<const SAMPLE: bool, const ROOT: bool> {
    /// In the order of the rows. Once some have left a window, the moments of the others are computed anew, because
    /// subtraction would lose digits.
    values: VecDeque<f64>,
    moments: Moments,
    has_left: bool,
    /// A value was not a number.
    fault: Option<String>,
}

impl<const SAMPLE: bool, const ROOT: bool> Accumulator for Spread<SAMPLE, ROOT> {
    fn enter(&mut self, value: Cell<'_>) {
        match float_of(value) {
            Ok(None) => {}
            Ok(Some(number)) => {
                self.values.push_back(number);
                self.moments = self.moments.with(number);
            }
            Err(reason) => self.fault = Some(reason),
        }
    }

    fn leave(&mut self, value: Cell<'_>) {
        if !matches!(value, Cell::Null) {
            self.values.pop_front();
            self.has_left = true;
        }
    }

    fn result(&self) -> Answered {
        if let Some(reason) = &self.fault {
            return Err(reason.clone());
        }
        let moments =
            if self.has_left { self.values.iter().fold(Moments::default(), |kept, value| kept.with(*value)) } else { self.moments };
        let freedom = if SAMPLE { moments.count - 1.0 } else { moments.count };
        if freedom <= 0.0 {
            return Ok(Answer::Null);
        }
        let variance = moments.squares / freedom;
        if variance.is_finite() {
            Ok(Answer::Real(if ROOT { variance.sqrt() } else { variance }))
        } else {
            Err("the values are too far apart for a variance of 64 bits".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread<const SAMPLE: bool, const ROOT: bool>(values: &[f64]) -> Spread<SAMPLE, ROOT> {
        let mut made = Spread::default();
        for value in values {
            made.enter(Cell::Real(*value));
        }
        made
    }

    #[test]
    fn values_far_from_zero_keep_their_digits() {
        let far = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert_eq!(spread::<true, false>(&far).result(), Ok(Answer::Real(30.0)));
        assert_eq!(spread::<false, false>(&far).result(), Ok(Answer::Real(22.5)));
    }

    #[test]
    fn a_sample_needs_two_values() {
        assert_eq!(spread::<true, true>(&[1.0]).result(), Ok(Answer::Null));
        assert_eq!(spread::<false, true>(&[1.0]).result(), Ok(Answer::Real(0.0)));
        assert_eq!(spread::<false, true>(&[]).result(), Ok(Answer::Null));
    }

    #[test]
    fn what_left_leaves_no_trace() {
        let mut window = spread::<false, false>(&[1e300, 1.0, 3.0]);
        assert!(window.result().is_err());
        window.leave(Cell::Real(1e300));
        assert_eq!(window.result(), Ok(Answer::Real(1.0)));
    }
}
