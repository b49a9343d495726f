"""The network of things, asked once for each picture, and in memory only while it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import ThingDetector
    from device.core.types import Pixels, Rgb, Thing


class _Answer(NamedTuple):
    picture: ref[Rgb]
    scale: float
    things: tuple[Thing, ...]


class OnceSeen:
    """A ThingDetector that remembers its answers as long as their pictures are there. For one thread at a time.

    Several ask about the same picture, perhaps with cut-outs of it between; none is kept alive for that. Nor is the
    detector: it takes 20 MB, beside a voice that speaks meanwhile, and is loaded in some ten milliseconds.

    Args:
        load: Makes the detector that is asked.
    """

    def __init__(self, load: Callable[[], ThingDetector]) -> None:
        self._load = load
        self._answers: dict[int, _Answer] = {}

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        """What is seen, the surest first."""
        # The same array, not an equal one: a picture is too large to be compared.
        known = self._answers.get(id(pixels.rgb))
        if known and known.picture() is pixels.rgb and known.scale == pixels.scale:
            return known.things
        seen = self._load().things(pixels)
        self._answers = {key: each for key, each in self._answers.items() if each.picture() is not None}
        self._answers[id(pixels.rgb)] = _Answer(ref(pixels.rgb), pixels.scale, seen)
        return seen
