//! The output of the SQL writer for the engine: steps of SQL text with slots and outputs.

use crate::ColumnType;

/// A statement compiled to one or more statements of the server.
#[derive(Clone, Debug, PartialEq, Default)]
#[expect(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct Program {
    /// The type of each scalar parameter, by index into the values of an execution.
    pub params: Vec<ColumnType>,
    /// The columns of a bulk insert, in order; empty for every other statement.
    /// If not empty, the values of an execution contain one list per column, after `params`.
    pub bulk: Vec<BulkColumn>,
    /// Run in order before `steps`, outside their transaction, such as a PRAGMA that is ignored inside one.
    pub before: Vec<Step>,
    pub steps: Vec<Step>,
    /// Run in order after `steps`, outside their transaction, even if `steps` failed, but only if `before`
    /// succeeded.
    pub after: Vec<Step>,
    pub atomic: Atomic,
    /// The step whose rows are the program's result.
    pub result: usize,
    /// The step whose affected count is the program's; differs from `result` if that one only reads back.
    pub changes: usize,
    /// The step that returns, as a single integer, how many counted rows were left unchanged.
    pub skipped: Option<usize>,
    /// Changes nothing on the server, so it may run anywhere and be cancelled at any time.
    pub read_only: bool,
    /// Contains SQL written by the application, which may do more than the statement says.
    pub raw: bool,
    /// Returns at most one row by a unique key: `SQLite` may run it on the calling thread.
    pub point_read: bool,
    /// A prepared statement may return wrong rows when it is reused, so each run prepares it anew.
    pub prepared_anew: bool,
}

/// How a program relates to a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Atomic {
    /// Each step is independent, inside a transaction or outside.
    #[default]
    None,
    /// All steps (and all runs of a step) succeed or none: in a transaction, or a savepoint inside one.
    All,
    /// A step cannot run inside a transaction (`CREATE INDEX CONCURRENTLY`, `VACUUM`).
    Forbidden,
}

impl Program {
    /// Whether it may run inside an open transaction.
    pub fn may_nest(&self) -> bool {
        self.atomic != Atomic::Forbidden && self.before.is_empty() && self.after.is_empty()
    }
}

/// A column of a bulk insert.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BulkColumn {
    pub name: String,
    pub ty: ColumnType,
}

/// One statement text.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub text: Text,
    /// The result columns; empty if the statement returns no rows, `None` for raw SQL, where the server
    /// describes them.
    pub outputs: Option<Vec<Output>>,
    /// How often the step runs: once, or over the bulk rows or an earlier step's keys.
    pub repeat: Repeat,
    /// Keeps the rows of this step, which later slots read through `Origin::Key`.
    pub keep_keys: bool,
    /// Keeps the generated key (`LAST_INSERT_ID`) for later steps: one integer column with one row per run
    /// of this step, in order. With `Repeat::Once` that is one row; with `Repeat::EachRow` one per bulk
    /// row, which a later step with `Repeat::EachKey` reads back in order. A run that generated no key is
    /// an error.
    pub last_insert_id: bool,
}

/// A piece of statement text, and the slot of each placeholder in it, in order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Fragment {
    pub text: String,
    pub slots: Vec<Slot>,
}

/// Statement text, fixed or expanded by rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    Fixed(Fragment),
    /// `head` + `row` x n joined by `between` + `tail`; n is a power of two up to `max_rows`, which keeps
    /// the number of distinct statements small. Only with unnumbered placeholders.
    Rows {
        head: Fragment,
        row: Fragment,
        between: &'static str,
        tail: Fragment,
        max_rows: u32,
    },
    /// `PostgreSQL`: `COPY ... FROM STDIN` of the bulk rows, in binary form. The parameters of `insert`, the
    /// INSERT of one row, which never runs, have the types of the columns.
    Copy {
        copy: String,
        insert: Fragment,
    },
}

impl Text {
    fn parts(&self) -> [&[Slot]; 3] {
        match self {
            Self::Fixed(fragment) | Self::Copy { insert: fragment, .. } => [&fragment.slots, &[], &[]],
            Self::Rows { head, row, tail, .. } => [&head.slots, &row.slots, &tail.slots],
        }
    }

    /// Returns the slots of the text with that many rows, in placeholder order, each with its row: 0
    /// outside the repeated rows.
    pub fn slots(&self, rows: usize) -> impl Iterator<Item = (&Slot, usize)> {
        let [head, row, tail] = self.parts();
        let repeated = (0..rows).flat_map(move |index| row.iter().map(move |slot| (slot, index)));
        head.iter().map(|slot| (slot, 0)).chain(repeated).chain(tail.iter().map(|slot| (slot, 0)))
    }

    /// Returns the number of placeholders of the text with that many rows.
    pub fn count(&self, rows: usize) -> usize {
        let [head, row, tail] = self.parts();
        head.len() + row.len() * rows + tail.len()
    }
}

/// How often a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    Once,
    /// Once; a failure because its object does not exist is ignored (`SQLite`). It only prepares for later
    /// steps.
    WherePossible,
    /// Once per bulk row (`SQLite`, which reuses the prepared statement, and `MySQL` if keys must be read).
    EachRow,
    /// Over slices of the bulk rows: arrays of at most `rows` items (`unnest`), `Text::Rows` or
    /// `Text::Copy`.
    Chunks {
        rows: u32,
    },
    /// Once per row of the kept keys.
    EachKey,
}

/// One placeholder.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub origin: Origin,
    /// The type of the value. `PostgreSQL` parameters are encoded as the type that the server reports, so
    /// the text has a cast (`$1::bigint`) wherever the server would infer another type, and none where the
    /// column's type should decide.
    pub ty: ColumnType,
    pub form: Form,
}

/// The source of a slot's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A parameter, scalar or list, by index.
    Param(u32),
    /// An item of the list parameter `index`; beyond its end the last item again (power-of-two padding).
    Member { index: u32, member: u32 },
    /// A bulk column by index: its value in the current row, or for `Form::Array` its values in the current
    /// slice.
    Bulk(u32),
    /// A column of the kept keys: its value in the current row, or for `Form::Array` all values.
    Key(u32),
}

/// The form in which a slot's value is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    Scalar,
    /// A `PostgreSQL` array of `Slot::ty` items.
    Array,
    /// A JSON array as text, for `json_each` on `SQLite`.
    JsonArray,
    /// Text with the special characters of `syntax` escaped, and a wildcard before or after it.
    Pattern {
        syntax: PatternSyntax,
        before: bool,
        after: bool,
    },
    /// Text below all spellings of the value or, with `upper`, above all of them; for a list, of all its
    /// items.
    Bound {
        upper: bool,
    },
    /// One of several spellings, by its number.
    Spelling(u8),
}

/// The special characters of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatternSyntax {
    /// `%` and `_`, escaped by `!` (`ESCAPE '!'`).
    Like,
    /// `*`, `?` and `[`, escaped by brackets; only a prefix of the text, within GLOB's length limit.
    Glob,
}

/// One result column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    pub name: String,
    pub ty: ColumnType,
    pub nullable: bool,
    /// The table of the column, for messages; empty for expressions.
    pub table: String,
    /// The field has an explicit `db_type`.
    pub declared: bool,
}
