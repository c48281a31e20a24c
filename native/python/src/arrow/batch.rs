//! A record batch of a stream, which any Arrow library can import without a copy.

use arrow_array::{Array, RecordBatch, StructArray};
use arrow_data::ffi::FFI_ArrowArray;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::schema_capsule;

/// A record batch; its buffers are shared with every consumer that imports it.
#[pyclass(frozen, module = "oxyde._native")]
pub struct ArrowBatch(RecordBatch);

impl ArrowBatch {
    pub fn new(record: RecordBatch) -> Self {
        Self(record)
    }
}

#[pymethods]
impl ArrowBatch {
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // The consumer casts: the protocol allows a producer to ignore the requested schema.
        drop(requested_schema);
        let schema = schema_capsule(py, &self.0.schema())?;
        let array = FFI_ArrowArray::new(&StructArray::from(self.0.clone()).to_data());
        Ok((schema, PyCapsule::new_with_value(py, array, c"arrow_array")?))
    }
}
