//! Yields to the runtime at intervals while rows arrive.

use tokio::task::yield_now;

/// The number of rows after which the task yields, so that timers and other sockets are polled.
const TURN: u32 = 1_024;

/// Yields at intervals. sqlx never waits while the server is faster than we are, and a cancellation
/// would go unnoticed.
#[derive(Default)]
pub struct Breath(u32);

impl Breath {
    pub async fn take(&mut self) {
        self.0 += 1;
        if self.0 == TURN {
            self.0 = 0;
            yield_now().await;
        }
    }
}
