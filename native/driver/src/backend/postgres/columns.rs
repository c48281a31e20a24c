//! The columns of a result: wire type and requested type.

use oxyde_ir::{ColumnType, Output};
use sqlx::postgres::PgColumn;
use sqlx::{Column as _, TypeInfo as _};

use super::choice;
use super::wire::Shape;
use crate::backend::gather::Reader;
use crate::backend::misfit;
use crate::error::Result;

/// A type that every value can be CAST to.
const CASTABLE: &str = "text";

/// Returns a reader from the column that the server describes to the type of the output.
pub fn reader(column: &PgColumn, output: Option<&Output>) -> Result<Reader> {
    let origin = column.origin();
    let (name, table, wanted) = match output {
        Some(output) => (output.name.as_str(), output.table.as_str(), &output.ty),
        None => (column.name(), origin.table_column().map_or("", |origin| &origin.table), &ColumnType::Any),
    };
    let type_name = column.type_info().name().to_lowercase();
    let builder = choice::builder(Shape::of(column.type_info()), wanted)
        .ok_or_else(|| misfit::error(name, table, &type_name, &format!("cannot become {}", wanted.noun()), CASTABLE))?;
    Ok(Reader { name: name.to_owned(), table: table.to_owned(), type_name, castable: CASTABLE, builder, guard: None })
}
