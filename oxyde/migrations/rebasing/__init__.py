"""Rebasing: local migrations after those of another branch."""
