//! The validity of the rows of a growing column.

#[derive(Default)]
pub struct Validity {
    rows: usize,
    /// `None` while there is no NULL.
    valid: Option<Vec<bool>>,
}

impl Validity {
    pub fn push(&mut self, is_there: bool) {
        mark(&mut self.valid, self.rows, is_there);
        self.rows += 1;
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Starts with the validity of `rows` existing rows.
    pub fn of(rows: usize, valid: Option<Vec<bool>>) -> Self {
        Self { rows, valid }
    }

    /// Returns the validity in the format of a column, and starts again empty.
    pub fn take(&mut self) -> Option<Vec<bool>> {
        std::mem::take(self).valid
    }
}

/// Records whether the value after `before` others is not NULL.
pub fn mark(valid: &mut Option<Vec<bool>>, before: usize, is_there: bool) {
    match valid {
        Some(flags) => flags.push(is_there),
        None if is_there => {}
        None => {
            let mut flags = vec![true; before];
            flags.push(false);
            *valid = Some(flags);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_begin_with_the_first_null() {
        let mut validity = Validity::default();
        validity.push(true);
        assert_eq!((validity.rows(), validity.take()), (1, None));
        for is_there in [true, true, false, true] {
            validity.push(is_there);
        }
        assert_eq!((validity.rows(), validity.take()), (4, Some(vec![true, true, false, true])));
        validity.push(false);
        assert_eq!((validity.rows(), validity.take()), (1, Some(vec![false])));
    }
}
