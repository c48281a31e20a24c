//! Renders statements as the SQL text of a dialect. It knows neither drivers nor values.

mod again;
mod aggregate;
mod apart;
mod arithmetic;
mod call;
mod cast;
mod chosen;
mod collect;
mod compare;
mod convert;
mod ddl;
mod decimal;
mod delete;
pub mod dialect;
mod documents;
mod error;
mod explain;
mod expr;
mod extract;
mod fit;
mod insert;
mod joined;
mod keys;
mod lists;
mod matching;
mod order;
mod params;
mod query;
mod quote;
mod raw;
mod read_back;
mod rounding;
mod select;
mod spelling;
mod storage;
mod template;
mod top;
mod truncate;
mod types;
mod update;
mod walk;
mod window;
mod writer;

pub use dialect::{Dialect, dialect};
pub use error::SqlError;

use oxyde_ir::{Program, Statement};

use error::Result;
use params::Params;

/// Returns the program of a statement on a server, or the reason why there is none.
pub fn render(statement: &Statement, dialect: &'static Dialect) -> Result<Program> {
    let mut params = Params::default();
    let program = program(statement, dialect, &mut params)?;
    let prepared_anew = again::is_prepared_anew(statement, &program, &params, dialect);
    Ok(Program { raw: params.raw, params: params.types()?, prepared_anew, ..program })
}

/// Returns the program without the types of its parameters, which are collected in `params`.
fn program(statement: &Statement, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    match statement {
        Statement::Query(query) => query::program(query, dialect, params),
        Statement::Insert(insert) => insert::program(insert, dialect, params),
        Statement::Update(update) => update::program(update, dialect, params),
        Statement::Delete(delete) => delete::program(delete, dialect, params),
        Statement::CreateTables(create) => ddl::create(create, dialect),
        Statement::DropTables(drop) => ddl::drop(drop, dialect),
        Statement::AlterTable(alter) => ddl::alter(alter, dialect),
        Statement::AlterEnum(alter) => ddl::alter_enum(alter, dialect),
        Statement::CreateSchema(create) => ddl::create_schema(create, dialect),
        Statement::Explain(explain) => explain::program(explain, dialect, params),
        Statement::Raw(raw) => raw::program(raw, dialect, params),
    }
}
