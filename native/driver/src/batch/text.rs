//! Values of variable length: concatenated bytes and offsets.

/// Arrow's layout of text and bytes. A batch stays below 2 GiB, so 32-bit offsets suffice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextColumn {
    /// One more entry than values; the first is zero.
    offsets: Vec<i32>,
    values: Vec<u8>,
}

impl Default for TextColumn {
    fn default() -> Self {
        Self { offsets: vec![0], values: Vec::new() }
    }
}

impl TextColumn {
    /// Appends a value. Returns `false`, and appends nothing, if the column would exceed 2 GiB.
    #[must_use]
    pub fn push(&mut self, value: &[u8]) -> bool {
        let Ok(end) = i32::try_from(self.values.len() + value.len()) else { return false };
        self.values.extend_from_slice(value);
        self.offsets.push(end);
        true
    }

    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, row: usize) -> &[u8] {
        &self.values[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// Returns the size of some rows in bytes.
    pub fn bytes_between(&self, start: usize, end: usize) -> usize {
        (self.offsets[end] - self.offsets[start]) as usize
    }

    pub fn bytes(&self) -> usize {
        self.values.len() + self.offsets.len() * 4
    }

    /// Returns the offsets and the bytes.
    pub fn into_parts(self) -> (Vec<i32>, Vec<u8>) {
        (self.offsets, self.values)
    }
}
