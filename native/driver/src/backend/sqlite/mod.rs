//! sqlite connection.

use oxyde_ir::Server;

use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::settings::Settings;
use crate::stream::Finished;

pub struct Connection;

#[allow(clippy::unused_async)]
impl Connection {
    pub async fn open(_: &crate::target::SqliteTarget, _: &Settings) -> Result<Self> {
        Err(Error::new(Kind::Internal, "not written yet"))
    }
    pub fn server(&self) -> Server { unreachable!() }
    pub async fn execute(&mut self, _: Request<'_>) -> Result<Finished> { unreachable!() }
    pub async fn command(&mut self, _: &str) -> Result<()> { unreachable!() }
    pub fn is_healthy(&self) -> bool { unreachable!() }
    pub async fn ping(&mut self) -> Result<()> { unreachable!() }
    pub async fn close(self) {}
}
