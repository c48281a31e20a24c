"""Rows as the core hands them over: batches, the layouts by which they become instances, the streams by which they leave as Arrow."""

from __future__ import annotations

from oxyde._native import ArrowStream, Batch, Hydrator, Layout

__all__ = ["ArrowStream", "Batch", "Hydrator", "Layout"]
