"""Unit tests of the readers of live databases."""
