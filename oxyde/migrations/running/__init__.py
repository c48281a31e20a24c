"""Running migrations: the ledger, the journal, what stands in the way, and functions on the rows."""
