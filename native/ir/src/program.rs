//! What the SQL writer hands to the engine: text with slots and outputs, in steps.

use crate::ColumnType;

/// One statement of ours as one or more statements of the server's.
#[derive(Clone, Debug, PartialEq, Default)]
#[expect(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct Program {
    /// The type of each scalar parameter, by index into the values beside the shape.
    pub params: Vec<ColumnType>,
    /// The columns of a bulk insert, in order; empty for every other statement.
    /// When not empty the values beside the shape are one list per column here, after `params`.
    pub bulk: Vec<BulkColumn>,
    /// Run in order before `steps`, outside their transaction, such as a pragma that is ignored inside one.
    pub before: Vec<Step>,
    pub steps: Vec<Step>,
    /// Run in order after `steps`, outside their transaction, whatever became of `steps` once `before` went well.
    pub after: Vec<Step>,
    pub atomic: Atomic,
    /// The step whose rows are the program's.
    pub result: usize,
    /// The step whose affected count is the program's: another one than `result` where that only reads back.
    pub changes: usize,
    /// The step whose single value, an integer, is how many rows were counted though they were left as they are.
    pub skipped: Option<usize>,
    /// Changes nothing on the server, so that it may run anywhere and be interrupted at will.
    pub read_only: bool,
    /// Text that the application wrote stands in it, which may do more than the statement says.
    pub raw: bool,
    /// At most one row by a unique key: `SQLite` may run it on the calling thread.
    pub point_read: bool,
    /// The server may give wrong rows when it runs again what it has prepared: each run prepares its statement anew.
    pub prepared_anew: bool,
}

/// How a program and a transaction go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Atomic {
    /// Each step stands for itself, in a transaction or outside.
    #[default]
    None,
    /// All steps (and all repetitions of one) happen or none: a transaction, or a savepoint inside one.
    All,
    /// The server refuses a step inside a transaction (`CREATE INDEX CONCURRENTLY`, `VACUUM`): there must be none.
    Forbidden,
}

impl Program {
    /// Whether it may run inside a transaction that is open already.
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
    /// The result columns; empty when the statement returns no rows. `None` for raw SQL: the server says.
    pub outputs: Option<Vec<Output>>,
    /// Run once, or how often over the rows of the bulk columns or of an earlier step's keys.
    pub repeat: Repeat,
    /// Keep the rows of this step: a later step's slots of `Origin::Key` read them.
    pub keep_keys: bool,
    /// The generated key of the row just inserted (`LAST_INSERT_ID`) is kept for later steps: one column of integers, with one row
    /// for each run of this step, in the order of the runs. With `Repeat::Once` that is one row; with `Repeat::EachRow` one for each
    /// bulk row, which a later step with `Repeat::EachKey` reads back in order. A run that generated no key is an error.
    pub last_insert_id: bool,
}

/// A piece of statement text, and how each placeholder in it is filled, in placeholder order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Fragment {
    pub text: String,
    pub slots: Vec<Slot>,
}

/// Statement text, fixed or grown by rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    Fixed(Fragment),
    /// `head` + `row` x n joined by `between` + `tail`; n is a power of two up to `max_rows`, so that statements are few.
    /// Only where placeholders have no numbers.
    Rows {
        head: Fragment,
        row: Fragment,
        between: &'static str,
        tail: Fragment,
        max_rows: u32,
    },
}

impl Text {
    fn parts(&self) -> [&[Slot]; 3] {
        match self {
            Self::Fixed(fragment) => [&fragment.slots, &[], &[]],
            Self::Rows { head, row, tail, .. } => [&head.slots, &row.slots, &tail.slots],
        }
    }

    /// The slots of the text with that many rows, in placeholder order, each with the row it is in: 0 outside the repeated rows.
    pub fn slots(&self, rows: usize) -> impl Iterator<Item = (&Slot, usize)> {
        let [head, row, tail] = self.parts();
        let repeated = (0..rows).flat_map(move |index| row.iter().map(move |slot| (slot, index)));
        head.iter().map(|slot| (slot, 0)).chain(repeated).chain(tail.iter().map(|slot| (slot, 0)))
    }

    /// The number of placeholders in the text with that many rows.
    pub fn count(&self, rows: usize) -> usize {
        let [head, row, tail] = self.parts();
        head.len() + row.len() * rows + tail.len()
    }
}

/// How often a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    Once,
    /// Once, unless what it changes is not there (`SQLite`): it only prepares for the steps after it.
    WherePossible,
    /// Once for each bulk row (`SQLite`, which reuses the prepared statement, and `MySQL` where keys must be read).
    EachRow,
    /// Over slices of the bulk rows: arrays of at most `rows` members each (`unnest`), or `Text::Rows`.
    Chunks {
        rows: u32,
    },
    /// Once for each row of the kept keys.
    EachKey,
}

/// One placeholder.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub origin: Origin,
    /// The type of the value. `PostgreSQL` encodes for the OID that the server reports for the placeholder: its text needs a cast
    /// (`$1::bigint`) wherever the server would guess another type than this, and none where the column's own type shall decide.
    pub ty: ColumnType,
    pub form: Form,
}

/// Where the value of a slot comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A scalar parameter (or a whole list) by index.
    Param(u32),
    /// A member of the list parameter `index`; beyond its end the last member again (power-of-two padding).
    Member { index: u32, member: u32 },
    /// A bulk column, by index: its value in the current row, or for `Form::Array` its values in the current chunk.
    Bulk(u32),
    /// A column of the kept keys: its value in the current key row, or for `Form::Array` all of them.
    Key(u32),
}

/// How the value of a slot is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    Scalar,
    /// A `PostgreSQL` array of `Slot::ty` items.
    Array,
    /// A JSON array as text, for `json_each` on `SQLite`.
    JsonArray,
    /// Text with the pattern characters of `syntax` escaped, and the wildcard before and/or after it.
    Pattern {
        syntax: PatternSyntax,
        before: bool,
        after: bool,
    },
    /// Text before all texts that mean the value or, where `upper`, behind all of them; of a list, of all its members.
    Bound {
        upper: bool,
    },
    /// One of several spellings, by number.
    Spelling(u8),
}

/// Which characters mean something in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatternSyntax {
    /// `%` and `_`, escaped by `!` (`ESCAPE '!'`).
    Like,
    /// `*`, `?` and `[`, escaped by brackets; the beginning of the text only, as far as GLOB reads.
    Glob,
}

/// One result column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    pub name: String,
    pub ty: ColumnType,
    pub nullable: bool,
    /// The table the column is in, for messages; empty for expressions.
    pub table: String,
    /// The field says itself how the table declares the column.
    pub declared: bool,
}
