"""Runs the command line with ``python -m coprometrics``."""

from __future__ import annotations

from coprometrics.cli import main

main()
