"""How thoroughly a photo is searched for faces: more looks find more, and take longer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which looks are taken at a photo.

    Attributes:
        side: Pixels of the photo's long side in the first look.
        finer: Whether it is looked at once more, at 960 and in tiles, where a face is small.
        turned: Whether it is looked at on its sides and upside down where it may lie so.
    """

    side: int = 640
    finer: bool = True
    turned: bool = True

    @property
    def canvases(self) -> tuple[tuple[int, int], ...]:
        """Heights and widths in which a look is taken: small pictures, and all others.

        A network is kept for each that was needed (8 and 21 MB for a side of 640), because a change of size costs half
        a look and the first run in it the rest. One of 480 x 640 for the pictures of a camera would save a twentieth
        of the time for 17 MB more.
        """
        return (*([GLIMPSE] if self.side > GLIMPSE[0] else []), (self.side, self.side))


GLIMPSE = (320, 320)
"""The canvas of small pictures, and of the looks at a photo that is turned."""
