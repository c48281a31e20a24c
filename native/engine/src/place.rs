//! Where a program runs: on a connection of its own, or in a transaction that is open already.

use oxyde_driver::error::Result;
use oxyde_driver::pool::Lease;
use oxyde_driver::request::Request;
use oxyde_driver::session::Guard;
use oxyde_driver::stream::Finished;

pub enum Place {
    Lease(Lease),
    Session(Guard),
}

impl Place {
    pub async fn execute(&mut self, request: Request<'_>) -> Result<Finished> {
        match self {
            Self::Lease(lease) => lease.execute(request).await,
            Self::Session(guard) => guard.execute(request).await,
        }
    }
}
