"""Programs that speak, each in a process of its own: bounded in time, and gone when nobody listens any more."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
from typing import IO, TYPE_CHECKING, cast

from device.core.errors import MissingModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

_AT_ONCE = 16384
_GRACE_SECONDS = 2.0


class Child:
    """A program with pipes to its input and from its output; what it complains of is dropped.

    Args:
        command: The program and its arguments; no shell reads them.
        remedy: The command that installs what is missing.

    Raises:
        MissingModelError: There is no such program.
    """

    def __init__(self, command: Sequence[str], *, remedy: str) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - no shell; what is said goes through its input
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise MissingModelError(f"{command[0]} cannot be started ({error.strerror}); {remedy}") from error
        self._output = cast("IO[bytes]", self._process.stdout)
        self._input = cast("IO[bytes]", self._process.stdin)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def write(self, data: bytes, *, last: bool = False) -> None:
        """Hand it over; `last` closes the input. A program that is gone takes nothing, and its output ends."""
        with contextlib.suppress(BrokenPipeError):
            self._input.write(data)
            self._input.flush()
        if last:
            with contextlib.suppress(BrokenPipeError):
                self._input.close()

    def read(self, *, seconds: float) -> bytes:
        """Some of its output, and nothing at its end.

        Raises:
            TimeoutError: Nothing came within `seconds`.
        """
        waiting = select.poll()
        waiting.register(self._output, select.POLLIN)
        if not waiting.poll(seconds * 1000):
            raise TimeoutError
        return os.read(self._output.fileno(), _AT_ONCE)

    def finish(self, *, seconds: float = _GRACE_SECONDS) -> int:
        """Its exit status, once its output has ended; it is ended where it does not end itself."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end()
            return self._process.returncode

    def end(self) -> None:
        """End it at once, whatever it does, and leave nothing of it; it may be called twice."""
        self._process.kill()
        for pipe in (self._input, self._output):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._process.wait()
