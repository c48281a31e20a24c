//! The rows that an UPDATE or DELETE affects.

use oxyde_ir::Expr;
use oxyde_ir::program::{Repeat, Step};
use oxyde_ir::query::{Body, Distinct, Lock, LockKind, Query, Select, SelectOutput, Source};
use oxyde_ir::schema::TableRef;
use oxyde_ir::statement::{Delete, KeyColumn, Update};

use crate::dialect::{Dialect, TargetInSubquery};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::query::columns;
use crate::read_back::{self, ReadBack, kept};
use crate::walk::has_query;
use crate::writer::{Scope, Writer, fragment, step};

/// The lock on rows that will be changed.
pub const FOR_UPDATE: Lock = Lock { kind: LockKind::Update, wait: None, of: Vec::new(), optional: false };

/// The affected rows, selected by a condition on the table itself or by a query of their keys.
#[derive(Clone, Copy)]
pub struct Chosen<'a> {
    pub table: &'a TableRef,
    pub alias: &'a str,
    pub filter: Option<&'a Expr>,
    pub rows: Option<&'a Query>,
    pub key: &'a [KeyColumn],
}

impl<'a> From<&'a Update> for Chosen<'a> {
    fn from(update: &'a Update) -> Self {
        let Update { table, alias, filter, rows, key, .. } = update;
        Self { table, alias, filter: filter.as_ref(), rows: rows.as_deref(), key }
    }
}

impl<'a> From<&'a Delete> for Chosen<'a> {
    fn from(delete: &'a Delete) -> Self {
        let Delete { table, alias, filter, rows, key, .. } = delete;
        Self { table, alias, filter: filter.as_ref(), rows: rows.as_deref(), key }
    }
}

impl Chosen<'_> {
    /// Returns a step that reads and locks the keys of the rows.
    pub fn lock(&self, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
        if self.key.is_empty() {
            return dialect.unsupported_but("rows returned from tables without a primary key", "leave out returning=True");
        }
        let text = fragment(dialect, params, Scope::default(), |writer| {
            match self.rows {
                Some(rows) if self.filter.is_none() => writer.query(rows)?,
                Some(_) | None => writer.query(&self.keys_of_filter()?)?,
            }
            if self.rows.is_some_and(|rows| rows.lock.is_some()) { Ok(()) } else { writer.lock(&FOR_UPDATE) }
        })?;
        Ok(Step { keep_keys: true, ..step(text, Some(read_back::outputs(self.key, self.table))) })
    }

    /// Returns a step that reads the rows by the kept keys.
    pub fn read(&self, returning: &[SelectOutput], dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
        let Self { table, alias, key, .. } = *self;
        let read = ReadBack { table, alias: Some(alias), key, values: &kept(key), returning, repeat: Repeat::EachKey, locked: true };
        read.step(dialect, params)
    }

    /// Returns a query of the keys of the rows that match the filter.
    fn keys_of_filter(&self) -> Result<Query> {
        if self.rows.is_some() {
            return malformed("rows that are chosen twice");
        }
        let output = |key: &KeyColumn| SelectOutput {
            expr: Expr::Column {
                table: self.alias.to_owned(),
                name: key.name.clone(),
                ty: Some(key.ty.clone()),
                db_type: key.db_type.clone(),
            },
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

impl Writer<'_> {
    /// Writes ` WHERE` with the filter, or with a test whether the key is in a query.
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

    /// Writes `WHERE (key) IN (rows)`, with the query as a derived table or common table expression if necessary.
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
            // A common table expression with a lock runs only once, whatever the join plan is.
            TargetInSubquery::Allowed if rows.lock.is_some() => {
                self.push("WITH ");
                self.identifier("chosen")?;
                self.push(" AS (");
                self.query(rows)?;
                self.push(") SELECT * FROM ");
                self.identifier("chosen")?;
            }
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
}

/// Returns the query as a derived table that the server does not merge into the statement (error 1093): one of a slice
/// or of distinct rows.
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
