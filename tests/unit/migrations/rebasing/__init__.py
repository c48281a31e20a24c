"""Tests of ``migrations rebase``."""
