//! Upserts: the handling of rows whose key is already in the table.

use oxyde_ir::program::Fragment;
use oxyde_ir::statement::{Conflict, ConflictAction, Insert, Rows};
use oxyde_ir::{Atomic, ColumnType, Output, Program};

use crate::dialect::{ConflictClause, Dialect, Excluded, Returning};
use crate::error::{Result, malformed};
use crate::writer::{Scope, Writer, step};

/// The name of the row proposed for insertion.
pub const EXCLUDED: &str = "excluded";

/// The session variable that counts skipped rows.
const SKIPPED: &str = "@oxyde_skipped";

/// Adds steps that count the rows that an insert skips, if the server counts them as inserted.
pub fn counted(insert: &Insert, mut program: Program, dialect: &'static Dialect) -> Program {
    let ignores = insert.conflict.as_ref().is_some_and(|conflict| matches!(conflict.action, ConflictAction::Nothing));
    if !ignores || !matches!(dialect.conflict, ConflictClause::OnDuplicateKey) {
        return program;
    }
    let fixed = |text: String, outputs| step(Fragment { text, slots: Vec::new() }, Some(outputs));
    let count = Output { name: "skipped".to_owned(), ty: ColumnType::Int, nullable: false, table: String::new(), declared: false };
    program.steps.insert(0, fixed(format!("SET {SKIPPED} = 0"), Vec::new()));
    program.steps.push(fixed(format!("SELECT {SKIPPED}"), vec![count]));
    program.result += 1;
    program.changes = program.result;
    program.skipped = Some(program.steps.len() - 1);
    // All steps need the same session.
    program.atomic = Atomic::All;
    program
}

/// Refuses to return the rows of an insert that cannot tell which rows it has written.
pub fn check_returning(insert: &Insert, dialect: &Dialect) -> Result<()> {
    let Some(conflict) = insert.conflict.as_ref().filter(|_| !insert.returning.is_empty()) else { return Ok(()) };
    match (dialect.conflict, &conflict.action) {
        (ConflictClause::OnConflict, _) => Ok(()),
        // RETURNING includes the skipped rows.
        (ConflictClause::OnDuplicateKey, ConflictAction::Nothing) => {
            dialect.unsupported("rows returned from inserts that ignore conflicts")
        }
        (ConflictClause::OnDuplicateKey, ConflictAction::Update { .. }) => match dialect.returning {
            Returning::Full | Returning::InsertDelete => Ok(()),
            // Rows are read back by the key that they may have met.
            Returning::None if matches!(insert.rows, Rows::Many) => Ok(()),
            // A single row is read back by its own key, which must be the one that conflicted.
            Returning::None if insert.key.iter().map(|key| &key.name).eq(&conflict.target) => Ok(()),
            Returning::None => malformed("a row returned by an upsert of one row on other than the primary key"),
        },
    }
}

impl Writer<'_> {
    /// Writes ` AS excluded` after the rows, if the row proposed for insertion needs an alias.
    pub fn name_excluded(&mut self, conflict: &Conflict) -> Result<()> {
        match (self.dialect.excluded, &conflict.action) {
            (Excluded::Alias, ConflictAction::Update { .. }) => {
                self.push(" AS ");
                self.identifier(EXCLUDED)
            }
            (Excluded::Alias | Excluded::Table | Excluded::Function, _) => Ok(()),
        }
    }

    pub fn excluded(&mut self, name: &str) -> Result<()> {
        match self.dialect.excluded {
            Excluded::Table | Excluded::Alias => {
                self.identifier(EXCLUDED)?;
                self.push(".");
                self.identifier(name)
            }
            Excluded::Function => {
                self.push("VALUES(");
                self.identifier(name)?;
                self.word(")")
            }
        }
    }

    pub fn conflict(&mut self, insert: &Insert, conflict: &Conflict) -> Result<()> {
        if let ConflictAction::Update { set, .. } = &conflict.action
            && (conflict.target.is_empty() || set.is_empty())
        {
            return malformed("an update on conflict of no key or no column");
        }
        match self.dialect.conflict {
            ConflictClause::OnConflict => self.on_conflict(insert, conflict),
            ConflictClause::OnDuplicateKey => self.on_duplicate_key(insert, conflict, None, |_| Ok(())),
        }
    }

    fn on_conflict(&mut self, insert: &Insert, conflict: &Conflict) -> Result<()> {
        self.push(" ON CONFLICT");
        if !conflict.target.is_empty() {
            self.push(" (");
            self.separated(&conflict.target, |writer, name| writer.identifier(name))?;
            self.push(")");
        }
        match &conflict.action {
            ConflictAction::Nothing => self.word(" DO NOTHING"),
            ConflictAction::Update { alias, set, filter } => {
                self.push(" DO UPDATE SET ");
                let mut writer = self.within(Scope::named(alias, &insert.table));
                writer.assignments(set, None)?;
                writer.filter(filter.as_deref())
            }
        }
    }

    /// ` ON DUPLICATE KEY UPDATE`; where the alias of the table is given, `met` is evaluated for each row that meets one.
    pub fn on_duplicate_key(
        &mut self,
        insert: &Insert,
        conflict: &Conflict,
        alias: Option<&str>,
        met: impl FnOnce(&mut Writer<'_>) -> Result<()>,
    ) -> Result<()> {
        if !conflict.target.is_empty() && conflict.others {
            return self
                .dialect
                .unsupported_but("conflicts on one of several unique keys", "leave the fields of the other keys out of the rows");
        }
        self.name_excluded(conflict)?;
        self.push(" ON DUPLICATE KEY UPDATE ");
        match (&conflict.action, alias) {
            (ConflictAction::Update { filter: Some(_), .. }, _) => self.dialect.unsupported_but(
                "conditions on conflict updates (where=)",
                "read the stored rows with for_update() and compare them first",
            ),
            (ConflictAction::Update { alias, set, filter: None }, None) => {
                self.within(Scope::named(alias, &insert.table)).assignments(set, None)
            }
            (ConflictAction::Nothing, None) => {
                self.unchanged(insert, Scope::BARE, "", |writer| writer.word(&format!("{SKIPPED} := {SKIPPED} + 1")))
            }
            (ConflictAction::Update { set, filter: None, .. }, Some(alias)) => {
                let scope = Scope::named(alias, &insert.table);
                self.within(scope).assignments(set, None)?;
                self.push(", ");
                self.unchanged(insert, scope, alias, met)
            }
            (ConflictAction::Nothing, Some(alias)) => self.unchanged(insert, Scope::named(alias, &insert.table), alias, met),
        }
    }

    /// A change of nothing, which evaluates something all the same. `IGNORE` would also pass over values that do not fit.
    fn unchanged(&mut self, insert: &Insert, scope: Scope<'_>, alias: &str, met: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<()> {
        let target = insert.conflict.as_ref().and_then(|conflict| conflict.target.first());
        let key = target.or_else(|| insert.key.first().map(|column| &column.name));
        let Some(name) = key.or_else(|| insert.columns.first().map(|column| &column.name)) else {
            return self.dialect.unsupported("ignored conflicts of rows without values");
        };
        let mut writer = self.within(scope);
        writer.identifier(name)?;
        writer.push(" = IF((");
        met(&mut writer)?;
        writer.push(") IS NULL, ");
        writer.column(alias, name)?;
        writer.push(", ");
        writer.column(alias, name)?;
        writer.word(")")
    }
}
