//! UPDATE, and which rows a change concerns.

use oxyde_ir::expr::Expr;
use oxyde_ir::program::{Repeat, Step};
use oxyde_ir::query::{Body, Distinct, Lock, LockKind, Query, Select, SelectOutput, Source};
use oxyde_ir::schema::TableRef;
use oxyde_ir::statement::{Assignment, KeyColumn, Update};
use oxyde_ir::{Atomic, Output, Program};

use crate::dialect::{Assignments, Dialect, Returning, TargetInSubquery};
use crate::error::{Result, malformed};
use crate::keyed::{self, ReadBack, kept};
use crate::params::Params;
use crate::query::columns;
use crate::walk::{has_query, reads};
use crate::writer::{Writer, outputs_of, single};

pub fn program(update: &Update, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if update.set.is_empty() {
        return malformed("an update of no column");
    }
    let chosen = Chosen::of(update);
    match dialect.returning {
        Returning::InsertDelete | Returning::None if !update.returning.is_empty() => by_key(update, chosen, dialect, params),
        Returning::Full | Returning::InsertDelete | Returning::None => {
            let mut writer = Writer::new(dialect, params);
            writer.update_set(update)?;
            writer.where_chosen(&chosen)?;
            let outputs = writer.returning(&update.returning, &update.table)?;
            Ok(single(writer.step(Some(outputs))))
        }
    }
}

/// Locks the keys, updates row by row, and reads the rows back.
fn by_key(update: &Update, chosen: Chosen<'_>, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if update.set.iter().any(|set| update.key.iter().any(|key| key.name == set.column)) {
        return dialect.unsupported("rows returned while their key changes");
    }
    let locked = chosen.lock(dialect, params)?;
    let mut writer = Writer::new(dialect, params);
    writer.update_set(update)?;
    writer.where_key(&update.key, &kept(&update.key))?;
    let change = Step { repeat: Repeat::EachKey, ..writer.step(Some(Vec::new())) };
    let read = chosen.read(&update.returning, dialect, params)?;
    Ok(Program { steps: vec![locked, change, read], atomic: Atomic::All, result: 2, changes: 1, ..Program::default() })
}

/// Rows that will be changed.
pub const LOCKED: Lock = Lock { kind: LockKind::Update, wait: None, of: Vec::new() };

/// The rows that a change concerns.
#[derive(Clone, Copy)]
pub struct Chosen<'a> {
    pub table: &'a TableRef,
    pub alias: &'a str,
    pub filter: Option<&'a Expr>,
    pub rows: Option<&'a Query>,
    pub key: &'a [KeyColumn],
}

impl<'a> Chosen<'a> {
    fn of(update: &'a Update) -> Self {
        let Update { table, alias, filter, rows, key, .. } = update;
        Self { table, alias, filter: filter.as_ref(), rows: rows.as_deref(), key }
    }

    /// A step that reads and locks the keys of the rows.
    pub fn lock(&self, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
        if self.key.is_empty() {
            return dialect.unsupported("rows returned from tables without a key");
        }
        let mut writer = Writer::new(dialect, params);
        match self.rows {
            Some(rows) if self.filter.is_none() => writer.query(rows)?,
            _ => writer.query(&self.keys_of_filter()?)?,
        }
        if self.rows.is_none_or(|rows| rows.lock.is_none()) {
            writer.lock(&LOCKED)?;
        }
        Ok(Step { keep_keys: true, ..writer.step(Some(keyed::outputs(self.key, self.table))) })
    }

    /// A step that reads the rows by the keys that were kept.
    pub fn read(&self, returning: &[SelectOutput], dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
        let Self { table, alias, key, .. } = *self;
        let read = ReadBack { table, alias: Some(alias), key, values: &kept(key), returning, repeat: Repeat::EachKey, locked: true };
        read.step(dialect, params)
    }

    /// The keys of the rows that fulfil the filter.
    fn keys_of_filter(&self) -> Result<Query> {
        if self.rows.is_some() {
            return malformed("rows that are chosen twice");
        }
        let output = |key: &KeyColumn| SelectOutput {
            expr: Expr::Column { table: self.alias.to_owned(), name: key.name.clone(), ty: Some(key.ty.clone()) },
            name: key.name.clone(),
            ty: key.ty.clone(),
            nullable: false,
        };
        Ok(Query::plain(Select {
            outputs: self.key.iter().map(output).collect(),
            from: Source::Table { table: self.table.clone(), alias: self.alias.to_owned() },
            joins: Vec::new(),
            filter: self.filter.cloned(),
            group_by: Vec::new(),
            having: None,
            distinct: None,
        }))
    }
}

impl<'a> Writer<'a> {
    /// `UPDATE table AS alias SET column = value, ...`.
    fn update_set(&mut self, update: &'a Update) -> Result<()> {
        self.push("UPDATE ");
        self.table_as(&update.table, &update.alias)?;
        self.push(" SET ");
        self.separated(self.in_order(update)?, |writer, set| {
            writer.identifier(&set.column)?;
            writer.push(" = ");
            match &set.ty {
                Some(ty) => writer.computed(&set.value, ty),
                None => writer.assigned(&set.value),
            }
        })
    }

    /// The assignments in an order in which none reads what another one has changed.
    fn in_order(&self, update: &'a Update) -> Result<Vec<&'a Assignment>> {
        let mut left: Vec<&Assignment> = update.set.iter().collect();
        if matches!(self.dialect.assignments, Assignments::AtOnce) {
            return Ok(left);
        }
        let mut ordered = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let is_read = |at: usize| left.iter().enumerate().any(|(other, set)| other != at && reads(&set.value, &left[at].column));
            let Some(next) = (0..left.len()).find(|at| !is_read(*at)) else {
                return self.dialect.unsupported("assignments that read each other's columns");
            };
            ordered.push(left.remove(next));
        }
        Ok(ordered)
    }

    /// ` WHERE`: the filter, or the keys out of a derived table.
    pub fn where_chosen(&mut self, chosen: &Chosen<'_>) -> Result<()> {
        let reads_target = match self.dialect.target_in_subquery {
            TargetInSubquery::Allowed => false,
            TargetInSubquery::Derived => chosen.filter.is_some_and(has_query),
        };
        match (chosen.rows, chosen.filter) {
            (Some(rows), None) => self.where_key_in(chosen, rows),
            (None, Some(_)) if reads_target && !chosen.key.is_empty() => self.where_key_in(chosen, &chosen.keys_of_filter()?),
            (None, filter) => self.filter(filter),
            (Some(_), Some(_)) => malformed("rows that are chosen twice"),
        }
    }

    /// `WHERE (key) IN (SELECT * FROM (rows) AS chosen)`.
    fn where_key_in(&mut self, chosen: &Chosen<'_>, rows: &Query) -> Result<()> {
        if chosen.key.is_empty() || chosen.key.len() != columns(rows).len() {
            return malformed("rows are chosen by other than their key");
        }
        self.push(" WHERE ");
        let compound = chosen.key.len() > 1;
        self.push(if compound { "(" } else { "" });
        self.separated(chosen.key, |writer, key| writer.column(chosen.alias, &key.name))?;
        self.push(if compound { ") IN (" } else { " IN (" });
        match self.dialect.target_in_subquery {
            TargetInSubquery::Allowed => self.query(rows)?,
            TargetInSubquery::Derived => {
                self.push("SELECT * FROM (");
                self.query(&materialized(rows))?;
                self.push(") AS ");
                self.identifier("chosen")?;
            }
        }
        self.word(")")
    }

    /// ` RETURNING`, and the columns that come of it.
    pub fn returning(&mut self, returning: &'a [SelectOutput], table: &TableRef) -> Result<Vec<Output>> {
        if !returning.is_empty() {
            self.push(" RETURNING ");
            // `SQLite` does not know the alias here.
            self.call_bare();
            self.returned(returning)?;
        }
        Ok(outputs_of(returning, &table.name))
    }
}

/// The query as a derived table that the server does not merge into the statement (error 1093): one of a slice or of distinct rows.
fn materialized(rows: &Query) -> Query {
    let mut rows = rows.clone();
    if rows.limit.is_none() && rows.offset.is_none() {
        rows.order_by.clear();
        if let Body::Select(select) = &mut rows.body {
            select.distinct = Some(Distinct::Rows);
        }
    }
    rows
}
