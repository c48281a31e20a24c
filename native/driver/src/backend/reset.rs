//! Resets a session after SQL of the application: partly during its lease, fully before it is reused.

use super::link::{Link, Peer};
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Result;

/// How a session is reset.
pub struct Reset {
    /// The statements that reset it.
    pub statements: &'static str,
    /// Whether they reset everything; otherwise the connection is closed afterwards.
    pub is_whole: bool,
}

impl<P: Peer> Link<P> {
    /// Restores the settings that our statements depend on. Everything else stays.
    pub async fn restore(&mut self, deadline: Deadline<'_>) -> Result<()> {
        let text = self.facts.clone();
        let scope = self.answer(&text, deadline).await?;
        self.look_up_in(scope).await
    }

    /// Resets everything; returns `false` if that is impossible.
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

    /// Whether a transaction is open on `MariaDB` (`@@in_transaction`).
    pub async fn is_in_transaction(&mut self) -> Result<bool> {
        let nobody = Cancel::default();
        Ok(self.answer("SELECT CAST(@@in_transaction AS CHAR)", Deadline::from(&nobody)).await? == "1")
    }

    /// Discards the prepared statements if names now resolve to other tables.
    async fn look_up_in(&mut self, scope: String) -> Result<()> {
        if self.scope.as_ref() == Some(&scope) {
            return Ok(());
        }
        self.forget().await?;
        self.scope = Some(scope);
        Ok(())
    }

    /// Runs internal statements and returns the text that the last one returns.
    async fn answer(&mut self, sql: &str, deadline: Deadline<'_>) -> Result<String> {
        self.converse(sql, deadline, async |peer: &mut P| peer.ask(sql).await).await
    }
}
