//! Taking back what SQL of the application left on a session: in part while it is lent, whole before it is lent again.

use super::link::{Link, Peer};
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Result;

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
        self.converse(sql, deadline, async |peer: &mut P| peer.ask(sql).await).await
    }
}
