"""Logs go to standard error, a line each, for a person or the journal."""

from __future__ import annotations

import logging
import sys


def start(*, verbose: bool) -> None:
    """Log warnings, and where `verbose` also what is being done."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("device").setLevel(logging.INFO if verbose else logging.WARNING)
