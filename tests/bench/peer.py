"""Serves the operations of a peer; runs in the peers' environment, not in ours."""

from __future__ import annotations

import importlib
import sys

from loop import serve


def main() -> None:
    """Serves the contender named on the command line."""
    name, url, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    family = url.partition(":")[0]
    serve(importlib.import_module(f"contenders.{name}_{family}" if name == "driver" else f"contenders.{name}").operations(url, rows))


if __name__ == "__main__":
    main()
