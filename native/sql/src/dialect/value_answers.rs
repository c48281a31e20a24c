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

/// What is left of a division of floats.
#[derive(Clone, Copy, Debug)]
pub enum FloatModulo {
    /// `%`.
    Operator,
    /// `mod()`; `%` makes integers of its operands.
    Function,
    /// Made of `%` of `numeric`; there is none of floats.
    Numeric,
}

/// What a quotient of decimals is written with, so that it has 20 significant digits and more.
#[derive(Clone, Copy, Debug)]
pub enum Quotients {
    /// It has them by itself.
    Enough,
    /// A factor or a summand gives the dividend digits after the point.
    Digits { before: &'static str, between: &'static str, after: &'static str },
}

#[derive(Clone, Copy, Debug)]
pub enum Powers {
    /// `power` of floats and of `numeric`.
    Numeric,
    /// `pow`, of floats only.
    Floats,
}

/// What ROUND, FLOOR and CEIL are of.
#[derive(Clone, Copy, Debug)]
pub enum Numbers {
    /// Of `numeric`, which is cast back.
    Numeric,
    /// Of any number; whole ones are cast to the integers of the server.
    Plain,
}
