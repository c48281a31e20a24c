//! A pause now and then while rows come.

use tokio::task::yield_now;

/// After how many rows the runtime gets a turn, to look at clocks and other sockets.
const TURN: u32 = 1_024;

/// Lets others have their turn now and then. sqlx never waits while the server is faster than we are,
/// and whoever wants to stop the statement would not be heard.
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
