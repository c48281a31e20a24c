//! Verifies the declared types of a result's columns: for a compound query SQLite reports the type of
//! one member, and likewise for subqueries, common table expressions and views that contain one.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use oxyde_ir::ColumnType;

use super::declared;
use super::errors;
use super::handle::Handle;
use super::members::Parts;
use super::statement::{Cell, Cursor, Statement};
use crate::error::Result;

/// What SQLite reports about a column.
struct Said {
    ty: Option<ColumnType>,
    table: Option<String>,
}

/// Returns the declared type of each column, where it holds for all rows.
pub fn types(handle: &Handle, text: &str, cursor: &Cursor<'_>) -> Result<Vec<Option<ColumnType>>> {
    let said = said(cursor);
    if said.iter().all(|said| said.ty.is_none()) {
        return Ok(said.into_iter().map(|said| said.ty).collect());
    }
    let views = views(handle)?;
    File { handle, views, verdicts: RefCell::default() }.believed(&Parts::new(text).returned(), said)
}

fn said(cursor: &Cursor<'_>) -> Vec<Said> {
    let column = |at| Said { ty: declared::column_type(cursor.declared(at).as_deref()), table: cursor.table(at) };
    (0..cursor.columns()).map(column).collect()
}

fn views(handle: &Handle) -> Result<Vec<View>> {
    let mut views = Vec::new();
    for schema in texts(handle, "PRAGMA database_list", [1, 1])? {
        let quoted = schema.0.replace('"', "\"\"");
        views.extend(texts(handle, &format!("SELECT name, sql FROM \"{quoted}\".sqlite_schema WHERE type = 'view'"), [0, 1])?);
    }
    Ok(views.into_iter().map(|(name, sql)| (name.to_ascii_lowercase(), sql)).collect())
}

/// Returns two columns of a statement's rows.
fn texts(handle: &Handle, sql: &str, [left, right]: [usize; 2]) -> Result<Vec<(String, String)>> {
    let mut statement = Statement::prepare(handle, sql)?;
    let mut cursor = statement.start();
    let mut rows = Vec::new();
    while cursor.step()? {
        let text = |at| if let Cell::Text(text) = cursor.cell(at) { String::from_utf8_lossy(text).into_owned() } else { String::new() };
        rows.push((text(left), text(right)));
    }
    Ok(rows)
}

/// A database and its views.
struct File<'h> {
    handle: &'h Handle,
    views: Vec<View>,
    /// Whether the reported types of a view's columns are right, by name.
    verdicts: RefCell<HashMap<String, bool>>,
}

/// A view's name, in lower case, and its definition.
type View = (String, String);

impl File<'_> {
    /// Returns the types that hold for all rows.
    fn believed(&self, query: &Parts<'_>, said: Vec<Said>) -> Result<Vec<Option<ColumnType>>> {
        let members = query.members();
        if members.len() > 1 {
            let mut types: Vec<Option<ColumnType>> = said.into_iter().map(|said| said.ty).collect();
            for member in members {
                let found = self.of_text(&member)?.map(|(_, believed)| believed).unwrap_or_default();
                for (at, ty) in types.iter_mut().enumerate() {
                    ty.take_if(|ty| found.get(at).and_then(Option::as_ref) != Some(ty));
                }
            }
            return Ok(types);
        }
        let doubtful = self.doubtful(query)?;
        let is_true = |said: &Said| match &said.table {
            Some(table) => !doubtful.contains(&table.to_ascii_lowercase()),
            None => doubtful.is_empty(),
        };
        let is_list = query.is_list_of_rows();
        Ok(said.into_iter().map(|said| if is_list || !is_true(&said) { None } else { said.ty }).collect())
    }

    /// Returns the reported types of a query and those that are right; `None` if the text is not a query by
    /// itself.
    fn of_text(&self, text: &str) -> Result<Option<Types>> {
        let mut statement = match Statement::prepare(self.handle, text) {
            Ok(statement) => statement,
            Err(error) if error.detail.sqlstate.as_deref().is_some_and(errors::is_interruption) => return Err(error),
            Err(_) => return Ok(None),
        };
        let said = said(&statement.start());
        let types = said.iter().map(|said| said.ty.clone()).collect();
        Ok(Some((types, self.believed(&Parts::new(text), said)?)))
    }

    /// Returns, in lower case, the names used in compound queries whose members differ in type, and
    /// possibly other names.
    fn doubtful(&self, query: &Parts<'_>) -> Result<HashSet<String>> {
        let mut names = HashSet::new();
        for compound in query.compounds() {
            if !self.agrees(&Parts::new(compound))? {
                names.extend(if query.begins_with_common_tables() { query.names() } else { Parts::new(compound).names() });
            }
        }
        // The names that are read through a view.
        let mut read = query.names();
        for view in self.reached(&mut read) {
            if !self.is_plain(view)? {
                names.extend(Parts::new(&view.1).names());
            }
        }
        self.reached(&mut names);
        Ok(names)
    }

    /// Returns the views among the names, and recursively those in their definitions, whose names are
    /// added.
    fn reached(&self, names: &mut HashSet<String>) -> Vec<&View> {
        let mut left: Vec<&View> = self.views.iter().collect();
        let mut reached = Vec::new();
        loop {
            let (found, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|(name, _)| names.contains(name));
            if found.is_empty() {
                return reached;
            }
            for (_, definition) in &found {
                names.extend(Parts::new(definition).names());
            }
            reached.extend(found);
            left = rest;
        }
    }

    /// Whether the definition of a view contains nothing for which SQLite reports the type of one member
    /// only.
    fn is_plain(&self, (name, definition): &View) -> Result<bool> {
        if let Some(verdict) = self.verdicts.borrow().get(name) {
            return Ok(*verdict);
        }
        // Guards against recursion: a view never reads itself, even if a column has its name.
        self.verdicts.borrow_mut().insert(name.clone(), true);
        let mut verdict = true;
        if let Some(view) = Parts::of_view(definition) {
            verdict = (view.members().len() == 1 && !view.is_list_of_rows()) || self.agrees(&view)?;
            for compound in view.compounds() {
                verdict = verdict && self.agrees(&Parts::new(compound))?;
            }
        }
        self.verdicts.borrow_mut().insert(name.clone(), verdict);
        Ok(verdict)
    }

    /// Whether all members of a compound query have the same types, so that reporting one of them is right.
    fn agrees(&self, query: &Parts<'_>) -> Result<bool> {
        if query.is_list_of_rows() {
            return Ok(false);
        }
        let mut first = None;
        for member in query.members() {
            match self.of_text(&member)? {
                Some((said, believed)) if said == believed && first.as_ref().is_none_or(|first| *first == said) => first = Some(said),
                Some(_) | None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// The reported types, and those that are right.
type Types = (Vec<Option<ColumnType>>, Vec<Option<ColumnType>>);
