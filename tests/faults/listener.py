"""Somebody in the house who hears the events of a device, and whether it is there."""

from __future__ import annotations

import json
import threading
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

WAIT_SECONDS = 60.0


class Listener:
    """Never away, and never asleep.

    Attributes:
        online: Set once the device has said that it is there: by then the broker keeps what is sent to it.
        events: All that it said, in order.
    """

    def __init__(self, broker_port: int, device: str) -> None:
        self.online = threading.Event()
        self.events: list[dict[str, Any]] = []
        self._base = f"voxframe/{device}"
        self._listens = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._heard
        self._client.on_subscribe = lambda *_: self._listens.set()
        self._client.connect("127.0.0.1", broker_port)
        self._client.subscribe([(f"{self._base}/event", 1), (f"{self._base}/availability", 1)])
        self._client.loop_start()
        assert self._listens.wait(WAIT_SECONDS)

    def close(self) -> None:
        """Listen no more."""
        self._client.disconnect()
        self._client.loop_stop()

    def _heard(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/event"):
            self.events.append(json.loads(message.payload))
        elif message.payload == b"online":
            self.online.set()
