"""The connection to a broker: MQTT 5, or 3.1.1 where the broker knows no better.

The broker keeps the session of a device while it is away, so that a photo that came meanwhile is not lost. A client of
paho is used for one connection and then thrown away: what it keeps in memory would be sent again without anybody
knowing, for it is the outbox that sends again.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from paho.mqtt.enums import MQTTProtocolVersion

from device.bus.line import Line
from device.bus.session import PahoSession
from device.core.errors import BusLostError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import paho.mqtt.client as paho

    from device.core.types import Message, Subscription

CONNECT_SECONDS = 10.0
"""How long a broker may take until a device is connected and subscribed."""

PATIENCE = 3
"""How often a broker that spoke a version may be silent until the other version is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How a broker is reached.

    Attributes:
        host: Its name or address.
        port: Its port.
        username: None where it asks for none.
        password: The password itself.
        ca_file: Who vouches for the broker; with it, or with `cert_file`, the connection is encrypted.
        cert_file: The certificate of this device, where the broker asks for one.
        key_file: The key to it, where the certificate does not hold it.
        version: "auto" tries MQTT 5 first.
    """

    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    version: Literal["auto", "3.1.1"] = "auto"

    @property
    def where(self) -> str:
        """For a message."""
        return f"{self.host} port {self.port}"

    def introduce(self, client: paho.Client) -> None:
        """Tell the client who it is; reads the certificates.

        Raises:
            OSError: They cannot be read.
        """
        if self.username is not None:
            client.username_pw_set(self.username, self.password)
        if self.ca_file or self.cert_file:
            client.tls_set(
                ca_certs=str(self.ca_file) if self.ca_file else None,
                certfile=str(self.cert_file) if self.cert_file else None,
                keyfile=str(self.key_file) if self.key_file else None,
            )


class PahoBus:
    """A broker over TCP, or TLS.

    Args:
        connection: How it is reached.
        client_id: What the broker knows the session of this device by; a second device of the same name takes it over.
        limit_bytes: The largest payload that is taken in.
        connect_seconds: How long the broker may take until the device is connected and subscribed.
    """

    def __init__(
        self, *, connection: Connection, client_id: str, limit_bytes: int, connect_seconds: float = CONNECT_SECONDS
    ) -> None:
        self._connection = connection
        self._client_id = client_id
        self._limit_bytes = limit_bytes
        self._connect_seconds = connect_seconds
        self._version = _Version(forced=connection.version == "3.1.1")
        # Over all sessions, so that what came in an old one is never acknowledged in a new one by mistake.
        self._numbers = itertools.count(1)

    async def connect(self, *, will: Message, subscriptions: Sequence[Subscription]) -> PahoSession:
        """A connection, subscribed; the broker says `will` for this device when the connection breaks.

        Raises:
            BusLostError: The broker was not reached, did not answer in time, or refused; the message says what it was.
        """
        line = Line(
            connection=self._connection,
            client_id=self._client_id,
            version=self._version.next,
            will=will,
            largest_payload=self._limit_bytes,
        )
        where = self._connection.where
        session = PahoSession(line=line, where=where, limit_bytes=self._limit_bytes, numbers=self._numbers)
        try:
            async with asyncio.timeout(self._connect_seconds):
                await session.open(subscriptions)
        except TimeoutError:
            trouble = f"it does not answer within {self._connect_seconds:g} s"
        except BusLostError:
            trouble = line.trouble
        except BaseException:
            line.abandon()
            raise
        else:
            self._version.worked()
            return session
        line.abandon()
        if line.reached and not line.accepted and (line.too_new or not line.refused):
            self._version.doubted(in_words=line.too_new)
        raise BusLostError(f"no broker at {where}: {trouble}")


class _Version:
    """Which version of the protocol the broker speaks, as far as that is known.

    An old broker refuses version 5 in words, closes without one, or stays silent; so does a good one that is just
    starting, so that a version that worked is not given up at once.
    """

    def __init__(self, *, forced: bool) -> None:
        self.next = MQTTProtocolVersion.MQTTv311 if forced else MQTTProtocolVersion.MQTTv5
        self._forced = forced
        self._proven = False
        self._silent = 0

    def worked(self) -> None:
        self._proven = True
        self._silent = 0

    def doubted(self, *, in_words: bool) -> None:
        self._silent += 1
        if self._forced or (self._proven and not in_words and self._silent < PATIENCE):
            return
        old = self.next == MQTTProtocolVersion.MQTTv311
        self.next = MQTTProtocolVersion.MQTTv5 if old else MQTTProtocolVersion.MQTTv311
        self._proven = False
        self._silent = 0
