"""The web server, from its first connection to its last."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from device.core.errors import UsageError
from device.web.captions import CaptionStream
from device.web.door import MOST_CONNECTIONS, Door
from device.web.guard import Guard, check_host
from device.web.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from device.core.ports import Executor, JobStore
    from device.core.types import Status
    from device.pipeline.captions import LiveCaptions
    from device.web.metrics import Metric
    from device.web.uploads import Uploads

KEEP_ALIVE_SECONDS = 15.0
"""How long a connection may lie idle, and how long the head of a request may take to come."""

LINGER_SECONDS = 5.0
"""How long the rest of a refused body is thrown away: a client that reads only once it has sent gets its answer."""

FAREWELL_SECONDS = 2.0
"""How long requests that are being answered may go on once the server stops."""

BUFFER_BYTES = 65_536
"""What is read ahead of a body; a connection holds about twice as much."""


@dataclass(slots=True, kw_only=True)
class WebServer:
    """Serves on the loop; what waits for the disk goes to the executor.

    Attributes:
        host: The address to listen at.
        port: The port to listen at; for 0 any, and then it is the one that `start` was given.
        token: What a client has to know, or None.
        uploads: Where photos go.
        jobs: The jobs that are shown.
        executor: Where the disk is waited for.
        status: What the device is doing; asked on the loop.
        captions: What is heard at the moment.
        metrics: The figures by their full names; asked in the executor.
        most_connections: How many may be open.
        keep_alive_seconds: How long a connection may lie idle, and how long the head of a request may take.

    Raises:
        UsageError: The token is empty, or there is none and others than this machine would reach the server.
    """

    host: str
    port: int
    token: str | None
    uploads: Uploads
    jobs: JobStore
    executor: Executor
    status: Callable[[], Status]
    captions: LiveCaptions
    metrics: Callable[[], Mapping[str, Metric]]
    most_connections: int = MOST_CONNECTIONS
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS
    _open: _Open | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        check_host(self.host, self.token)

    async def start(self) -> None:
        """Listen.

        Raises:
            UsageError: The address cannot be used.
        """
        routes = Routes(
            guard=Guard(self.token),
            uploads=self.uploads,
            jobs=self.jobs,
            executor=self.executor,
            status=self.status,
            captions=CaptionStream(self.captions),
            metrics=self.metrics,
        )
        runner = web.AppRunner(
            routes.application(),
            access_log=None,
            logger=_one_line_logger(),
            # It runs from the first byte of a connection too: nobody keeps one by sending its head slowly.
            keepalive_timeout=self.keep_alive_seconds,
            lingering_time=LINGER_SECONDS,
            shutdown_timeout=FAREWELL_SECONDS,
            read_bufsize=BUFFER_BYTES,
            # A photo is compressed already; what is packed once more may be a bomb.
            auto_decompress=False,
        )
        await runner.setup()
        if runner.server is None:
            raise RuntimeError("aiohttp made no server")
        # Not by aiohttp's TCPSite, which lets any number of connections in.
        door = Door(runner.server, most=self.most_connections)
        try:
            server = await asyncio.get_running_loop().create_server(door, self.host, self.port)
        except OSError as error:
            await runner.cleanup()
            raise UsageError(
                f"nothing can listen at {self.host} port {self.port} ({error}); set [web] host and port"
            ) from error
        self.port = server.sockets[0].getsockname()[1]
        self._open = _Open(runner=runner, door=door, server=server)

    async def stop(self) -> None:
        """Let nobody in any more, give who is being served a moment, cut the rest; it may be called twice."""
        if self._open is None:
            return
        was, self._open = self._open, None
        was.server.close()
        await was.runner.cleanup()
        await was.door.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    runner: web.AppRunner
    door: Door
    server: asyncio.Server


def _one_line_logger() -> logging.Logger:
    """What aiohttp says of requests, a line for each; nothing of what is no HTTP, which anybody may send."""
    logger = logging.getLogger(f"{__name__}.http")
    logger.filters = [_in_one_line]
    return logger


def _in_one_line(record: logging.LogRecord) -> bool:
    error = record.exc_info and record.exc_info[1]
    if error:
        record.msg, record.args = "%s: %r", (record.getMessage(), error)
        record.exc_info = None
    return not isinstance(error, HttpProcessingError)
