//! The text of one step while it is written, with the slots of its placeholders.

use oxyde_ir::expr::Param;
use oxyde_ir::program::{Form, Repeat, Slot, Source, Step, Text};
use oxyde_ir::query::{Select, SelectOutput};
use oxyde_ir::schema::TableRef;
use oxyde_ir::{ColumnType, Expr, Output, Program};

use crate::cast;
use crate::dialect::{Dialect, Placeholder};
use crate::error::{Result, SqlError, malformed};
use crate::params::Params;
use crate::quote;

pub struct Writer<'a> {
    pub dialect: &'static Dialect,
    pub params: &'a mut Params,
    pub text: String,
    /// What is written goes into a column: no division by zero becomes NULL.
    pub strict: bool,
    slots: Vec<Slot>,
    /// How columns of the changed table are written.
    target: Target<'a>,
}

/// What stands before a column of the changed table.
#[derive(Clone, Copy)]
enum Target<'a> {
    /// The alias, as everywhere.
    Alias,
    /// Columns of this alias bear the table's name.
    Name(&'a str, &'a TableRef),
    /// Nothing: only one table is in sight.
    Bare,
}

impl<'a> Writer<'a> {
    pub fn new(dialect: &'static Dialect, params: &'a mut Params) -> Self {
        Self { dialect, params, text: String::new(), strict: false, slots: Vec::new(), target: Target::Alias }
    }

    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn identifier(&mut self, name: &str) -> Result<()> {
        quote::identifier(&mut self.text, self.dialect, name)
    }

    pub fn table(&mut self, table: &TableRef) -> Result<()> {
        quote::qualified(&mut self.text, self.dialect, table.schema.as_deref(), &table.name)
    }

    /// `table AS alias`, or the name alone where the alias is the name.
    pub fn table_as(&mut self, table: &TableRef, alias: &str) -> Result<()> {
        self.table(table)?;
        if table.schema.is_none() && table.name == alias {
            return Ok(());
        }
        self.push(" AS ");
        self.identifier(alias)
    }

    /// From here on columns of `alias` bear the table's name.
    pub fn call_by_name(&mut self, alias: &'a str, table: &'a TableRef) {
        self.target = Target::Name(alias, table);
    }

    /// From here on columns stand alone.
    pub fn call_bare(&mut self) {
        self.target = Target::Bare;
    }

    /// Writes a select of its own inside the statement: its aliases are its own, whatever the changed table is called outside.
    pub fn inside(&mut self, select: &Select, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let outside = self.target;
        let mut sources = std::iter::once(&select.from).chain(select.joins.iter().map(|join| &join.source));
        let keeps = match outside {
            Target::Name(alias, _) => sources.all(|source| source.alias() != alias),
            Target::Alias | Target::Bare => false,
        };
        if !keeps {
            self.target = Target::Alias;
        }
        let end = write(self);
        self.target = outside;
        end
    }

    /// A column of a source; of the source `""`, a result column by its name.
    pub fn column(&mut self, table: &str, name: &str) -> Result<()> {
        match self.target {
            Target::Bare => {}
            Target::Name(..) | Target::Alias if table.is_empty() => {}
            Target::Name(alias, real) if alias == table => {
                self.table(real)?;
                self.push(".");
            }
            Target::Name(..) | Target::Alias => {
                self.identifier(table)?;
                self.push(".");
            }
        }
        self.identifier(name)
    }

    /// Items with `, ` between.
    pub fn separated<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T) -> Result<()>) -> Result<()> {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            write(self, item)?;
        }
        Ok(())
    }

    /// A placeholder. Where they are numbered, what is the same keeps its number.
    pub fn placeholder(&mut self, slot: Slot) -> Result<()> {
        match self.dialect.placeholder {
            Placeholder::Question => {
                self.slots.push(slot);
                self.push("?");
            }
            Placeholder::Numbered => {
                let known = self.slots.iter().position(|known| *known == slot);
                let index = known.unwrap_or_else(|| {
                    self.slots.push(slot);
                    self.slots.len() - 1
                });
                self.push("$");
                self.push(&(index + 1).to_string());
            }
        }
        if self.slots.len() > self.dialect.max_params as usize {
            return self.dialect.unsupported("so many parameters in one statement");
        }
        Ok(())
    }

    /// A parameter where the server converts to the column by itself.
    pub fn assigned_param(&mut self, param: &Param) -> Result<()> {
        self.params.scalar(param)?;
        let slot = Slot { source: Source::Param(param.index), ty: param.ty.clone(), form: Form::Scalar };
        self.assigned_slot(slot, param.uncast)
    }

    /// The same for any slot.
    pub fn assigned_slot(&mut self, slot: Slot, uncast: bool) -> Result<()> {
        let suffix = if uncast { None } else { cast::suffix(self.dialect, &slot.ty)? };
        self.placeholder(slot)?;
        self.push(suffix.as_deref().unwrap_or_default());
        Ok(())
    }

    /// A parameter among expressions, where its type must be plain to see.
    pub fn param(&mut self, param: &Param) -> Result<()> {
        self.params.scalar(param)?;
        let slot = Slot { source: Source::Param(param.index), ty: param.ty.clone(), form: Form::Scalar };
        self.slot(slot, param.uncast)
    }

    /// The same for any slot.
    pub fn slot(&mut self, slot: Slot, uncast: bool) -> Result<()> {
        let inner = if uncast { None } else { cast::value_cast(self.dialect, &slot.ty) };
        match inner {
            Some(name) => {
                self.push("CAST(");
                self.placeholder(slot)?;
                self.push(" AS ");
                self.push(name);
                self.push(")");
                Ok(())
            }
            None => self.assigned_slot(slot, uncast),
        }
    }

    /// The step, run once.
    pub fn step(self, outputs: Option<Vec<Output>>) -> Step {
        Step { text: Text::Fixed(self.text), slots: self.slots, outputs, repeat: Repeat::Once, keep_keys: false, last_insert_id: false }
    }

    /// The text, which has no placeholders.
    pub fn text_only(self) -> Result<String> {
        if self.slots.is_empty() { Ok(self.text) } else { malformed("parameters beside the rows of a bulk insert") }
    }

    /// The step as `VALUES` of many rows: what was written so far is the head.
    pub fn rows(self, row: String, slots: Vec<Slot>, tail: String, max_rows: u32, outputs: Vec<Output>) -> Result<Step> {
        Ok(Step {
            text: Text::Rows { head: self.text_only()?, row, tail, max_rows },
            slots,
            outputs: Some(outputs),
            repeat: Repeat::Chunks { rows: max_rows },
            keep_keys: false,
            last_insert_id: false,
        })
    }
}

/// A program of one step.
pub fn single(step: Step) -> Program {
    Program { steps: vec![step], ..Program::default() }
}

/// The result columns, when they are columns of one table.
pub fn outputs_of(outputs: &[SelectOutput], table: &str) -> Vec<Output> {
    outputs.iter().map(|output| described(output, |_| table.to_owned())).collect()
}

/// A result column; `table` tells the table of an alias.
pub fn described(output: &SelectOutput, table: impl Fn(&str) -> String) -> Output {
    let table = column_of(&output.expr).map(|(alias, _)| table(alias)).unwrap_or_default();
    Output { name: output.name.clone(), ty: output.ty.clone(), nullable: output.nullable, table }
}

/// Alias and name, when the expression is a column.
pub fn column_of(expr: &Expr) -> Option<(&str, &str)> {
    if let Expr::Column { table, name, .. } = expr { Some((table, name)) } else { None }
}

/// A slot for a whole value.
pub fn scalar_slot(source: Source, ty: &ColumnType) -> Slot {
    Slot { source, ty: ty.clone(), form: Form::Scalar }
}

impl std::convert::From<std::num::TryFromIntError> for SqlError {
    fn from(_: std::num::TryFromIntError) -> Self {
        Self::Malformed("a number is out of range".to_owned())
    }
}
