//! The column readers of a result.

use std::borrow::Cow;

use oxyde_ir::{ColumnType, Value};

use super::natural;
use super::statement::{Cell, Class, File};
use crate::batch::{Builder, Column, Data, Grow, Read, Validity};
use crate::types::codec;

/// The reader of one column, chosen once from the requested type.
pub struct Reader<'a> {
    pub name: Cow<'a, str>,
    /// Why text in this column is refused: a comparison would not find it as the requested type.
    refusal_of_text: Option<&'static str>,
    builder: Builder<File>,
}

impl<'a> Reader<'a> {
    /// Returns a reader that converts to `wanted`.
    pub fn new(name: Cow<'a, str>, wanted: &ColumnType) -> Self {
        Self { name, refusal_of_text: None, builder: codec(wanted).sqlite() }
    }

    /// The same, refusing text for the given reason, if any.
    pub fn without_text(self, refusal_of_text: Option<&'static str>) -> Self {
        Self { refusal_of_text, ..self }
    }

    /// Returns a reader for a column with only a declared type. Values of another storage class are
    /// returned as stored.
    pub fn natural(name: Cow<'a, str>, declared: Option<ColumnType>) -> Self {
        let builder = declared.map_or_else(|| codec(&ColumnType::Any).sqlite(), |declared| Builder::of(Natural::new(declared)));
        Self { name, refusal_of_text: None, builder }
    }

    /// Appends a value or NULL.
    pub fn push(&mut self, cell: Cell<'_>) -> Read<()> {
        match cell {
            Cell::Null => {
                self.builder.push_null();
                Ok(())
            }
            Cell::Text(_) => match self.refusal_of_text {
                Some(reason) => Err(reason.into()),
                None => self.builder.push(cell),
            },
            Cell::Int(_) | Cell::Real(_) | Cell::Blob(_) => self.builder.push(cell),
        }
    }

    /// Returns the rows so far as a column, and starts again empty.
    pub fn take(&mut self) -> Column {
        self.builder.take(&self.name)
    }
}

/// Values of the declared type. From the first value of another storage class on, each value has its
/// own type.
struct Natural {
    declared: ColumnType,
    class: Option<Class>,
    as_declared: Builder<File>,
    others: Option<(Vec<Value>, Validity)>,
}

impl Natural {
    fn new(declared: ColumnType) -> Self {
        let (class, as_declared) = (codec(&declared).class(), codec(&declared).sqlite());
        Self { declared, class, as_declared, others: None }
    }
}

impl Grow<File> for Natural {
    fn push(&mut self, cell: Cell<'_>) -> Read<()> {
        if self.others.is_none() && natural::is_of(cell, self.class) && self.as_declared.push(cell).is_ok() {
            return Ok(());
        }
        let value = natural::value(cell, Some(&self.declared))?;
        let (values, valid) = self.others.get_or_insert_with(|| {
            let before = self.as_declared.take("");
            let values: Vec<Value> = (0..before.data.len()).map(|row| before.value(row)).collect();
            let valid = Validity::of(values.len(), before.valid);
            (values, valid)
        });
        values.push(value);
        valid.push(true);
        Ok(())
    }

    fn push_null(&mut self) {
        match &mut self.others {
            Some((values, valid)) => {
                values.push(Value::Null);
                valid.push(false);
            }
            None => self.as_declared.push_null(),
        }
    }

    fn rows(&self) -> usize {
        self.others.as_ref().map_or_else(|| self.as_declared.rows(), |(values, _)| values.len())
    }

    fn take(&mut self) -> (Data, Option<Vec<bool>>) {
        if let Some((values, mut valid)) = self.others.take() {
            return (Data::Dynamic(values), valid.take());
        }
        let Column { data, valid, .. } = self.as_declared.take("");
        (data, valid)
    }
}
