//! The Python classes of values, looked up once.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

/// `decimal.Decimal`, `uuid.UUID` and what is needed to create them.
pub struct Types {
    pub decimal: Py<PyType>,
    pub uuid: Py<PyType>,
    uuid_int: Py<PyString>,
    uuid_is_safe: Py<PyString>,
    uuid_unknown: Py<PyAny>,
    pub from_json: Py<PyAny>,
}

static TYPES: PyOnceLock<Types> = PyOnceLock::new();

impl Types {
    pub fn get(py: Python<'_>) -> PyResult<&Self> {
        TYPES.get_or_try_init(py, || {
            let uuid = py.import("uuid")?;
            Ok(Self {
                decimal: py.import("decimal")?.getattr("Decimal")?.cast_into()?.unbind(),
                uuid: uuid.getattr("UUID")?.cast_into()?.unbind(),
                uuid_int: PyString::intern(py, "int").unbind(),
                uuid_is_safe: PyString::intern(py, "is_safe").unbind(),
                uuid_unknown: uuid.getattr("SafeUUID")?.getattr("unknown")?.unbind(),
                from_json: py.import("pydantic_core")?.getattr("from_json")?.unbind(),
            })
        })
    }

    /// Returns a `uuid.UUID` without calling its constructor, which takes five times as long.
    pub fn make_uuid<'py>(&self, py: Python<'py>, bytes: [u8; 16]) -> PyResult<Bound<'py, PyAny>> {
        let int = u128::from_be_bytes(bytes).into_pyobject(py)?;
        let class = self.uuid.as_ptr().cast::<ffi::PyTypeObject>();
        // SAFETY: `class` is the live type `uuid.UUID`, an ordinary heap type whose instances have slots and
        // need no further initialisation; `tp_alloc` returns a new reference, or null with an exception set,
        // which `from_owned_ptr_or_err` takes. `GenericSetAttr` borrows its three arguments, all alive here.
        unsafe {
            let alloc = (*class).tp_alloc.ok_or_else(|| PyTypeError::new_err("uuid.UUID cannot be allocated"))?;
            let made = Bound::from_owned_ptr_or_err(py, alloc(class, 0))?;
            set(py, &made, self.uuid_int.bind(py), int.as_any())?;
            set(py, &made, self.uuid_is_safe.bind(py), self.uuid_unknown.bind(py))?;
            Ok(made)
        }
    }
}

/// Calls `object.__setattr__`, bypassing that of the class.
pub fn set<'py>(py: Python<'py>, object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>, value: &Bound<'py, PyAny>) -> PyResult<()> {
    // SAFETY: three live objects, borrowed for the call, which returns -1 with an exception set on
    // failure.
    if unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) } == -1 {
        Err(PyErr::fetch(py))
    } else {
        Ok(())
    }
}
