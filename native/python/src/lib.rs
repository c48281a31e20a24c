//! The extension module `oxyde._native`: the interface between Python and the core.

mod arrow;
mod batch;
mod database;
mod error;
mod hydrate;
mod json;
mod launch;
mod lifecycle;
mod operation;
mod params;
mod queue;
mod seal;
mod settings;
mod text;
mod transaction;
mod types;

use pyo3::prelude::*;

// Requires the GIL: the module was not tested with free-threaded Python.
#[pymodule(gil_used = true)]
mod _native {
    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_export]
    use crate::arrow::{ArrowBatch, ArrowStream};
    #[pymodule_export]
    use crate::batch::Batch;
    #[pymodule_export]
    use crate::database::Database;
    #[pymodule_export]
    use crate::hydrate::{Hydrator, Layout};
    #[pymodule_export]
    use crate::lifecycle::shutdown;
    #[pymodule_export]
    use crate::operation::Operation;
    #[pymodule_export]
    use crate::queue::Queue;
    #[pymodule_export]
    use crate::seal::{seal, unseal};
    #[pymodule_export]
    use crate::text::{arrow_schema, canonical, describe, render, sql_may_write, sql_tokens};
    #[pymodule_export]
    use crate::transaction::Session;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("SOURCE_HASH", env!("OXYDE_SOURCE_HASH"))?;
        module.add("WIRE_VERSION", oxyde_ir::wire::VERSION)
    }
}
