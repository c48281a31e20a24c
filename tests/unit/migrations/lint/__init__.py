"""Unit tests of the lints."""
