"""The network of things, loaded when it is first asked, and asked once for each picture."""

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

    Several ask about the same picture, perhaps with cut-outs of it between; none is kept alive for that.

    Args:
        load: Makes the detector that is asked.
    """

    def __init__(self, load: Callable[[], ThingDetector]) -> None:
        self._load = load
        self._detector: ThingDetector | None = None
        self._answers: dict[int, _Answer] = {}

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        """What is seen, the surest first."""
        # The same array, not an equal one: a picture is too large to be compared.
        known = self._answers.get(id(pixels.rgb))
        if known and known.picture() is pixels.rgb and known.scale == pixels.scale:
            return known.things
        if self._detector is None:
            self._detector = self._load()
        seen = self._detector.things(pixels)
        self._answers = {key: each for key, each in self._answers.items() if each.picture() is not None}
        self._answers[id(pixels.rgb)] = _Answer(ref(pixels.rgb), pixels.scale, seen)
        return seen
