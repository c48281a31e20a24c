"""A progress bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time

from oxyde.cli.demo.say import say

WIDTH = 32


class Progress:
    """Shows a count and its share of the total, on standard error."""

    def __init__(self, total: int, unit: str) -> None:
        """Starts at zero.

        Args:
            total: The count at the end.
            unit: What is counted, in the plural.
        """
        self.total, self.unit = total, unit
        self.terminal = sys.stderr.isatty()
        self.started = time.perf_counter()
        self._quarters = 0

    def __call__(self, done: int) -> None:
        """Shows the count so far."""
        share = min(done / self.total, 1.0)
        seconds = time.perf_counter() - self.started
        if self.terminal:
            filled = round(share * WIDTH)
            bar = "█" * filled + "░" * (WIDTH - filled)
            end = "\n" if done >= self.total else ""
            say(f"\r  {bar} {share:4.0%}  {done:,} {self.unit}  {seconds:.1f} s{end}", sys.stderr)
        elif (quarters := int(share * 4)) > self._quarters:
            self._quarters = quarters
            say(f"  {done:,} of {self.total:,} {self.unit}, {seconds:.1f} s\n", sys.stderr)
        sys.stderr.flush()
