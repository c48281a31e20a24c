"""Proving that a folder of migrations is right, with a trial in a database of its own."""
