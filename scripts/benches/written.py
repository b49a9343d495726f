"""What the daemon writes to the disk for each photo that it describes: flash wears, and a photo frame runs for years.

usage: python -m scripts.benches.written [PHOTOS]

PHOTOS of 20 kB and as many of 100 to 300 kB come by HTTP to the daemon with its real eyes and voice; a player takes
all sound at once, and what it says goes nowhere. From /proc/PID/io: `write_bytes` is what the process made the disk
write, in whole pages and without the journal of the file system; `wchar` is what it wrote in all, to sockets too. The
state folder must lie on a disk for the first, and not in memory. Once without phrases that are kept, once with them.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from device.app.shipped import PHOTOS
from scripts.benches.observed import SILENT, Device, daemon
from tests.faults.doors import post
from tests.mosquitto import free_port, mosquitto

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY = 50
TIMES, MORE_BYTES = 3, 64_000
SIZES = {"20 kB": (20_000, 20_000), "100 to 300 kB": (100_000, 300_000)}
MOST_PIXELS = 480, 480
BATCH = 10
PAGE_BYTES = 4096

CONFIG = """
[web]
port = {web}
[mqtt]
host = "127.0.0.1"
port = {broker}
[voice]
cache_megabytes = {cache}
[store]
reserve_megabytes = 0
"""


class Wrote(NamedTuple):
    """Bytes for each photo."""

    photo: float
    disk: float
    all: float
    phrases: float


def main(many: int) -> None:
    """Measure, and print."""
    print(
        f"{'bytes for each photo':34}{'photo':>9}{'disk':>9}{'beside it':>11}{'allowed':>9}{'phrases':>9}{'wchar':>9}"
    )
    for cache in (0, 16):
        for name, sizes in SIZES.items():
            with tempfile.TemporaryDirectory() as temporary:
                wrote = _wrote(Path(temporary), _photos(many, *sizes), cache=cache)
            allowed = TIMES * wrote.photo + MORE_BYTES
            print(
                f"{f'{name}, {cache} MB of phrases':34}{wrote.photo:9.0f}{wrote.disk - wrote.phrases:9.0f}"
                f"{wrote.disk - wrote.phrases - wrote.photo:11.0f}{allowed:9.0f}{wrote.phrases:9.0f}{wrote.all:9.0f}",
                flush=True,
            )


def _wrote(folder: Path, photos: Sequence[bytes], *, cache: int) -> Wrote:
    (folder / "broker").mkdir()
    state, config, device = folder / "state", folder / "voxframe.toml", Device(free_port())
    with mosquitto(folder / "broker") as broker:
        config.write_text(CONFIG.format(web=device.port, broker=broker.port, cache=cache), encoding="utf-8")
        with daemon(state, *SILENT, config) as process:
            device.wait_until_idle()
            _bring(photos[:1], device, done=0)
            before = process.written()
            if not before[0]:
                sys.exit(f"{folder} is no disk that counts what is written to it; TMPDIR names another folder")
            kept = _phrases(state)
            _bring(photos[1:], device, done=1)
            disk, everything = (after - first for after, first in zip(process.written(), before, strict=True))
            phrases = _phrases(state) - kept
    count = len(photos) - 1
    return Wrote(sum(map(len, photos[1:])) / count, disk / count, everything / count, phrases / count)


def _bring(photos: Sequence[bytes], device: Device, *, done: int) -> None:
    for number, photo in enumerate(photos, start=done + 1):
        post(device.port, photo)
        if number > BATCH:
            device.wait_for(number - BATCH)
    device.wait_until_idle()


def _phrases(state: Path) -> int:
    """What the kept phrases take, in whole pages; none was pushed out yet."""
    pages = (-(-path.stat().st_size // PAGE_BYTES) for path in (state / "phrases").glob("*"))
    return sum(pages) * PAGE_BYTES


def _photos(many: int, least: int, most: int) -> list[bytes]:
    """Those of the demo, made small, and then as long as they are to be by bytes that stand behind the end of each."""
    random = Random(least)  # noqa: S311 - the same each time
    small: list[bytes] = []
    for path in sorted(PHOTOS.glob("*.jpg")):
        image = Image.open(path).convert("RGB")
        image.thumbnail(MOST_PIXELS)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=50)
        small.append(file.getvalue())
    photos: list[bytes] = []
    for number in range(many + 1):
        photo = small[number % len(small)]
        photos.append(photo + random.randbytes(max(8, random.randint(least, most) - len(photo))))
    return photos


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
