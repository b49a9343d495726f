"""The broker that emulation brings along: amqtt on loopback, at a random port, keeping nothing, MQTT 3.1.1.

It is a process of its own, because amqtt leaves connections and tasks behind when it stops. It ends with its standard
input, so that it never outlives the daemon, however that one ends. `python -m device.bus.broker PORT` runs it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys

from device.core.errors import MissingDeviceError

READY = b"ready\n"
FAREWELL_SECONDS = 5.0


class OwnBroker:
    """An amqtt broker in a child process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start it and return its port once it takes connections.

        Raises:
            MissingDeviceError: amqtt is not installed, or the broker does not start.
        """
        if importlib.util.find_spec("amqtt") is None:
            raise MissingDeviceError(
                "emulation without a broker needs amqtt: pip install 'voxframe[emulate]', or set [mqtt] host"
            )
        port = _free_port()
        self._process = subprocess.Popen(  # noqa: S603 - every word of it is ours
            [sys.executable, "-m", __name__, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # An interrupt at the terminal is for the daemon, which has still to say that it is offline.
            start_new_session=True,
        )
        if self._process.stdout is None or self._process.stdout.readline() != READY:
            self.stop()
            raise MissingDeviceError(f"the broker of our own does not start at port {port}; set [mqtt] host")
        return port

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self._process is None:
            return
        try:
            self._process.communicate(timeout=FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._process = None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def _serve(port: int) -> None:
    from amqtt.broker import Broker  # noqa: PLC0415 - an extra, and slow to load: only the child needs it

    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)
    # It keeps nothing, so there is nothing to put in order.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
