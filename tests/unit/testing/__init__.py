"""Tests of what tests of an application use."""
