"""The network of things, loaded when it is first asked, and asked once for each picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.ports import ThingDetector
    from device.core.types import Pixels, Thing


class OnceSeen:
    """A ThingDetector that remembers the last picture, which several ask about. For one thread at a time.

    Args:
        load: Makes the detector that is asked.
    """

    def __init__(self, load: Callable[[], ThingDetector]) -> None:
        self._load = load
        self._detector: ThingDetector | None = None
        self._last: tuple[Pixels, tuple[Thing, ...]] | None = None

    def things(self, pixels: Pixels) -> tuple[Thing, ...]:
        """What is seen, the surest first."""
        # The same object, not an equal one: a picture is too large to be compared.
        if self._last is None or self._last[0] is not pixels:
            # The picture before is let go first, so that two are never held.
            self._last = None
            if self._detector is None:
                self._detector = self._load()
            self._last = pixels, self._detector.things(pixels)
        return self._last[1]
