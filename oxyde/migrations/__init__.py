"""Migrations: states of a schema, the operations between them, and the files that hold them."""
