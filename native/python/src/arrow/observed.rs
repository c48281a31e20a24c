//! Infers the types of columns without a declared type from the first batches.

use oxyde_driver::{ColumnBatch, Data, Result};
use oxyde_ir::Output;

use super::misfit::Misfit;
use super::target::Target;
use super::{Conversion, misfit};

/// What the batches so far contain.
#[derive(Default)]
pub struct Observed {
    columns: Vec<Seen>,
    /// At least one batch was observed.
    began: bool,
    bytes: usize,
}

struct Seen {
    name: String,
    target: Target,
    nullable: bool,
    is_announced: bool,
    /// Each of its values has its own type.
    is_dynamic: bool,
}

impl Observed {
    /// The most bytes of rows to buffer while a column contains only NULL or integers.
    const PATIENCE: usize = 64 << 20;

    /// Observes another batch. Declared outputs take precedence.
    pub fn add(&mut self, outputs: Option<&[Output]>, batch: &ColumnBatch) -> Result<()> {
        let output = |at: usize| outputs.and_then(|outputs| outputs.get(at));
        if !self.began {
            self.began = true;
            self.columns = batch.columns.iter().enumerate().map(|(at, column)| Seen::new(&column.name, output(at))).collect();
        }
        self.bytes += batch.bytes();
        for (seen, column) in self.columns.iter_mut().zip(&batch.columns).filter(|(seen, _)| !seen.is_announced) {
            seen.is_dynamic |= matches!(column.data, Data::Dynamic(_));
            let both = Target::of_data(&column.data).and_then(|target| std::mem::replace(&mut seen.target, Target::Null).with(target));
            seen.target = both.map_err(|reason| misfit(&seen.name, 0, Misfit::mixed(None, reason)))?;
        }
        Ok(())
    }

    /// Whether further batches may still change the result.
    pub fn is_open(&self) -> bool {
        let is_open = |seen: &Seen| !seen.is_announced && seen.is_dynamic && seen.target.is_open();
        !self.began || (self.bytes < Self::PATIENCE && self.columns.iter().any(is_open))
    }

    pub fn conversion(self) -> Conversion {
        let fields = self.columns.iter().map(|seen| seen.target.field(&seen.name, seen.nullable)).collect();
        Conversion::new(fields, self.columns.into_iter().map(|seen| seen.target).collect())
    }
}

impl Seen {
    fn new(name: &str, output: Option<&Output>) -> Self {
        let announced = output.and_then(|output| Target::of_type(&output.ty));
        Self {
            name: output.map_or(name, |output| output.name.as_str()).to_owned(),
            nullable: output.is_none_or(|output| output.nullable),
            is_announced: announced.is_some(),
            target: announced.unwrap_or(Target::Null),
            is_dynamic: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use oxyde_driver::Column;
    use oxyde_ir::Value;

    use super::*;

    fn batch(data: Data) -> ColumnBatch {
        ColumnBatch { rows: data.len(), columns: vec![Column::new("v", data)] }
    }

    fn seen(batches: Vec<Data>) -> Result<(Target, bool)> {
        let mut observed = Observed::default();
        for data in batches {
            observed.add(None, &batch(data))?;
        }
        let is_open = observed.is_open();
        Ok((observed.columns.remove(0).target, is_open))
    }

    #[test]
    fn types_grow_with_the_batches() {
        let nulls = || Data::Dynamic(vec![Value::Null]);
        let values = |values: Vec<Value>| Data::Dynamic(values);
        let cases = [
            (vec![nulls()], Target::Null, true),
            (vec![nulls(), values(vec![Value::Text("a".into())])], Target::Utf8, false),
            (vec![values(vec![Value::Int(1)])], Target::Int64, true),
            (vec![values(vec![Value::Int(1)]), nulls(), values(vec![Value::Float(0.5)])], Target::Float64, false),
            (vec![values(vec![Value::Float(0.5), Value::Int(1)])], Target::Float64, false),
            (vec![Data::Int64(vec![1])], Target::Int64, false),
            (vec![Data::Int64(vec![1]), values(vec![Value::Float(0.5)])], Target::Float64, false),
        ];
        for (batches, expected, is_open) in cases {
            assert_eq!(seen(batches.clone()).unwrap(), (expected, is_open), "{batches:?}");
        }
        for batches in [
            vec![values(vec![Value::Int(1), Value::Text("a".into())])],
            vec![values(vec![Value::Decimal("1".into()), Value::Text("a".into())])],
            vec![Data::Date(vec![1]), values(vec![Value::Int(1)])],
        ] {
            assert!(seen(batches.clone()).unwrap_err().detail.hint.unwrap().contains("CAST(v AS TEXT)"), "{batches:?}");
        }
    }
}
