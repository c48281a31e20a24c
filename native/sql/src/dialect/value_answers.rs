//! The properties of values in which servers differ, as enums: numbers, and values stored as text for lack of a type.

/// The representation of decimals.
#[derive(Clone, Copy, Debug)]
pub enum Decimals {
    /// A numeric type of the server.
    Native,
    /// A float of up to 15 digits, or canonical text with a collation and functions of the driver.
    Text,
}

/// The number of spellings that a stored date and time, time of day or UUID may have.
#[derive(Clone, Copy, Debug)]
pub enum Spellings {
    /// The server has types for them.
    One,
    /// They are texts or bytes, which other tools may spell differently. Collations and functions of the driver compare
    /// their meaning.
    Many,
}

/// The result of sums, differences and products of integers that overflow 64 bits.
#[derive(Clone, Copy, Debug)]
pub enum Integers {
    /// An error of the server.
    Checked,
    /// A float; a function of the driver raises an error instead.
    Fitted,
}
