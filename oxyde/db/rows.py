"""Rows as the core returns them: batches, the layouts that turn them into instances, and Arrow streams."""

from __future__ import annotations

from oxyde._native import ArrowStream, Batch, Hydrator, Layout

__all__ = ["ArrowStream", "Batch", "Hydrator", "Layout"]
