"""How faces move on this device: living people as people do, the painted and the carved with more restraint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.living.motion import Mobility

Faces: TypeAlias = Literal["people", "paintings", "statues"]
"""What hangs or stands in front of the camera; the owner says it, nothing here tells one from the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """A way to move.

    Attributes:
        gain: How far mouths open, in those of people.
        teeth: How much of their teeth ever shows, 0 to 1.
        blinks: Whether eyes close and open at all.
    """

    gain: float = 1.0
    teeth: float = 1.0
    blinks: bool = True

    def mobility(self, seen: Mobility, *, speaks: bool, blinks: bool) -> Mobility:
        """What a face does of what it can do."""
        return replace(seen, gain=seen.gain * self.gain, teeth=self.teeth, speaks=speaks, blinks=blinks and self.blinks)


MANNERS: Mapping[Faces, Manner] = {
    "people": Manner(),
    "paintings": Manner(teeth=0.35),
    "statues": Manner(gain=0.5, teeth=0.0, blinks=False),
}
"""By what the faces are. Teeth of a painting: a hint, or they look pasted in; a statue has none, nor lids that move."""
