"""Rows as the core hands them over: batches, and the layouts by which they become instances."""

from __future__ import annotations

from oxyde._native import Batch, Layout

__all__ = ["Batch", "Layout"]
