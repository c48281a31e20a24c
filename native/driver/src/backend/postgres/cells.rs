//! The values of a column while they come: how the next is read, and which column they make.

use oxyde_ir::ColumnType;

use super::read::{self, Part, Read, Reader};
use crate::batch::{Column, Data, TextColumn, Validity};
use crate::json;

/// Values so far, and which of them are NULL.
pub struct Values {
    cells: Cells,
    valid: Validity,
}

/// The values so far, with a placeholder for each NULL.
pub enum Cells {
    Bool {
        values: Vec<bool>,
        read: Reader<bool>,
    },
    Int16 {
        values: Vec<i16>,
        read: Reader<i16>,
    },
    Int32 {
        values: Vec<i32>,
        read: Reader<i32>,
        data: fn(Vec<i32>) -> Data,
    },
    Int64 {
        values: Vec<i64>,
        read: Reader<i64>,
        data: fn(Vec<i64>) -> Data,
    },
    Float32 {
        values: Vec<f32>,
        read: Reader<f32>,
    },
    Float64 {
        values: Vec<f64>,
        read: Reader<f64>,
    },
    /// What the payload contains as it is.
    Text {
        values: TextColumn,
        read: Part,
        data: fn(TextColumn) -> Data,
    },
    /// Text made of the payload.
    Made {
        values: TextColumn,
        read: Reader<String>,
        data: fn(TextColumn) -> Data,
    },
    Decimal {
        values: Vec<i128>,
        precision: u8,
        scale: u8,
        read: fn(&[u8], u8, u8) -> Read<i128>,
    },
    DecimalText {
        values: TextColumn,
        digits: Option<(u8, i8)>,
        read: Reader<String>,
    },
    TimeTz(Vec<(i64, i32)>),
    Interval(Vec<(i32, i32, i64)>),
    Uuid {
        values: Vec<[u8; 16]>,
        read: Reader<[u8; 16]>,
    },
    List {
        offsets: Vec<i32>,
        members: Box<Values>,
    },
    /// Lists in JSON.
    JsonList {
        offsets: Vec<i32>,
        items: Column,
        item: ColumnType,
        read: Part,
    },
}

const TOO_LONG: &str = "the values of one batch pass 2 GiB; read them in smaller batches with stream()";

/// The name of a list's member column.
const MEMBER: &str = "item";

impl Values {
    pub fn new(cells: Cells) -> Self {
        Self { cells, valid: Validity::default() }
    }

    pub fn push(&mut self, raw: Option<&[u8]>) -> Read<()> {
        match raw {
            Some(raw) => self.cells.push(raw)?,
            None => self.cells.push_empty(),
        }
        self.valid.push(raw.is_some());
        Ok(())
    }

    pub fn rows(&self) -> usize {
        self.valid.rows()
    }

    pub fn take(&mut self, name: &str) -> Column {
        Column { name: name.to_owned(), data: self.cells.take(), valid: self.valid.take() }
    }
}

impl Cells {
    pub fn push(&mut self, raw: &[u8]) -> Read<()> {
        match self {
            Self::Bool { values, read } => values.push(read(raw)?),
            Self::Int16 { values, read } => values.push(read(raw)?),
            Self::Int32 { values, read, .. } => values.push(read(raw)?),
            Self::Int64 { values, read, .. } => values.push(read(raw)?),
            Self::Float32 { values, read } => values.push(read(raw)?),
            Self::Float64 { values, read } => values.push(read(raw)?),
            Self::Text { values, read, .. } => append(values, read(raw)?)?,
            Self::Made { values, read, .. } => append(values, read(raw)?.as_bytes())?,
            Self::Decimal { values, precision, scale, read } => values.push(read(raw, *precision, *scale)?),
            Self::DecimalText { values, read, .. } => append(values, read(raw)?.as_bytes())?,
            Self::TimeTz(values) => values.push(read::timetz(raw)?),
            Self::Interval(values) => values.push(read::interval(raw)?),
            Self::Uuid { values, read } => values.push(read(raw)?),
            Self::List { offsets, members } => {
                read::members(raw, |member| members.push(member))?;
                offsets.push(i32::try_from(members.rows()).map_err(|_| TOO_LONG)?);
            }
            Self::JsonList { offsets, items, read, .. } => {
                json::append(read::text(read(raw)?)?, items)?;
                offsets.push(i32::try_from(items.data.len()).map_err(|_| TOO_LONG)?);
            }
        }
        Ok(())
    }

    /// The zero or empty value that takes the place of a NULL.
    pub fn push_empty(&mut self) {
        match self {
            Self::Bool { values, .. } => values.push(false),
            Self::Int16 { values, .. } => values.push(0),
            Self::Int32 { values, .. } => values.push(0),
            Self::Int64 { values, .. } => values.push(0),
            Self::Float32 { values, .. } => values.push(0.0),
            Self::Float64 { values, .. } => values.push(0.0),
            // Nothing is appended, so nothing can be too long.
            Self::Text { values, .. } | Self::Made { values, .. } | Self::DecimalText { values, .. } => drop(values.push(b"")),
            Self::Decimal { values, .. } => values.push(0),
            Self::TimeTz(values) => values.push((0, 0)),
            Self::Interval(values) => values.push((0, 0, 0)),
            Self::Uuid { values, .. } => values.push([0; 16]),
            Self::List { offsets, members } => offsets.push(members.rows() as i32),
            Self::JsonList { offsets, items, .. } => offsets.push(items.data.len() as i32),
        }
    }

    pub fn take(&mut self) -> Data {
        use std::mem::{replace, take};
        match self {
            Self::Bool { values, .. } => Data::Bool(take(values)),
            Self::Int16 { values, .. } => Data::Int16(take(values)),
            Self::Int32 { values, data, .. } => data(take(values)),
            Self::Int64 { values, data, .. } => data(take(values)),
            Self::Float32 { values, .. } => Data::Float32(take(values)),
            Self::Float64 { values, .. } => Data::Float64(take(values)),
            Self::Text { values, data, .. } | Self::Made { values, data, .. } => data(take(values)),
            Self::Decimal { values, precision, scale, .. } => {
                Data::Decimal { values: take(values), precision: *precision, scale: *scale as i8 }
            }
            Self::DecimalText { values, digits, .. } => Data::DecimalText { values: take(values), digits: *digits },
            Self::TimeTz(values) => Data::TimeTz(take(values)),
            Self::Interval(values) => Data::Interval(take(values)),
            Self::Uuid { values, .. } => Data::Uuid(take(values)),
            Self::List { offsets, members } => Data::List { offsets: replace(offsets, vec![0]), items: Box::new(members.take(MEMBER)) },
            Self::JsonList { offsets, items, item, .. } => {
                let items = replace(items, json::items(item));
                Data::List { offsets: replace(offsets, vec![0]), items: Box::new(items) }
            }
        }
    }
}

fn append(values: &mut TextColumn, value: &[u8]) -> Read<()> {
    if values.push(value) { Ok(()) } else { Err(TOO_LONG.into()) }
}
