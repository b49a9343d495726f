"""The broker that emulation brings along: loopback, a random port, nothing kept, MQTT 3.1.1."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading

from device.core.errors import MissingDeviceError

START_SECONDS = 10.0


class OwnBroker:
    """An amqtt broker in a thread and an event loop of its own."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._end: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._port = 0

    def start(self) -> int:
        """Start it and return its port.

        Raises:
            MissingDeviceError: amqtt is not installed, or the broker does not start.
        """
        try:
            import amqtt.broker  # noqa: F401, PLC0415 - an extra, and slow to load
        except ImportError as error:
            raise MissingDeviceError(
                "emulation without a broker needs amqtt: pip install 'voxframe[emulate]', or set [mqtt] host"
            ) from error
        self._port = _free_port()
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise MissingDeviceError(f"the broker of our own does not start at port {self._port}; set [mqtt] host")
        return self._port

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self._thread.is_alive() and self._loop and self._end:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(START_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        from amqtt.broker import Broker  # noqa: PLC0415 - as above

        class TidyBroker(Broker):  # type: ignore[misc]  # amqtt has no types
            """amqtt leaves the connection open when a client has gone."""

            async def stream_connected(
                self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
            ) -> None:
                try:
                    await super().stream_connected(reader, writer, listener_name)
                finally:
                    writer.close()

        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        await broker.start()
        self._ready.set()
        await self._end.wait()
        await broker.shutdown()
        await _close_late_clients()


async def _close_late_clients() -> None:
    """Clients that came in the last moment have tasks, and tasks that these begin, which close their connections."""
    while late := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        # What a connection does when it is lost is done in the next round of the loop.
        await asyncio.sleep(0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
