"""What a live database has otherwise than a state."""
