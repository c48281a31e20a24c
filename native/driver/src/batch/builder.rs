//! A growing column of a batch: its reader is chosen once and compiled into the loop that appends
//! values.

use std::borrow::Cow;
use std::mem::{replace, take};

use oxyde_ir::{ColumnType, Value};

use super::{Column, Data, TextColumn, Validity};
use crate::{decimal, json};

/// A decoded value, or why it cannot be decoded.
pub type Read<T> = Result<T, Cow<'static, str>>;

/// Where a backend reads values from.
pub trait Source: 'static {
    type Raw<'a>: Copy;
}

/// Values as bytes on the wire; the type of the column tells their format.
pub struct Payload;

impl Source for Payload {
    type Raw<'a> = &'a [u8];
}

/// A function that borrows the text or the bytes of a value.
pub trait Part<S: Source>: Send + 'static {
    fn part<'a>(&self, raw: S::Raw<'a>) -> Read<&'a [u8]>;
}

impl<F: Fn(&[u8]) -> Read<&[u8]> + Send + 'static> Part<Payload> for F {
    #[inline]
    fn part<'a>(&self, raw: <Payload as Source>::Raw<'a>) -> Read<&'a [u8]> {
        self(raw)
    }
}

/// A growing column.
pub struct Builder<S: Source>(Box<dyn Grow<S>>);

/// The values so far and their validity. One dynamic call appends a value: the reader is part of the
/// implementation.
pub trait Grow<S: Source>: Send {
    /// Appends a value. After an error the column has the same length as before.
    fn push(&mut self, raw: S::Raw<'_>) -> Read<()>;

    fn push_null(&mut self);

    fn rows(&self) -> usize;

    /// Returns the values and their validity, and starts again empty.
    fn take(&mut self) -> (Data, Option<Vec<bool>>);
}

pub const TOO_LONG: &str = "the values of one batch pass 2 GiB; read them in smaller batches with stream()";

/// Values without validity.
pub trait Store: Send {
    /// Appends the zero or empty value that fills the place of a NULL.
    fn push_empty(&mut self);
}

impl<T: Default + Send> Store for Vec<T> {
    fn push_empty(&mut self) {
        self.push(T::default());
    }
}

impl Store for TextColumn {
    fn push_empty(&mut self) {
        // Appending nothing cannot exceed the limit.
        let _ = self.push(b"");
    }
}

/// Lists encoded as JSON.
struct Lists {
    offsets: Vec<i32>,
    items: Column,
}

impl Store for Lists {
    fn push_empty(&mut self) {
        self.offsets.push(self.items.data.len() as i32);
    }
}

/// A store, the function that appends the next value to it, and the kind of data it becomes.
struct Filled<V, P, D> {
    values: V,
    valid: Validity,
    push: P,
    data: D,
}

impl<S, V, P, D> Grow<S> for Filled<V, P, D>
where
    S: Source,
    V: Store,
    P: for<'a> Fn(S::Raw<'a>, &mut V) -> Read<()> + Send,
    D: Fn(&mut V) -> Data + Send,
{
    fn push(&mut self, raw: S::Raw<'_>) -> Read<()> {
        (self.push)(raw, &mut self.values)?;
        self.valid.push(true);
        Ok(())
    }

    fn push_null(&mut self) {
        self.values.push_empty();
        self.valid.push(false);
    }

    fn rows(&self) -> usize {
        self.valid.rows()
    }

    fn take(&mut self) -> (Data, Option<Vec<bool>>) {
        ((self.data)(&mut self.values), self.valid.take())
    }
}

impl<S: Source> Builder<S> {
    /// A column with its own implementation of `Grow`.
    pub fn of(grow: impl Grow<S> + 'static) -> Self {
        Self(Box::new(grow))
    }

    /// A column over any store.
    pub fn stored<V: Store + 'static>(
        values: V,
        push: impl for<'a> Fn(S::Raw<'a>, &mut V) -> Read<()> + Send + 'static,
        data: impl Fn(&mut V) -> Data + Send + 'static,
    ) -> Self {
        Self::of(Filled { values, valid: Validity::default(), push, data })
    }

    /// Values of fixed width.
    pub fn fixed<T: Default + Send + 'static>(
        read: impl for<'a> Fn(S::Raw<'a>) -> Read<T> + Send + 'static,
        data: fn(Vec<T>) -> Data,
    ) -> Self {
        let push = move |raw: S::Raw<'_>, values: &mut Vec<T>| {
            values.push(read(raw)?);
            Ok(())
        };
        Self::stored(Vec::new(), push, move |values: &mut Vec<T>| data(take(values)))
    }

    /// Text or bytes that can be borrowed from the source.
    pub fn texts(read: impl Part<S>, data: fn(TextColumn) -> Data) -> Self {
        let push = move |raw: S::Raw<'_>, values: &mut TextColumn| append(values, read.part(raw)?);
        Self::stored(TextColumn::default(), push, move |values: &mut TextColumn| data(take(values)))
    }

    /// Text that is formatted from each value.
    pub fn made(
        read: impl for<'a> Fn(S::Raw<'a>) -> Read<String> + Send + 'static,
        data: impl Fn(TextColumn) -> Data + Send + 'static,
    ) -> Self {
        let push = move |raw: S::Raw<'_>, values: &mut TextColumn| append(values, read(raw)?.as_bytes());
        Self::stored(TextColumn::default(), push, move |values: &mut TextColumn| data(take(values)))
    }

    /// Decimals: unscaled values decoded by `narrow` if they fit 128 bits, otherwise canonical text decoded
    /// by `wide`.
    pub fn decimals(
        precision: Option<u16>,
        scale: Option<u16>,
        narrow: impl for<'a> Fn(S::Raw<'a>, u8, u8) -> Read<i128> + Send + 'static,
        wide: impl for<'a> Fn(S::Raw<'a>) -> Read<String> + Send + 'static,
    ) -> Self {
        let Some((precision, scale)) = decimal::narrow(precision, scale) else {
            let digits = decimal::wide(precision, scale);
            return Self::made(wide, move |values| Data::DecimalText { values, digits });
        };
        let push = move |raw: S::Raw<'_>, values: &mut Vec<i128>| {
            values.push(narrow(raw, precision, scale)?);
            Ok(())
        };
        Self::stored(Vec::new(), push, move |values| Data::Decimal { values: take(values), precision, scale: scale as i8 })
    }

    /// Lists of an item type, encoded as JSON.
    pub fn json_lists(item: &ColumnType, read: impl Part<S>) -> Self {
        let item = item.clone();
        let push = move |raw: S::Raw<'_>, lists: &mut Lists| {
            let text = std::str::from_utf8(read.part(raw)?).map_err(|_| "the text is not valid UTF-8")?;
            json::append(text, &mut lists.items)?;
            lists.offsets.push(i32::try_from(lists.items.data.len()).map_err(|_| TOO_LONG)?);
            Ok(())
        };
        let lists = Lists { offsets: vec![0], items: json::items(&item) };
        Self::stored(lists, push, move |lists| {
            let items = replace(&mut lists.items, json::items(&item));
            Data::List { offsets: replace(&mut lists.offsets, vec![0]), items: Box::new(items) }
        })
    }

    /// Values that each have their own type.
    pub fn dynamic(read: impl for<'a> Fn(S::Raw<'a>) -> Read<Value> + Send + 'static) -> Self {
        Self::fixed(read, Data::Dynamic)
    }

    pub fn push(&mut self, raw: S::Raw<'_>) -> Read<()> {
        self.0.push(raw)
    }

    pub fn push_null(&mut self) {
        self.0.push_null();
    }

    pub fn rows(&self) -> usize {
        self.0.rows()
    }

    /// Returns the values as a column, and starts again empty.
    pub fn take(&mut self, name: &str) -> Column {
        let (data, valid) = self.0.take();
        Column { name: name.to_owned(), data, valid }
    }
}

fn append(values: &mut TextColumn, bytes: &[u8]) -> Read<()> {
    if values.push(bytes) { Ok(()) } else { Err(TOO_LONG.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(raw: &[u8]) -> Read<i64> {
        if raw.is_empty() { Err("it is empty".into()) } else { Ok(raw.len() as i64) }
    }

    fn whole(raw: &[u8]) -> Read<&[u8]> {
        if raw.is_empty() { Err("it is empty".into()) } else { Ok(raw) }
    }

    #[test]
    fn what_is_refused_leaves_no_trace() {
        let mut builder = Builder::<Payload>::fixed(length, Data::Int64);
        builder.push(b"ab").unwrap();
        builder.push_null();
        assert_eq!(builder.push(b""), Err("it is empty".into()));
        assert_eq!(builder.rows(), 2);
        let column = builder.take("a");
        assert_eq!((column.data, column.valid), (Data::Int64(vec![2, 0]), Some(vec![true, false])));
        assert_eq!((builder.rows(), builder.take("a").data), (0, Data::Int64(vec![])));
    }

    #[test]
    fn decimals_are_narrow_or_wide() {
        let decimals = |precision| {
            let mut builder = Builder::<Payload>::decimals(precision, Some(2), |_, _, scale| Ok(scale.into()), |_| Ok("1.00".to_owned()));
            builder.push(b"1").unwrap();
            builder.take("a").data
        };
        assert_eq!(decimals(Some(38)), Data::Decimal { values: vec![2], precision: 38, scale: 2 });
        assert!(matches!(decimals(Some(39)), Data::DecimalText { digits: Some((39, 2)), .. }));
        assert!(matches!(decimals(None), Data::DecimalText { digits: None, .. }));
    }

    #[test]
    fn lists_start_anew() {
        let mut builder = Builder::<Payload>::json_lists(&ColumnType::Int, whole);
        for _ in 0..2 {
            builder.push(b"[1, 2]").unwrap();
            builder.push_null();
            let column = builder.take("a");
            assert_eq!((column.value(0), column.value(1)), (Value::Array(vec![Value::Int(1), Value::Int(2)]), Value::Null));
        }
    }
}
