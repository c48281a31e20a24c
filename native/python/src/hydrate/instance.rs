//! Creates instances of a Pydantic model without its constructor, slot by slot, like pydantic-core
//! after validation.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pyclass::{PyTraverseError, PyVisit};
use pyo3::types::{PyDict, PySet, PyString, PyType};

use super::types::set;

/// The offset of a slot within an instance.
#[derive(Clone, Copy)]
struct Offset(isize);

/// The start of `CPython`'s `PyMemberDescrObject`, the same from 3.10 to 3.14; not part of the
/// bindings.
#[repr(C)]
struct MemberDescriptor {
    head: ffi::PyObject,
    class: *mut ffi::PyTypeObject,
    name: *mut ffi::PyObject,
    qualname: *mut ffi::PyObject,
    member: *mut ffi::PyMemberDef,
}

/// `Py_T_OBJECT_EX`, the type code of a member defined by `__slots__`.
const OBJECT_EX: std::ffi::c_int = 16;

impl Offset {
    /// Returns the offset of the `__slots__` member of that name, or `None` if the attribute is something
    /// else.
    fn of(model: &Bound<'_, PyType>, name: &Bound<'_, PyString>) -> PyResult<Option<Self>> {
        let py = model.py();
        let found = model.getattr(name)?;
        let slots = py.import("types")?.getattr("MemberDescriptorType")?;
        if !found.get_type().is(&slots) {
            return Ok(None);
        }
        let owner: Bound<'_, PyType> = found.getattr("__objclass__")?.cast_into()?;
        if !model.is_subclass(&owner)? {
            return Ok(None);
        }
        // SAFETY: an object of exactly `types.MemberDescriptorType` has this layout, and `member` points to a
        // definition that its class keeps alive; `model` is that class or a subclass, so the offset is valid
        // for its instances.
        let member = unsafe { *(*found.as_ptr().cast::<MemberDescriptor>()).member };
        Ok((member.type_code == OBJECT_EX).then_some(Self(member.offset)))
    }

    /// Stores a value in the empty slot of a new instance.
    ///
    /// # Safety
    /// `instance` must be an instance of the class that the offset was read from, and its slot must be
    /// empty.
    unsafe fn put(self, instance: *mut ffi::PyObject, value: Bound<'_, PyAny>) {
        // SAFETY: by the caller's promise; the slot takes the reference.
        unsafe { instance.byte_offset(self.0).cast::<*mut ffi::PyObject>().write(value.into_ptr()) };
    }
}

/// The slots of a model class, looked up once per layout.
pub struct Slots {
    model: Py<PyType>,
    fields_set: Offset,
    extra: Offset,
    private: Offset,
    state: Offset,
    state_name: Py<PyString>,
}

impl Slots {
    pub fn new(model: &Bound<'_, PyType>, state_slot: &str) -> PyResult<Self> {
        let py = model.py();
        let offset = |name: &str| {
            Offset::of(model, &PyString::intern(py, name))?.ok_or_else(|| {
                PyTypeError::new_err(format!(
                    "{name} of {} is not a slot",
                    model.qualname().map_or_else(|_| "the model".into(), |n| n.to_string())
                ))
            })
        };
        Ok(Self {
            model: model.clone().unbind(),
            fields_set: offset("__pydantic_fields_set__")?,
            extra: offset("__pydantic_extra__")?,
            private: offset("__pydantic_private__")?,
            state: offset(state_slot)?,
            state_name: PyString::intern(py, state_slot).unbind(),
        })
    }

    /// Whether instances are allocated like those of `object`: a class with its own `__new__` must be
    /// called instead.
    pub fn is_plain(&self) -> bool {
        let class = self.model.as_ptr().cast::<ffi::PyTypeObject>();
        // SAFETY: both are live type objects; `tp_new` is a plain pointer, read under the GIL.
        let (own, plain) = unsafe { ((*class).tp_new, ffi::PyBaseObject_Type.tp_new) };
        own.zip(plain).is_some_and(|(own, plain)| std::ptr::fn_addr_eq(own, plain))
    }

    /// Visits the slots for the garbage collector.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.model)
    }

    /// Returns a new instance of a plain class with this dictionary, a copy of this `fields_set`, no
    /// extras, no private attributes, and this state.
    pub fn make<'py>(
        &self,
        dict: &Bound<'py, PyDict>,
        fields_set: &Bound<'py, PySet>,
        state: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = dict.py();
        let class = self.model.as_ptr().cast::<ffi::PyTypeObject>();
        if !self.is_plain() {
            return Err(PyTypeError::new_err("the model has its own __new__"));
        }
        // SAFETY: `class` is a live heap type derived from `BaseModel` whose `tp_new` is that of `object`
        // (just checked); `tp_alloc` returns a zeroed instance, or null with an exception set. The offsets
        // were read from this class, its slots are empty, and each takes one reference. `GenericSetDict` takes
        // its own reference to the dictionary.
        unsafe {
            let alloc = (*class).tp_alloc.ok_or_else(|| PyTypeError::new_err("the model cannot be allocated"))?;
            let made = Bound::from_owned_ptr_or_err(py, alloc(class, 0))?;
            let object = made.as_ptr();
            self.fields_set.put(object, Bound::from_owned_ptr_or_err(py, ffi::PySet_New(fields_set.as_ptr()))?);
            self.extra.put(object, py.None().into_bound(py));
            self.private.put(object, py.None().into_bound(py));
            self.state.put(object, state);
            if ffi::PyObject_GenericSetDict(object, dict.as_ptr(), std::ptr::null_mut()) == -1 {
                return Err(PyErr::fetch(py));
            }
            Ok(made)
        }
    }

    /// Sets the state of an existing instance.
    pub fn mark<'py>(&self, instance: &Bound<'py, PyAny>, state: &Bound<'py, PyAny>) -> PyResult<()> {
        set(instance.py(), instance, self.state_name.bind(instance.py()), state)
    }
}
