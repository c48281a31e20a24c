"""Modules of models with names and types of trouble, and what their stubs say, read as a type checker reads it."""
