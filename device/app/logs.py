"""Logs go to standard error, a line each, for a person or the journal.

The daemon's lines have fields, so that one search follows a photo from its intake to its last sample: ` photo=7 `. What
a stranger chose, the name of a file above all, stands in the last ones, in quotes, and cannot pose as another field.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from device.app.text import one_line
from device.core.context import photo

if TYPE_CHECKING:
    from types import TracebackType

PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""What syslog calls them."""

_log = logging.getLogger(__name__)


def start(*, verbose: bool) -> None:
    """Log warnings, and where `verbose` also what is being done."""
    _write(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("device").setLevel(logging.INFO if verbose else logging.WARNING)


def start_daemon() -> None:
    """Log warnings and what is being done, with fields; also what ends the process."""
    _write(FieldFormatter(journal=_is_journal()), PhotoFilter())
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("device").setLevel(logging.INFO)
    sys.excepthook = _log_end
    threading.excepthook = _log_end_of_thread


class PhotoFilter(logging.Filter):
    """Notes in each record which photo is worked on, as `photo`, unless whoever logs has said so."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass, with its photo."""
        if not hasattr(record, "photo"):
            record.photo = photo.get()
        return True


class FieldFormatter(logging.Formatter):
    """A line of `key=value`: the level, who says it, the photo where there is one, the text, and a traceback.

    Args:
        journal: Whether the level is said as the journal reads it, in front.
    """

    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever is in it."""
        level = PRIORITIES.get(record.levelno, PRIORITIES[logging.INFO])
        fields = [f"at={one_line(record.name.removeprefix('device.'))}"]
        if not self._journal:
            fields.insert(0, f"level={record.levelname.lower()}")
        number = getattr(record, "photo", None)
        if number is not None:
            fields.append(f"photo={number}")
        fields.append(f"text={_quoted(record.getMessage())}")
        if record.exc_info:
            fields.append(f"trace={_quoted(self.formatException(record.exc_info))}")
        return (f"<{level}>" if self._journal else "") + " ".join(fields)


def _write(formatter: logging.Formatter, *filters: logging.Filter) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    for each in filters:
        # Of the handler: those of a logger do not see what its children say.
        handler.addFilter(each)
    logging.getLogger().handlers[:] = [handler]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{one_line(escaped)}"'


def _is_journal() -> bool:
    """Whether standard error goes to the journal, which says by device and inode what it listens to."""
    # Without a standard error, or with one that is no file, there is no journal.
    with suppress(OSError, AttributeError, ValueError):
        status = os.fstat(sys.stderr.fileno())
        return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
    return False


def _log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("a mistake in voxframe ends it", exc_info=(kind, error, trace))


def _log_end_of_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is None:
        return
    _log.critical(
        "a mistake in voxframe ends a thread", exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback)
    )
