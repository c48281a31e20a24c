//! The properties of DDL in which servers differ, as enums.

/// The syntax of an auto-increment key.
#[derive(Clone, Copy, Debug)]
pub enum Counted {
    /// `BIGSERIAL`.
    Serial,
    /// `INTEGER PRIMARY KEY AUTOINCREMENT`, and no other column.
    Rowid,
    /// `BIGINT AUTO_INCREMENT`.
    Increment,
}

#[derive(Clone, Copy, Debug)]
pub enum Enums {
    /// `CREATE TYPE`.
    Types,
    /// `ENUM('a', 'b')` in the column.
    Inline,
    /// Text with a CHECK constraint.
    Check,
}

#[derive(Clone, Copy, Debug)]
pub enum Comments {
    /// `COMMENT ON`.
    Statements,
    Inline,
    Nowhere,
}

#[derive(Clone, Copy, Debug)]
pub enum Indexes {
    /// `CREATE INDEX`, with all methods and INCLUDE.
    Full,
    /// `CREATE INDEX`, for B-trees only.
    Trees,
    /// Inside CREATE TABLE, including expression indexes.
    Inline,
    /// Inside CREATE TABLE, for columns only.
    InlineColumns,
}

/// How a foreign key to a table that is created later is declared.
#[derive(Clone, Copy, Debug)]
pub enum LateKeys {
    /// In CREATE TABLE, before the target exists.
    Declared,
    /// By `ALTER TABLE`, in a block that ignores an existing key.
    Block,
    /// By `ALTER TABLE` with `IF NOT EXISTS`.
    IfNotExists,
    /// By `ALTER TABLE`, which fails if the key exists.
    Strict,
}

/// How tables that refer to each other are dropped.
#[derive(Clone, Copy, Debug)]
pub enum Drops {
    /// In one statement.
    Together,
    /// One by one, with foreign keys checked at COMMIT.
    Deferred,
    /// One by one, after the foreign keys of cycles.
    KeysFirst,
}

/// How a table that is there is changed.
#[derive(Clone, Copy, Debug)]
pub enum Alters {
    /// Each part of a column by a clause of its own; constraints by name.
    Parts,
    /// A column by its whole definition.
    Whole,
    /// Columns are added, dropped and renamed; else the table is made anew.
    Rebuild,
}

/// How a view that may already exist is created.
#[derive(Clone, Copy, Debug)]
pub enum Views {
    Block,
    IfNotExists,
    Replace,
}

/// The syntax of NOT NULL on a generated column.
#[derive(Clone, Copy, Debug)]
pub enum GeneratedNotNull {
    Keyword,
    Check,
}
