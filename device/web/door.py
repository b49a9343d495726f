"""The connections: a bounded number of them, and none that is kept open by somebody who does not read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CONNECTIONS = 128
"""Each takes a file descriptor, of which a process has 1024 as a rule."""

UNREAD_SECONDS = 30.0
"""How long an answer may lie about unread before the connection is cut."""

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Door:
    """Makes a protocol for each connection that is let in.

    Args:
        make: A new protocol.
        most: How many connections may be open.
        unread_seconds: How long a client may leave an answer unread.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        *,
        most: int = MOST_CONNECTIONS,
        unread_seconds: float = UNREAD_SECONDS,
    ) -> None:
        self._make = make
        self._most = most
        self.unread_seconds = unread_seconds
        self._open: set[asyncio.Transport] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._cleared = False

    def __call__(self) -> asyncio.Protocol:
        """What serves one more connection."""
        return _Connection(self)

    def enter(self, transport: asyncio.Transport) -> asyncio.Protocol | None:
        """The protocol of a new connection, or None where there is no room for it, or no more."""
        if self._cleared or len(self._open) >= self._most:
            return None
        self._open.add(transport)
        self._empty.clear()
        return self._make()

    def leave(self, transport: asyncio.Transport) -> None:
        """It is closed."""
        self._open.discard(transport)
        if not self._open:
            self._empty.set()

    async def clear(self) -> None:
        """Cut those that are still open, let nobody in any more, and return when all are closed."""
        # One may have been accepted a moment ago, and not have come this far.
        self._cleared = True
        for transport in self._open:
            transport.abort()
        await self._empty.wait()


class _Connection(asyncio.Protocol):
    """Passes everything on; counted here, since a factory of protocols does not hear when they end."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._within: asyncio.Protocol | None = None
        self._transport: asyncio.Transport | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._within = self._door.enter(self._transport)
        if self._within is None:
            self._transport.write(_FULL)
            self._transport.close()
        else:
            self._within.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._within is not None:
            self._within.data_received(data)

    def pause_writing(self) -> None:
        if self._within is not None and self._transport is not None:
            loop = asyncio.get_running_loop()
            self._unread = loop.call_later(self._door.unread_seconds, self._transport.abort)
            self._within.pause_writing()

    def resume_writing(self) -> None:
        self._read_again()
        if self._within is not None:
            self._within.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._read_again()
        if self._transport is not None:
            self._door.leave(self._transport)
        if self._within is not None:
            self._within.connection_lost(exc)

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
