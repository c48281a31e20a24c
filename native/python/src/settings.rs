//! Converts `PoolSettings.wire()` of Python to the driver's settings, field by field.

use std::time::Duration;

use oxyde_driver::Settings;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyMapping;

use crate::lifecycle::seconds;

/// Reads every setting; an unknown name is refused.
pub fn read(given: &Bound<'_, PyMapping>) -> PyResult<Settings> {
    let mut settings = Settings::default();
    for entry in given.items()? {
        let (name, value): (String, Bound<'_, PyAny>) = entry.extract()?;
        let into = &mut settings;
        match name.as_str() {
            "max_connections" => into.max_connections = value.extract()?,
            "min_connections" => into.min_connections = value.extract()?,
            "acquire_timeout" => into.acquire_timeout = seconds(value.extract()?)?,
            "idle_timeout" => into.idle_timeout = span(&value)?,
            "max_lifetime" => into.max_lifetime = span(&value)?,
            "test_before_acquire" => into.test_before_acquire = value.extract()?,
            "statement_timeout" => into.statement_timeout = span(&value)?,
            "transaction_timeout" => into.transaction_timeout = span(&value)?,
            "transaction_cleanup_interval" => into.transaction_cleanup_interval = span(&value)?,
            "sqlite_journal_mode" => into.sqlite_journal_mode = value.extract()?,
            "sqlite_synchronous" => into.sqlite_synchronous = value.extract()?,
            "sqlite_cache_size" => into.sqlite_cache_size = value.extract()?,
            "sqlite_busy_timeout" => into.sqlite_busy_timeout = Duration::from_millis(value.extract()?),
            "ssl_mode" => into.ssl_mode = value.extract()?,
            "ssl_root_cert" => into.ssl_root_cert = value.extract()?,
            "ssl_client_cert" => into.ssl_client_cert = value.extract()?,
            "ssl_client_key" => into.ssl_client_key = value.extract()?,
            "pg_application_name" => into.pg_application_name = value.extract()?,
            "pg_statement_cache_capacity" => into.pg_statement_cache_capacity = value.extract()?,
            "pg_pooler" => into.pg_pooler = value.extract()?,
            "mysql_charset" => into.mysql_charset = value.extract()?,
            "mysql_collation" => into.mysql_collation = value.extract()?,
            _ => return Err(PyValueError::new_err(format!("there is no pool setting {name:?}"))),
        }
    }
    Ok(settings)
}

fn span(value: &Bound<'_, PyAny>) -> PyResult<Option<Duration>> {
    value.extract::<Option<f64>>()?.map(seconds).transpose()
}
