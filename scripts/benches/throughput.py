"""Many photos, one after another: does the daemon grow, does it leave anything behind, and how fast is it?

usage: python -m scripts.benches.throughput [PHOTOS [SPOKEN]]

PHOTOS small ones go through a daemon with real stores and doors, quick eyes and a null voice: a third by HTTP, a third
by MQTT, a third by the inbox, so that some always wait. SPOKEN ones of the demo, made small, are described by the real
networks and spoken by the real voice, each anew, to a loudspeaker that takes all at once.
"""

from __future__ import annotations

import io
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from device.app.shipped import PHOTOS
from scripts.benches.observed import QUICK, SILENT, Device, Process, daemon, megabytes
from tests.faults.doors import Mqtt, post
from tests.faults.photos import SmallPhoto, chance, small_photo
from tests.mosquitto import free_port, mosquitto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MANY, SPOKEN = 10_000, 200
GROWTH_MEGABYTES = 10
WARM_UP = 0.05
BATCH = 30
"""So many are brought at once, as soon as fewer than that wait."""
MOST_PIXELS = 320, 320
NAME = "bench"

BELONGS = frozenset({"voxframe.db", "voxframe.db-wal", "voxframe.db-shm", "lock", "photos", "phrases"})
"""What may be in a state folder while nothing waits; of these `photos` is empty."""

CONFIG = """
[device]
name = "{name}"
[inbox]
folder = "inbox"
[web]
port = {web}
[mqtt]
host = "127.0.0.1"
port = {broker}
[voice]
cache_megabytes = 0
[store]
reserve_megabytes = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the daemon took at some moment, with nothing to do."""

    pss: int
    anonymous: int
    descriptors: int

    @classmethod
    def at(cls, process: Process) -> Looked:
        """Now."""
        return cls(pss=process.alone(), anonymous=process.anonymous(), descriptors=process.descriptors())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of them.

    Attributes:
        warm: After the first twentieth, or the first batch.
        end: After the last one.
        most_descriptors: While it worked, looked at now and then.
        left: What is in the state folder and does not belong there.
        failed: How many were set aside.
        seconds: From then to the end.
        photos: How many were described in that time.
        state_bytes: What the state folder has at the end.
    """

    warm: Looked
    end: Looked
    most_descriptors: int
    left: tuple[str, ...]
    failed: int
    seconds: float
    photos: int
    state_bytes: int

    def lines(self) -> Sequence[str]:
        """For people."""
        grown = megabytes(self.end.pss - self.warm.pss)
        grown_alone = megabytes(self.end.anonymous - self.warm.anonymous)
        first, last, most = self.warm.descriptors, self.end.descriptors, self.most_descriptors
        return (
            f"{self.photos / self.seconds:.1f} photos a second; set aside: {self.failed}",
            f"growth of PSS {grown}, of what is in no file {grown_alone} (asked: {GROWTH_MEGABYTES})",
            f"PSS at the end {megabytes(self.end.pss)}; the state folder has {megabytes(self.state_bytes)}",
            f"descriptors: {first} after the first, {last} at the end, at most {most} on the way",
            f"left behind: {', '.join(self.left) or 'nothing'}",
        )


def main(many: int, spoken: int) -> None:
    """Measure, and print."""
    for what, count, command, make in (
        ("quick eyes and a null voice", many, QUICK, quick_photo),
        ("all networks and the voice", spoken, SILENT, Portraits().photo),
    ):
        with tempfile.TemporaryDirectory() as temporary:
            report = put_through(Path(temporary), command, count=count, make=make)
        print(f"{count} photos, {what}", *report.lines(), sep="\n    ", flush=True)


def quick_photo(number: int) -> SmallPhoto:
    """One that quick eyes can read."""
    return small_photo(f"bench {number:06d}", chance(number, "bench"))


class Portraits:
    """Photos of the demo, made small; each has its own bytes."""

    def __init__(self) -> None:
        self._small = [Image.open(path).convert("RGB") for path in sorted(PHOTOS.glob("*.jpg"))]
        for each in self._small:
            each.thumbnail(MOST_PIXELS)

    def photo(self, number: int) -> SmallPhoto:
        """One of them, again and again."""
        file = io.BytesIO()
        self._small[number % len(self._small)].save(file, "JPEG", quality=85)
        data = file.getvalue() + f"{number:06d}".encode()
        return SmallPhoto(title=f"bench {number:06d}", data=data, sha256="")


def put_through(folder: Path, command: Sequence[str], *, count: int, make: Callable[[int], SmallPhoto]) -> Report:
    """Bring so many photos to a daemon, and see what it takes and leaves.

    Args:
        folder: An empty one; what the daemon says is in `log` there.
        command: Which daemon.
        count: How many photos, at least 40.
        make: Makes the photo of a number.

    Raises:
        TimeoutError: They are not done in time.
        subprocess.CalledProcessError: The daemon ended in disorder.
    """
    with _running(folder, command) as (process, device, doors):
        warm_up = max(BATCH, round(count * WARM_UP))
        most = _bring(range(warm_up), process, device, doors, make)
        warm = Looked.at(process)
        began = time.monotonic()
        most = max(most, _bring(range(warm_up, count), process, device, doors, make))
        took = time.monotonic() - began
        state = folder / "state"
        here = sorted(path.relative_to(state) for path in state.rglob("*"))
        return Report(
            photos=count - warm_up,
            seconds=took,
            warm=warm,
            end=Looked.at(process),
            most_descriptors=most,
            left=tuple(str(path) for path in here if not _belongs(path)),
            failed=device.set_aside(),
            state_bytes=sum((state / path).stat().st_size for path in here),
        )


def _bring(numbers: range, process: Process, device: Device, doors: Doors, make: Callable[[int], SmallPhoto]) -> int:
    """Bring them and wait until all are done; returns the most descriptors that it had meanwhile."""
    most = 0
    for first in range(numbers.start, numbers.stop, BATCH):
        doors.bring([make(number) for number in range(first, min(first + BATCH, numbers.stop))])
        # Those of the last batch go on meanwhile, so that there is always something to do.
        if first:
            device.wait_for(first)
        most = max(most, process.descriptors())
    device.wait_for(numbers.stop)
    # A job is done a moment before its photo is gone.
    device.wait_until_idle()
    return most


def _belongs(path: Path) -> bool:
    return path.parts[0] in BELONGS and (len(path.parts) == 1 or path.parts[0] == "phrases")


class Doors:
    """All ways in that there are for photos which are brought, in turns."""

    def __init__(self, broker_port: int, web_port: int, inbox: Path) -> None:
        self._web_port = web_port
        self._inbox = inbox
        self._mqtt = Mqtt(broker_port, NAME)

    def bring(self, photos: Sequence[SmallPhoto]) -> None:
        """All of them; they are safe, or on their way, when this returns.

        Raises:
            RuntimeError: One is refused.
        """
        for number, photo in enumerate(photos):
            match number % 3:
                case 0:
                    hidden = self._inbox / f".{photo.title}"
                    hidden.write_bytes(photo.data)
                    hidden.rename(self._inbox / f"{photo.title}.jpg")
                case 1:
                    self._mqtt.bring(photo, given_up=threading.Event())
                case _:
                    status = post(self._web_port, photo.data).status
                    if status != HTTPStatus.CREATED:
                        raise RuntimeError(f"{photo.title}: status {status}")

    def close(self) -> None:
        """No more."""
        self._mqtt.close()


@contextmanager
def _running(folder: Path, command: Sequence[str]) -> Iterator[tuple[Process, Device, Doors]]:
    for name in ("broker", "inbox"):
        (folder / name).mkdir()
    config, device = folder / "voxframe.toml", Device(free_port())
    arguments = [config, folder / "speeches"] if command is QUICK else [config]
    with mosquitto(folder / "broker") as broker:
        config.write_text(CONFIG.format(name=NAME, web=device.port, broker=broker.port), encoding="utf-8")
        with daemon(folder / "state", *command, *arguments, log=folder / "log") as process:
            device.wait_until_idle()
            doors = Doors(broker.port, device.port, folder / "inbox")
            try:
                yield process, device, doors
            finally:
                doors.close()


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*given, *(MANY, SPOKEN)[len(given) :])
