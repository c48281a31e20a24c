"""Tests of squashing."""
