"""Hashes of files, and a memory of those that were checked."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from device.models.manifest import Model

SMALL_BYTES = 8_000_000
"""Files up to here are hashed at each start; larger ones only when their size or time has changed."""


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_right(path: Path, model: Model, *, anew: bool) -> bool:
    """Whether the file is the one of the manifest; a large one that was checked before is trusted unless `anew`.

    A file that cannot be read, as on a worn card, is not right.
    """
    try:
        if path.stat().st_size != model.size_bytes:
            return False
        if model.size_bytes <= SMALL_BYTES:
            return sha256_of(path) == model.sha256
        if not anew and _remembered(path) == _mark(path, model):
            return True
        right = sha256_of(path) == model.sha256
    except OSError:
        right = False
    _remember(path, model, right=right)
    return right


def _memory(path: Path) -> Path:
    return path.with_name(f".{path.name}.checked")


def _remember(path: Path, model: Model, *, right: bool) -> None:
    # The folder may be read-only; then the file is hashed each time.
    with contextlib.suppress(OSError):
        if right:
            _memory(path).write_text(_mark(path, model), encoding="utf-8")
        else:
            # What rotted without its time changing must not be trusted by the next start, nor by `fetch`.
            _memory(path).unlink(missing_ok=True)


def _remembered(path: Path) -> str | None:
    try:
        return _memory(path).read_text(encoding="utf-8")
    except OSError:
        return None


def _mark(path: Path, model: Model) -> str:
    return f"{model.sha256} {path.stat().st_mtime_ns}"
