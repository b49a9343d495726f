"""Which photo the work at hand is about, so that every line of the log can name it."""

from __future__ import annotations

from contextvars import ContextVar

photo: ContextVar[int | None] = ContextVar("photo", default=None)
"""The number of the job; it follows the work into threads."""
