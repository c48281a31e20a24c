//! What servers answer about values: numbers, and what is stored as text for want of a type.

/// What a decimal is.
#[derive(Clone, Copy, Debug)]
pub enum Decimals {
    /// A number of the server's.
    Native,
    /// A float of up to 15 digits, or canonical text with a collation and functions that the driver registers.
    Text,
}

/// In how many ways a stored date and time, time of day or UUID may be written.
#[derive(Clone, Copy, Debug)]
pub enum Spellings {
    /// The server has types for them.
    One,
    /// They are texts, or bytes, which other tools write in ways of their own: collations and functions that the driver registers
    /// tell what they mean.
    Many,
}

/// Sums, differences and products of integers that have more than 64 bits.
#[derive(Clone, Copy, Debug)]
pub enum Integers {
    /// Refused by the server.
    Checked,
    /// The server would go on in floats: a function that the driver registers refuses them.
    Fitted,
}
