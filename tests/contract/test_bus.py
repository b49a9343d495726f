"""What every bus promises: no call blocks or raises, in whichever order they come; and a broker hears it all."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from device.bus.broker import OwnBroker
from device.bus.log import LogBus
from device.bus.mqtt import Connection, MqttBus
from device.core.types import Described, Event, Status
from device.pipeline.record import record_of
from tests import factories
from tests.mosquitto import free_port, mosquitto, observer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.ports import Bus

STATUS = Status(activity="looking", reason=None, queue=2, last_narration="I see one face.")
EVENT = Event(event_type="described", fields={"faces": 1})
RECORD = record_of(
    Described(
        photo=factories.photo(),
        scene=factories.scene(factories.face()),
        narration=(factories.utterance("Grüße, 世界."),),
    )
)


@dataclass(frozen=True)
class Place:
    """A broker, and the device that speaks to it."""

    port: int
    device: str

    def bus(self) -> MqttBus:
        return MqttBus(connection=Connection(host="127.0.0.1", port=self.port), device=self.device)


@pytest.fixture(params=["mosquitto", "own"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    device = f"test-{uuid.uuid4().hex[:8]}"
    if request.param == "mosquitto":
        with mosquitto(tmp_path) as broker:
            yield Place(broker.port, device)
    else:
        own = OwnBroker()
        yield Place(own.start(), device)
        own.stop()


def everything(bus: Bus) -> None:
    bus.status(STATUS)
    bus.last(RECORD)
    bus.event(EVENT)


@pytest.mark.parametrize("kind", ["log", "without a broker"])
def test_no_call_blocks_or_raises_in_whichever_order(kind: str) -> None:
    bus: Bus = LogBus() if kind == "log" else Place(free_port(), "lonely").bus()
    everything(bus)
    bus.start()
    bus.start()
    everything(bus)
    bus.stop()
    bus.stop()
    everything(bus)


def test_what_was_told_before_the_connection_is_heard_after_it(place: Place) -> None:
    bus = place.bus()
    everything(bus)
    with observer(place.port, place.device) as watcher:
        bus.start()
        watcher.wait_for("availability", "online")
        watcher.wait(lambda messages: {name for name, _, _ in messages} >= {"availability", "state", "last", "event"})
        bus.stop()
        watcher.wait_for("availability", "offline")


def test_who_comes_later_hears_the_newest_status_and_no_old_event(place: Place) -> None:
    bus = place.bus()
    bus.start()
    everything(bus)
    with observer(place.port, place.device) as first:
        first.wait(lambda messages: {name for name, _, _ in messages} >= {"availability", "state", "last"})
    with observer(place.port, place.device) as second:
        messages = second.wait(lambda heard: {name for name, _, _ in heard} >= {"availability", "state", "last"})
    bus.stop()
    payloads = {name: payload for name, payload, retained in messages if retained}
    assert payloads["availability"] == "online"
    assert json.loads(payloads["state"]) == {
        "activity": "looking",
        "reason": None,
        "queue": 2,
        "last_narration": "I see one face.",
    }
    assert "event" not in payloads


def test_the_last_record_has_no_path_no_hash_and_no_name(place: Place) -> None:
    bus = place.bus()
    bus.start()
    bus.last(RECORD)
    with observer(place.port, place.device) as watcher:
        messages = watcher.wait(lambda heard: any(name == "last" for name, _, _ in heard))
    bus.stop()
    last = json.loads(next(payload for name, payload, _ in messages if name == "last"))
    assert list(last["photo"]) == ["width", "height", "taken_at"]
    assert "name" not in last["faces"][0]
    assert last["narration"][0]["text"] == "Grüße, 世界."
    assert set(last) == set(RECORD)
