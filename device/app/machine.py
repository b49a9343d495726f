"""The clock, the chance and the supervisor of this machine."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import socket
import time
from datetime import UTC, datetime

_TOKEN_BYTES = 8

LONG_SECONDS = 3600.0
"""How often a supervisor is told that all is well where it does not ask for it."""


class SystemClock:
    """The clock of the machine."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.perf_counter()

    def now(self) -> datetime:
        """What the clock on the wall says, in the time zone of the machine."""
        return datetime.now(UTC).astimezone()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)


class SystemRandom:
    """Chance as the machine has it."""

    def fraction(self) -> float:
        """From 0 up to 1, each as likely."""
        return random.random()  # noqa: S311 - spreads load, keeps no secret

    def token(self) -> str:
        """Sixteen hexadecimal digits that were never there before."""
        return secrets.token_hex(_TOKEN_BYTES)


class Systemd:
    """The supervisor that systemd is, told over the socket that it names (sd_notify(3)); nobody where it names none."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        # An @ stands for the zero byte of the abstract name space.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) if address else None
        if self._socket:
            # It is told from the loop: a supervisor that does not listen must not hold up the photos.
            self._socket.settimeout(0)
        micros = os.environ.get("WATCHDOG_USEC", "")
        mine = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        # Twice in its time, so that one may come late.
        self._interval = int(micros) / 2e6 if micros.isdigit() and mine else LONG_SECONDS

    @property
    def interval_seconds(self) -> float:
        """How often `alive` is to be said."""
        return self._interval

    def ready(self) -> None:
        """The device takes photos in and can speak."""
        self._notify("READY=1")

    def alive(self) -> None:
        """Nothing hangs."""
        self._notify("WATCHDOG=1")

    def says(self, text: str) -> None:
        """What the device is doing, in one line."""
        self._notify(f"STATUS={text}")

    def close(self) -> None:
        """Let the socket go."""
        if self._socket:
            self._socket.close()

    def _notify(self, text: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(text.encode(), self._address)
        except OSError:
            # Whoever started this has gone, or does not listen; that is no reason to end.
            return
