//! Taking back what SQL of the application left on a session: in part while it is lent, whole before it is lent again.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use super::link::{Link, Peer};
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};

/// How long an answer may still take after its deadline.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a session is taken back.
pub struct Reset {
    /// The statements that do it.
    pub statements: &'static str,
    /// Whether they take everything back; else the connection is closed after them.
    pub is_whole: bool,
}

impl<P: Peer> Link<P> {
    /// Sets again what our statements rely on. All else stays.
    pub async fn restore(&mut self, deadline: Deadline<'_>) -> Result<()> {
        let text = self.facts.clone();
        let scope = self.answer(&text, deadline).await?;
        self.look_up_in(scope).await
    }

    /// Takes everything back, if that can be done; `false` if not.
    pub async fn reset(&mut self) -> Result<bool> {
        let nobody = Cancel::default();
        let Reset { statements, is_whole } = P::RESET;
        let text = format!("{statements}; {}", self.facts);
        let scope = self.answer(&text, Deadline::from(&nobody)).await?;
        if is_whole {
            self.look_up_in(scope).await?;
        }
        Ok(is_whole)
    }

    /// Whether a transaction is open on a server of `MariaDB`'s, which outside of transactions it is not.
    pub async fn is_in_transaction(&mut self) -> Result<bool> {
        let nobody = Cancel::default();
        Ok(self.answer("SELECT CAST(@@in_transaction AS CHAR)", Deadline::from(&nobody)).await? == "1")
    }

    /// Forgets the statements that were prepared where names meant other tables.
    async fn look_up_in(&mut self, scope: String) -> Result<()> {
        if self.scope.as_ref() == Some(&scope) {
            return Ok(());
        }
        self.forget().await?;
        self.scope = Some(scope);
        Ok(())
    }

    /// Runs statements of our own, of which the last one answers a text.
    async fn answer(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<String> {
        // Until the answer was read nothing is known about the connection.
        self.healthy = false;
        let end = {
            let mut work = pin!(self.inner.ask(sql));
            tokio::select! {
                biased;
                end = &mut work => Some(end),
                _ = deadline.wait() => timeout(PATIENCE, work).await.ok(),
            }
        };
        let Some(end) = end else {
            return Err(Error::new(Kind::ConnectionFailed, "the server did not answer; the connection was given up").in_sql(sql));
        };
        self.healthy = end.as_ref().err().is_none_or(P::leaves_healthy);
        end.map_err(|error| P::explain(&error).in_sql(sql))
    }
}
