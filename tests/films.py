"""Films for tests: small ones that are made, and what is in a file read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from device.core.types import Cue, CueWord
from device.living.film import Film

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.core.types import Rgb

SAMPLE_RATE = 22_050
WORDS = "imagined voice and movement"
PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst", b"edts"}


@dataclass(frozen=True)
class Pictures:
    """The same picture for so many seconds, with a square in it that is never twice of one grey."""

    picture: Rgb
    seconds: float

    def pictures(self, rate: float) -> Iterator[Rgb]:
        for number in range(max(1, round(self.seconds * rate))):
            changed = self.picture.copy()
            changed[:16, :16] = 8 * number % 256
            yield changed


def picture_of(wide: int, high: int, grey: int = 120) -> Rgb:
    """A smooth one, so that compression leaves it as it is."""
    slope = np.linspace(0, 40, wide)[None, :, None] + np.linspace(0, 40, high)[:, None, None]
    return np.asarray(np.broadcast_to(grey - 40 + slope, (high, wide, 3)), np.uint8)


def cue(text: str, start: float, end: float, speaker: str | None = None) -> Cue:
    lines = tuple(tuple(CueWord(text=word, start=None) for word in line.split(" ")) for line in text.split("\n"))
    return Cue(lines=lines, start=start, end=end, speaker=speaker)


def a_film(*, wide: int = 320, high: int = 240, seconds: float = 1.0, **changes: Any) -> Film:
    samples = np.arange(round(seconds * SAMPLE_RATE))
    film = Film(
        reel=Pictures(picture_of(wide, high), seconds),
        pcm=(8000 * np.sin(samples * 2 * np.pi * 440 / SAMPLE_RATE)).astype(np.int16),
        sample_rate=SAMPLE_RATE,
        cues=(),
        language="en",
        mark=WORDS,
        title="A title",
        comment="A comment.",
    )
    return replace(film, **changes)


def boxes(data: bytes, path: tuple[bytes, ...] = ()) -> Iterator[tuple[tuple[bytes, ...], bytes]]:
    """Each box of an MP4 file by its path, in order, and what is in it; the bytes have to be used up exactly."""
    while data:
        size, name = int.from_bytes(data[:4], "big"), data[4:8]
        assert 8 <= size <= len(data), (path, name, size)
        here = (*path, name)
        yield here, data[8:size]
        if name in PARENTS:
            yield from boxes(data[8:size], here)
        data = data[size:]


def decoded(file: Path) -> list[Rgb]:
    """All pictures of a film."""
    import av  # noqa: PLC0415 - an extra

    with av.open(str(file)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
