"""How thoroughly a photo is searched for faces: more looks find more, and take longer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which looks are taken at a photo.

    Attributes:
        side: Pixels of the photo's long side in the first look.
        finer: Whether it is looked at once more, at 960 and in tiles, where a face is small.
        mirrored: Whether it is looked at in the mirror too where a face is neither sure nor out of the question.
        turned: Whether it is looked at on its sides and upside down where it may lie so.
    """

    side: int = 640
    finer: bool = True
    mirrored: bool = True
    turned: bool = True

    @property
    def canvases(self) -> tuple[tuple[int, int], ...]:
        """Heights and widths in which a look is taken: one for all pictures.

        A network is kept for each that was needed, because a change of size costs half a look and the first run in it
        the rest. That for 640 takes 21 MB. Others beside it, of 320 x 320 for small pictures and of 480 x 640 for those
        of a camera, would save a twentieth of the time and take 25 MB more.
        """
        return ((self.side, self.side),)


GLIMPSE = (320, 320)
"""The room of a photo in a quick look at it turned; four fit in one canvas."""
