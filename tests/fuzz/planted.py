"""A process that does what must never be, for files that say so: shows that it is noticed. Photos it cannot stand."""

from __future__ import annotations

import os
import select
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.child import serve

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT: list[int] = []


def _hang() -> None:
    select.select([], [], [])


def _leave(folder: str) -> None:
    Path(folder, "forgotten").write_text("x", encoding="ascii")


PLANTS: dict[bytes, Callable[[], object]] = {
    b"abort": os.abort,
    b"exit": lambda: os._exit(0),
    b"hang": _hang,
    b"leave in tmp": lambda: _leave(tempfile.gettempdir()),
    b"leave in cwd": lambda: _leave("."),
    b"leave in state": lambda: _leave(os.environ["VOXFRAME_STATE"]),
    b"stay open": lambda: _KEPT.append(os.open("/dev/null", os.O_RDONLY)),
}


def _look(path: Path, _describe: bool) -> str:  # noqa: FBT001 - as it is asked
    data = path.read_bytes()
    if data == b"raise" or data not in {*PLANTS, b"write", b"harmless"}:
        raise ValueError("planted")
    if data == b"write":
        path.write_bytes(b"other")
    PLANTS.get(data, bool)()
    return "decoded"


if __name__ == "__main__":
    serve(_look)
