"""Status to the house over MQTT 5, or 3.1.1 where the broker knows no better.

paho has a thread of its own, in which it connects, and connects again. While there is no connection the newest state
and the newest record are kept, and a bounded number of events: `publish` without a connection would queue in memory
and still report an error, so that whoever tries again sends twice.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device.bus.payloads import OFFLINE, ONLINE, event_payload, last_payload, state_payload
from device.bus.topics import Topics

if TYPE_CHECKING:
    from pathlib import Path

    from paho.mqtt.reasoncodes import ReasonCode

    from device.core.types import Event, Record, Status

_log = logging.getLogger(__name__)

QOS = 1
KEEPALIVE_SECONDS = 30
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0
FAREWELL_SECONDS = 3.0
MOST_EVENTS = 100
"""Events kept while there is no connection; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How a broker is reached; `password` is the password itself."""

    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


class MqttBus:
    """The bus of a device with a broker. Any thread may call it."""

    def __init__(self, *, connection: Connection, device: str) -> None:
        self._connection = connection
        self._topics = Topics(device)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._attempt: _Session | None = None
        self._client: paho.Client | None = None
        self._online = False
        self._retained: dict[str, str] = {}
        self._events: deque[str] = deque(maxlen=MOST_EVENTS)

    def start(self) -> None:
        """Connect in the background, and keep trying."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_connected, name="mqtt", daemon=True)
            self._thread.start()

    def status(self, status: Status) -> None:
        """What the device is doing; retained."""
        self._retain(self._topics.state, state_payload(status))

    def last(self, record: Record) -> None:
        """What was made of the last photo; retained."""
        self._retain(self._topics.last, last_payload(record))

    def event(self, event: Event) -> None:
        """Something that happened once."""
        payload = event_payload(event)
        with self._lock:
            if self._online and self._client:
                self._client.publish(self._topics.event, payload, QOS)
                return
            if len(self._events) == MOST_EVENTS:
                _log.warning("an event was dropped: there was no broker for the last %d of them", MOST_EVENTS)
            self._events.append(payload)

    def stop(self) -> None:
        """Say offline, wait a little for the broker's word that it has it all, and disconnect."""
        with self._lock:
            self._stopping.set()
            client, online = self._client, self._online
            self._online = False
        if client and online:
            said = client.publish(self._topics.availability, OFFLINE, QOS, retain=True)
            try:
                # Messages are acknowledged in order: with this one all before it are there.
                said.wait_for_publish(FAREWELL_SECONDS)
            except (RuntimeError, ValueError):
                _log.warning("the broker was lost before it was told that this device is offline")
            client.disconnect()
        elif self._attempt:
            self._attempt.ended.set()
        if self._thread:
            self._thread.join(FAREWELL_SECONDS)
            self._thread = None

    def _retain(self, topic: str, payload: str) -> None:
        with self._lock:
            self._retained[topic] = payload
            if self._online and self._client:
                self._client.publish(topic, payload, QOS, retain=True)

    def _keep_connected(self) -> None:
        version = MQTTProtocolVersion.MQTTv5
        wait = FIRST_WAIT_SECONDS
        told = ""
        while not self._stopping.is_set():
            self._attempt = session = _Session(version)
            trouble = self._stay_connected(session)
            if self._stopping.is_set():
                return
            if session.connected:
                wait, told = FIRST_WAIT_SECONDS, ""
                _log.warning("the broker at %s is lost; trying again", self._connection.host)
            elif session.may_be_too_new:
                # Brokers of MQTT 3.1.1 refuse version 5, or close without a word.
                version = MQTTProtocolVersion.MQTTv311
                continue
            else:
                if trouble != told:
                    _log.warning("no broker at %s port %d: %s", self._connection.host, self._connection.port, trouble)
                    told = trouble
                version = MQTTProtocolVersion.MQTTv5
            # Jitter, so that ten devices do not come back at the same moment after a power cut.
            self._stopping.wait(wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _stay_connected(self, session: _Session) -> str:
        """Connect and serve until the connection ends; what went wrong, in words."""
        try:
            client = self._new_client(session.version)
            client.on_connect = lambda client, _data, _flags, reason, _more: self._connected(session, client, reason)
            client.on_disconnect = lambda *_: session.ended.set()
            client.connect(self._connection.host, self._connection.port, KEEPALIVE_SECONDS)
        except (OSError, ValueError) as error:
            return str(error)
        session.reached = True
        client.loop_start()
        session.ended.wait()
        # It closes the connection where `stop` came before the broker had answered.
        client.disconnect()
        client.loop_stop()
        with self._lock:
            self._online = False
            self._client = None
        return session.refused or "it closes the connection"

    def _connected(self, session: _Session, client: paho.Client, reason: ReasonCode) -> None:
        if reason.is_failure:
            session.refused = str(reason)
            client.disconnect()
            return
        with self._lock:
            if self._stopping.is_set():
                # Asked under the lock: `stop` has either seen this connection, or nobody says online.
                client.disconnect()
                return
            session.connected = True
            client.publish(self._topics.availability, ONLINE, QOS, retain=True)
            for topic, payload in self._retained.items():
                client.publish(topic, payload, QOS, retain=True)
            while self._events:
                client.publish(self._topics.event, self._events.popleft(), QOS)
            self._client = client
            self._online = True
        _log.info("connected to the broker at %s", self._connection.host)

    def _new_client(self, version: MQTTProtocolVersion) -> paho.Client:
        connection = self._connection
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=version, reconnect_on_failure=False)
        if connection.username is not None:
            client.username_pw_set(connection.username, connection.password)
        if connection.ca_file or connection.cert_file:
            client.tls_set(
                ca_certs=str(connection.ca_file) if connection.ca_file else None,
                certfile=str(connection.cert_file) if connection.cert_file else None,
                keyfile=str(connection.key_file) if connection.key_file else None,
            )
        client.will_set(self._topics.availability, OFFLINE, QOS, retain=True)
        return client


class _Session:
    """One attempt at a connection, and what came of it."""

    def __init__(self, version: MQTTProtocolVersion) -> None:
        self.version = version
        self.ended = threading.Event()
        self.reached = False
        self.connected = False
        self.refused = ""

    @property
    def may_be_too_new(self) -> bool:
        """Whether the broker may have refused the version of the protocol: in words, or by closing without one."""
        too_new = self.version == MQTTProtocolVersion.MQTTv5 and not self.connected
        return too_new and self.reached and self.refused in ("", "Unsupported protocol version")
