"""Squashing: one migration instead of several."""
