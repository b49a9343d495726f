"""A client of paho and its thread, for one connection: what it hears it hands to the loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

if TYPE_CHECKING:
    from collections.abc import Callable

    from paho.mqtt.reasoncodes import ReasonCode

    from device.core.types import Message

KEEPALIVE_SECONDS = 30
LOOP_SECONDS = 5.0
"""How long the thread sleeps where nothing comes and nothing is to be sent; both wake it."""

KEPT_SECONDS = 24 * 3600
"""How long a broker of MQTT 5 keeps the session of a device that is away."""

MOST_UNACKNOWLEDGED = 4
"""How many messages a broker of MQTT 5 may have on their way; each may be a photo, and lies in memory."""

MOST_SENT = 8
"""How many messages may be on their way to a broker; paho does not ask it, and none known wants fewer."""

ENVELOPE_BYTES = 64 * 1024
"""What the packet of a message may have beside its payload: topic and properties."""

TOO_NEW = frozenset({0x81, 0x82, 0x84})
"""Malformed packet, protocol error, unsupported version: in these words an old broker refuses."""


class Introduction(Protocol):
    """What a line asks of a connection."""

    @property
    def host(self) -> str:
        """Where the broker is."""

    @property
    def port(self) -> int:
        """The port of the broker."""

    @property
    def where(self) -> str:
        """Both, for a message."""

    def introduce(self, client: paho.Client) -> None:
        """Tell the client who it is."""


class Listener(Protocol):
    """Who hears of it, on the loop."""

    def answered(self, largest_packet: int | None) -> None:
        """The broker has taken the connection; it takes packets up to so many bytes."""

    def subscribed(self, reasons: list[ReasonCode]) -> None:
        """What it says to the topics that were asked for, in their order."""

    def published(self, packet: int, reason: ReasonCode) -> None:
        """What it says to a message."""

    def came(self, message: paho.MQTTMessage) -> None:
        """A message came."""

    def ended(self) -> None:
        """The connection has ended, or was never there; the thread is gone."""


class Line:
    """One connection, from the attempt to its end. Calls on `client` are for the loop alone.

    Attributes:
        trouble: Why it has ended, or was never there.
        reached: There was a connection, though the broker may not have answered.
        accepted: The broker has answered, and with yes.
        refused: It has answered with no.
        too_new: It has refused the version of the protocol.
        client: None once it has ended.
    """

    def __init__(
        self,
        *,
        connection: Introduction,
        client_id: str,
        version: MQTTProtocolVersion,
        will: Message,
        largest_payload: int,
    ) -> None:
        self.trouble = "it closes the connection"
        self.reached = self.accepted = self.refused = self.too_new = False
        self._connection = connection
        self._largest_payload = largest_payload
        self._abandoned = False
        self.five = version == MQTTProtocolVersion.MQTTv5
        self.client: paho.Client | None = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            # Of 3.1.1 alone; in version 5 it is said with the connection.
            clean_session=None if self.five else False,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self.client.max_inflight_messages_set(MOST_SENT)
        self.client.will_set(will.topic, will.payload, qos=1, retain=will.retain)

    def start(self, listener: Listener) -> None:
        """Connect in a thread of its own, and tell the listener what comes of it."""
        if self.client is None:
            return
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._hear(self.client, listener)
        self._thread = threading.Thread(target=self._serve, args=(self.client,), name="mqtt", daemon=True)
        self._thread.start()

    def end(self, trouble: str | None = None) -> None:
        """Tell the broker that it is at its end, so that the will is not said."""
        if trouble is not None:
            self.trouble = trouble
        if self.client is not None:
            self.client.disconnect()

    def break_off(self, trouble: str) -> None:
        """End it without a word to the broker, which says the will then."""
        self.trouble = trouble
        self._abandoned = True
        connected = self.client.socket() if self.client else None
        if isinstance(connected, socket.socket):
            # It wakes the thread, which closes it; it may be at its end by itself.
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def abandon(self) -> None:
        """Let the thread end as soon as it can, whatever the broker thinks of it."""
        self._abandoned = True
        # It wakes the thread.
        self.end()

    def _hear(self, client: paho.Client, listener: Listener) -> None:
        client.on_connect = self._heard_answer
        client.on_disconnect = self._heard_end
        client.on_subscribe = lambda _client, _data, _packet, reasons, _more: self._post(listener.subscribed, reasons)
        client.on_publish = lambda _client, _data, packet, reason, _more: self._post(listener.published, packet, reason)
        client.on_message = lambda _client, _data, message: self._post(listener.came, message)
        # It tells paho that somebody else writes: without it, it would do so itself, on the loop.
        client.on_socket_register_write = lambda *_: None

    def _serve(self, client: paho.Client) -> None:
        """What the thread does."""
        try:
            self._connect(client)
            self.reached = True
            while not self._abandoned and client.loop(LOOP_SECONDS) == MQTTErrorCode.MQTT_ERR_SUCCESS:
                pass
        except (OSError, ValueError) as error:
            self.trouble = getattr(error, "strerror", None) or str(error)
        finally:
            remaining = client.socket()
            if remaining is not None:
                remaining.close()
            self._post(self._end)

    def _connect(self, client: paho.Client) -> None:
        host, port = self._connection.host, self._connection.port
        self._connection.introduce(client)
        if not self.five:
            client.connect(host, port, KEEPALIVE_SECONDS)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = KEPT_SECONDS
        properties.ReceiveMaximum = MOST_UNACKNOWLEDGED
        properties.MaximumPacketSize = self._largest_payload + ENVELOPE_BYTES
        client.connect(host, port, KEEPALIVE_SECONDS, clean_start=False, properties=properties)

    def _heard_answer(
        self, _client: paho.Client, _data: object, _flags: object, reason: ReasonCode, more: Properties | None
    ) -> None:
        if reason.is_failure:
            self.refused, self.too_new, self.trouble = True, reason.value in TOO_NEW, str(reason)
            return
        self.accepted = True
        self._post(self._listener.answered, getattr(more, "MaximumPacketSize", None))

    def _heard_end(
        self, _client: paho.Client, _data: object, flags: paho.DisconnectFlags, reason: ReasonCode, _more: object
    ) -> None:
        if flags.is_disconnect_packet_from_server or reason.getName() == "Keep alive timeout":
            self.trouble = str(reason)

    def _post(self, call: Callable[..., None], *values: Any) -> None:  # noqa: ANN401 - as call_soon_threadsafe takes them
        with contextlib.suppress(RuntimeError):  # The loop has ended, and nobody asks any more.
            self._loop.call_soon_threadsafe(call, *values)

    def _end(self) -> None:
        # To call this was the last that it did.
        self._thread.join()
        # The client knows this line and its listener: without it all are gone at once, with their sockets.
        self.client = None
        self._listener.ended()
