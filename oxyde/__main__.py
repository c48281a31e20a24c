"""The command line as ``python -m oxyde``."""

from oxyde.cli.app import main

main()
