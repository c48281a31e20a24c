"""Stubs: fully typed ``.pyi`` files of the modules that define models."""

from oxyde.stubs.writer import Report, generate

__all__ = ["Report", "generate"]
