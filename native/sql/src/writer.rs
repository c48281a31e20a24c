//! The writer of a step's text and of the slots of its placeholders.

use oxyde_ir::expr::Param;
use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::query::{Select, SelectOutput};
use oxyde_ir::schema::TableRef;
use oxyde_ir::{ColumnType, Expr, Output, Program};

use crate::cast;
use crate::dialect::{Dialect, ParamTypes, Placeholder, Types};
use crate::error::{Result, SqlError};
use crate::params::Params;
use crate::quote;

/// The widest decimal of `MySQL` and `MariaDB`.
const WIDEST: ColumnType = ColumnType::Decimal { precision: Some(65), scale: Some(38) };

/// The writer of a fragment, within a scope.
pub struct Writer<'a> {
    pub dialect: &'static Dialect,
    pub params: &'a mut Params,
    pub scope: Scope<'a>,
    fragment: &'a mut Fragment,
}

/// The context that determines how expressions are written.
#[derive(Clone, Copy, Default)]
pub struct Scope<'a> {
    pub target: Target<'a>,
    /// The SELECT is a member of a compound, so its result columns are compared with those of the other members.
    pub member: bool,
}

/// The qualifier of columns of the changed table.
#[derive(Clone, Copy, Default)]
pub enum Target<'a> {
    /// The alias, as for columns of all other tables.
    #[default]
    Alias,
    /// The table's name, for columns with this alias.
    Name(&'a str, &'a TableRef),
    /// None, because only one table is in scope.
    Bare,
}

impl<'a> Scope<'a> {
    pub const BARE: Self = Self { target: Target::Bare, member: false };

    pub const fn named(alias: &'a str, table: &'a TableRef) -> Self {
        Self { target: Target::Name(alias, table), member: false }
    }
}

/// Returns the fragment that `write` writes in a scope.
pub fn fragment<'a>(
    dialect: &'static Dialect,
    params: &'a mut Params,
    scope: Scope<'a>,
    write: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> Result<Fragment> {
    let mut fragment = Fragment::default();
    write(&mut Writer { dialect, params, scope, fragment: &mut fragment })?;
    Ok(fragment)
}

impl Writer<'_> {
    /// Returns a writer of the same text in another scope.
    pub fn within<'b>(&'b mut self, scope: Scope<'b>) -> Writer<'b> {
        Writer { dialect: self.dialect, params: self.params, scope, fragment: self.fragment }
    }

    pub fn push(&mut self, text: &str) {
        self.fragment.text.push_str(text);
    }

    /// Writes the name of a column, or one that the query defines.
    pub fn identifier(&mut self, name: &str) -> Result<()> {
        quote::identifier(&mut self.fragment.text, self.dialect, &quote::kept(self.dialect, name))
    }

    pub fn table(&mut self, table: &TableRef) -> Result<()> {
        self.params.hides_queries |= table.view;
        quote::qualified(&mut self.fragment.text, self.dialect, table.schema.as_deref(), &table.name)
    }

    /// Writes `table AS alias`, or only the name if it equals the alias.
    pub fn table_as(&mut self, table: &TableRef, alias: &str) -> Result<()> {
        self.table(table)?;
        if table.schema.is_none() && table.name == alias {
            return Ok(());
        }
        self.push(" AS ");
        self.identifier(alias)
    }

    /// Returns the length of the text so far.
    pub fn length(&self) -> usize {
        self.fragment.text.len()
    }

    /// Writes text that refers to the sources of a SELECT, whose aliases shadow the alias of the changed table.
    pub fn inside(&mut self, select: &Select, write: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<()> {
        let mut sources = std::iter::once(&select.from).chain(select.joins.iter().map(|join| &join.source));
        let target = match self.scope.target {
            Target::Name(alias, table) if sources.all(|source| source.alias() != alias) => Target::Name(alias, table),
            Target::Name(..) | Target::Alias | Target::Bare => Target::Alias,
        };
        let scope = Scope { target, ..self.scope };
        write(&mut self.within(scope))
    }

    /// Writes a column of a source; if `table` is empty, a result column by its name.
    pub fn column(&mut self, table: &str, name: &str) -> Result<()> {
        match self.scope.target {
            Target::Bare => {}
            Target::Name(alias, real) if alias == table => {
                self.table(real)?;
                self.push(".");
            }
            Target::Name(..) | Target::Alias if table.is_empty() => {}
            Target::Name(..) | Target::Alias => {
                self.identifier(table)?;
                self.push(".");
            }
        }
        self.identifier(name)
    }

    /// Writes items separated by `, `.
    pub fn separated<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T) -> Result<()>) -> Result<()> {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            write(self, item)?;
        }
        Ok(())
    }

    /// Writes a placeholder. Numbered placeholders with equal slots share a number.
    pub fn placeholder(&mut self, slot: Slot) -> Result<()> {
        if slot.ty == ColumnType::TimeTz && !matches!(self.dialect.types, Types::Postgres) {
            return self.dialect.unsupported_but("times with a time zone", "store them without one, or as datetimes");
        }
        match self.dialect.placeholder {
            Placeholder::Question => {
                self.fragment.slots.push(slot);
                self.push("?");
            }
            Placeholder::Numbered => {
                let slots = &mut self.fragment.slots;
                let known = slots.iter().position(|known| *known == slot);
                let index = known.unwrap_or_else(|| {
                    slots.push(slot);
                    slots.len() - 1
                });
                self.push("$");
                self.push(&(index + 1).to_string());
            }
        }
        if self.fragment.slots.len() > self.dialect.max_params as usize {
            return self.dialect.unsupported_but("statements with so many parameters", "give in= a queryset, or split the statement");
        }
        Ok(())
    }

    /// Writes a parameter that the server converts to the type of a column.
    pub fn assigned_param(&mut self, param: &Param) -> Result<()> {
        self.params.scalar(param)?;
        let slot = Slot { origin: Origin::Param(param.index), ty: param.ty.clone(), form: Form::Scalar };
        // The column may have a type that the server converts from text.
        self.assigned_slot(slot, param.uncast || param.ty == ColumnType::Text)
    }

    /// Like `assigned_param`, for any slot.
    pub fn assigned_slot(&mut self, slot: Slot, uncast: bool) -> Result<()> {
        let suffix = if uncast { None } else { cast::suffix(self.dialect, &slot.ty)? };
        self.placeholder(slot)?;
        self.push(suffix.as_deref().unwrap_or_default());
        Ok(())
    }

    /// Writes a parameter in an expression, where its type must be explicit.
    pub fn param(&mut self, param: &Param) -> Result<()> {
        self.params.scalar(param)?;
        let slot = Slot { origin: Origin::Param(param.index), ty: param.ty.clone(), form: Form::Scalar };
        self.slot(slot, param.uncast)
    }

    /// Like `param`, for any slot.
    pub fn slot(&mut self, slot: Slot, uncast: bool) -> Result<()> {
        // In an expression, no column determines its number of digits.
        let slot = match (self.dialect.param_types, &slot.ty) {
            (ParamTypes::Cast { .. }, ColumnType::Decimal { .. }) => Slot { ty: WIDEST, ..slot },
            (ParamTypes::Cast { .. } | ParamTypes::Suffix | ParamTypes::None, _) => slot,
        };
        let inner = if uncast { None } else { cast::value_cast(self.dialect, &slot.ty)? };
        match inner {
            Some(name) => {
                self.push("CAST(");
                self.placeholder(slot)?;
                self.push(" AS ");
                self.push(&name);
                self.word(")")
            }
            None => self.assigned_slot(slot, uncast),
        }
    }
}

/// Returns the step of a statement that runs once.
pub fn step(text: Fragment, outputs: Option<Vec<Output>>) -> Step {
    Step { text: Text::Fixed(text), outputs, repeat: Repeat::Once, keep_keys: false, last_insert_id: false }
}

/// Returns a program of one step.
pub fn single(step: Step) -> Program {
    Program { steps: vec![step], ..Program::default() }
}

/// Returns the result columns, if they are columns of one table.
pub fn outputs_of(outputs: &[SelectOutput], table: &str) -> Vec<Output> {
    outputs.iter().map(|output| described(output, |_| table.to_owned())).collect()
}

/// Returns the description of a result column; `table` returns the table of an alias.
pub fn described(output: &SelectOutput, table: impl Fn(&str) -> String) -> Output {
    let table = column_of(&output.expr).map(|(alias, _)| table(alias)).unwrap_or_default();
    let declared = matches!(&output.expr, Expr::Column { db_type: Some(_), .. });
    Output { name: output.name.clone(), ty: output.ty.clone(), nullable: output.nullable, table, declared }
}

/// Returns the alias and the name if an expression is a column.
pub fn column_of(expr: &Expr) -> Option<(&str, &str)> {
    if let Expr::Column { table, name, .. } = expr { Some((table, name)) } else { None }
}

/// Returns a slot for a scalar value.
pub fn scalar_slot(origin: Origin, ty: &ColumnType) -> Slot {
    Slot { origin, ty: ty.clone(), form: Form::Scalar }
}

impl std::convert::From<std::num::TryFromIntError> for SqlError {
    fn from(_: std::num::TryFromIntError) -> Self {
        Self::Malformed("a number is out of range".to_owned())
    }
}
