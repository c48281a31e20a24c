"""Unit tests of oxyde.inspect."""
