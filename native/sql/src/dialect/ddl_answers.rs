//! What servers answer about tables, indexes, views and types.

/// A key that the server counts up.
#[derive(Clone, Copy, Debug)]
pub enum Counted {
    /// `BIGSERIAL`.
    Serial,
    /// `INTEGER PRIMARY KEY AUTOINCREMENT`, nothing else.
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
    /// Text with a CHECK.
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
    /// `CREATE INDEX`, with every method and INCLUDE.
    Full,
    /// `CREATE INDEX` of trees only.
    Trees,
    /// Inside CREATE TABLE, also of expressions.
    Inline,
    /// Inside CREATE TABLE, of columns only.
    InlineColumns,
}

/// Foreign keys to a table that is made later.
#[derive(Clone, Copy, Debug)]
pub enum LateKeys {
    /// May be declared before their target exists.
    Declared,
    /// `ALTER TABLE`, in a block that forgives what exists.
    Block,
    /// `ALTER TABLE` with `IF NOT EXISTS`.
    IfNotExists,
    /// `ALTER TABLE`, which cannot forgive.
    Strict,
}

/// Dropping tables that point at each other.
#[derive(Clone, Copy, Debug)]
pub enum Drops {
    /// All in one statement.
    Together,
    /// One by one, foreign keys checked at COMMIT.
    Deferred,
    /// One by one, the keys of cycles before.
    KeysFirst,
}

/// A view that may exist already.
#[derive(Clone, Copy, Debug)]
pub enum Views {
    Block,
    IfNotExists,
    Replace,
}

/// NOT NULL on a generated column.
#[derive(Clone, Copy, Debug)]
pub enum GeneratedNotNull {
    Keyword,
    Check,
}
