"""Keys of the terminal that a daemon was started in: what a person there may ask of it, without a broker."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import sys
import termios
import tty
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from device.core.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_log = logging.getLogger(__name__)

KEYS = {
    "s": "stop",
    " ": "stop",
    "r": "repeat",
    "+": "louder",
    "=": "louder",
    "-": "softer",
    "p": "pause",
}
"""What each asks for; p asks for the opposite where it is paused. `=` is `+` without shift on many keyboards."""

HELP = "keys: s or space stop, r repeat, + louder, - softer, p pause and resume, Ctrl-C end"

_MOST_BYTES = 64

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?", re.DOTALL)
"""What a key without a letter sends, and one with Alt (ECMA-48, 5.4); the first function keys end with P, R and S."""


class Keyboard:
    """Listens to a terminal while this process is in its foreground. For the loop alone.

    Args:
        terminal: Its file descriptor.
        obey: Does what a command says, as over MQTT.
        paused: Whether the device is.
    """

    def __init__(self, terminal: int, *, obey: Callable[[bytes], Awaitable[None]], paused: Callable[[], bool]) -> None:
        self._terminal = terminal
        self._obey = obey
        self._paused = paused
        self._loop = asyncio.get_running_loop()
        self._before: list[Any] | None = None
        self._pressed: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        """Until it is cancelled; the terminal is then as it was."""
        self._loop.add_signal_handler(signal.SIGCONT, self._listen)
        try:
            self._listen()
            # Each by itself: a stop does not wait until the disk has taken the volume before it.
            async with asyncio.TaskGroup() as tasks:
                while True:
                    tasks.create_task(self._do(await self._pressed.get()))
        finally:
            self._loop.remove_signal_handler(signal.SIGCONT)
            self._leave()

    def _listen(self) -> None:
        """Have keys as they are pressed, unless somebody else is in the foreground: also after Ctrl-Z and `fg`."""
        if not self._is_ours():
            return
        with suppress(termios.error):
            if self._before is None:
                self._before = termios.tcgetattr(self._terminal)
            # Ctrl-C and Ctrl-Z stay what they are.
            tty.setcbreak(self._terminal, termios.TCSANOW)
            self._loop.add_reader(self._terminal, self._read)

    def _leave(self) -> None:
        self._loop.remove_reader(self._terminal)
        # Who sets a terminal from the background is stopped for it; the shell there has set it already.
        if self._before is not None and self._is_ours():
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)

    def _read(self) -> None:
        # What is typed is another's now, and who reads it nevertheless is stopped.
        if not self._is_ours():
            self._loop.remove_reader(self._terminal)
            return
        try:
            data = os.read(self._terminal, _MOST_BYTES)
        except OSError:
            data = b""
        if not data:
            # The terminal was closed.
            self._loop.remove_reader(self._terminal)
            return
        for key in _SEQUENCE.sub("", data.decode(errors="replace")).lower():
            if key in KEYS:
                self._pressed.put_nowait(key)

    async def _do(self, key: str) -> None:
        action = KEYS[key]
        if action == "pause" and self._paused():
            action = "resume"
        _log.info("a key: %s", action)
        try:
            await self._obey(json.dumps({"action": action}).encode())
        except (UsageError, StoreError) as error:
            _log.warning("%s", error)

    def _is_ours(self) -> bool:
        """Whether this process is in the foreground of the terminal."""
        try:
            return os.tcgetpgrp(self._terminal) == os.getpgrp()
        except OSError:
            return False


@asynccontextmanager
async def listening(*, obey: Callable[[bytes], Awaitable[None]], paused: Callable[[], bool]) -> AsyncIterator[None]:
    """Keys are heard meanwhile where standard input is a terminal; it is never read where it is none."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield
        return
    print(HELP, file=sys.stderr, flush=True)
    keyboard = asyncio.ensure_future(Keyboard(sys.stdin.fileno(), obey=obey, paused=paused).run())
    try:
        yield
    finally:
        keyboard.cancel()
        with suppress(asyncio.CancelledError):
            await keyboard
