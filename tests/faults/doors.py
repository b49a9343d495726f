"""Who brings photos: by HTTP, by MQTT, and into the watched folder, as clients do in the world.

Each door runs in a thread of its own, and goes on while the daemon is dead.
"""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.photos import SmallPhoto, chance, small_photo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from tests.faults.process import Lives

ANSWER_SECONDS = 10.0
AGAIN_SECONDS = 0.05
PAUSE_SECONDS = 0.05
"""The longest between two photos of one door."""


@dataclass(slots=True)
class Answered:
    """An answer over HTTP; status 0 where there was none."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    job: int | None = None


def post(port: int, data: bytes) -> Answered:
    """Send a photo once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", "/api/v1/photos", data, {"Content-Type": "image/jpeg"})
        response = connection.getresponse()
        body = json.loads(response.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError):
        return Answered(0)
    finally:
        connection.close()
    return Answered(response.status, dict(response.headers), body.get("id"))


def get(port: int, path: str) -> dict[str, object]:
    """What is shown there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        answer: dict[str, object] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer


class Way(Protocol):
    """How one photo is brought."""

    name: str

    def bring(self, photo: SmallPhoto, *, given_up: threading.Event) -> bool:
        """Bring it; whether whoever has it holds it for safe (which a folder does not say)."""


class Http:
    """Sends it again until it is answered that it is there."""

    def __init__(self, lives: Lives, *, name: str = "http") -> None:
        self.name = name
        self._lives = lives
        self.jobs: dict[str, int] = {}
        self.again = 0

    def bring(self, photo: SmallPhoto, *, given_up: threading.Event) -> bool:
        while not given_up.is_set():
            answer = post(self._lives.web_port, photo.data)
            if answer.status in {201, 409}:
                if answer.job is not None:
                    self.jobs[photo.sha256] = answer.job
                return True
            self.again += 1
            given_up.wait(AGAIN_SECONDS)
        return False


class Mqtt:
    """Publishes it once, and goes when the broker has it."""

    name = "mqtt"

    def __init__(self, broker_port: int, device: str) -> None:
        self._topic = f"voxframe/{device}/photo/set"
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", broker_port)
        self._client.loop_start()

    def bring(self, photo: SmallPhoto, *, given_up: threading.Event) -> bool:  # noqa: ARG002 - the broker is always there
        message = self._client.publish(self._topic, photo.data, qos=1)
        message.wait_for_publish(ANSWER_SECONDS)
        return message.is_published()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Folder:
    """Puts it there once: moved in whole, or copied in by and by."""

    name = "folder"

    def __init__(self, inbox: Path, random: Random) -> None:
        self._inbox = inbox
        self._random = random

    def bring(self, photo: SmallPhoto, *, given_up: threading.Event) -> bool:
        file = self._inbox / f"{photo.title}.jpg"
        if self._random.random() < 0.5:
            hidden = file.with_name(f".{file.name}")
            hidden.write_bytes(photo.data)
            hidden.rename(file)
            return True
        middle = self._random.randrange(1, len(photo.data))
        with file.open("wb", buffering=0) as copy:
            copy.write(photo.data[:middle])
            # It is never left half: who copies goes on whatever the daemon does.
            given_up.wait(self._random.random() * AGAIN_SECONDS)
            copy.write(photo.data[middle:])
        return True


class Door:
    """Brings photo after photo until it is closed.

    Args:
        way: How.
        seed: The same one brings the same photos.
        has_room: Asked before each photo; while there is none nothing new is brought.
        most: So many are brought.

    Attributes:
        brought: What is held for safe by whoever brought it, by sha256; only ever added to.
    """

    def __init__(self, way: Way, *, seed: int, has_room: Callable[[Door], bool], most: int = 1_000_000) -> None:
        self.way = way
        self.brought: dict[str, SmallPhoto] = {}
        self._random = chance(seed, way.name)
        self._has_room = has_room
        self._most = most
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Bring nothing new; what is on its way goes on."""
        self._closing.set()

    def join(self, within_seconds: float | None = None) -> bool:
        """Whether all was brought by then; where it was not, it is given up."""
        self._thread.join(within_seconds)
        done = not self._thread.is_alive()
        self._given_up.set()
        self._thread.join()
        return done

    def _run(self) -> None:
        for number in range(self._most):
            photo = small_photo(f"{self.way.name} {number:05d}", self._random)
            while not self._has_room(self):
                if self._closing.wait(AGAIN_SECONDS):
                    return
            if self._closing.is_set():
                return
            if self.way.bring(photo, given_up=self._given_up):
                self.brought[photo.sha256] = photo
            self._closing.wait(self._random.random() * PAUSE_SECONDS)
