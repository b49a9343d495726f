"""All that was measured on one face, for the claims to be made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.core.types import Detection, FaceMesh, HeadPose
    from device.vision.iris import Opening

MESH_THRESHOLD = 0.5
"""The score from which a mesh is believed; on a head in full profile it is near 0."""

FACING_SIDE = 24
CLOSE_SIDE = 40
"""Pixels of the larger side of a face's box, in the picture that was looked at, from which its direction, or its eyes
and its mouth are told. On 33 faces between the two the direction was wrong once, and the mouth of a clear smile lay as
low as one at rest."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """One face; what was not looked at is None.

    Attributes:
        about: Its name in claims, such as "face 0".
        detection: As it was found.
        side: The larger side of its box, in pixels of the picture that was looked at.
        lean: By how many degrees the head leans in the picture, 0 to 180.
        mesh: Its points.
        pose: Where the head points, by them.
        opening: How far its eyes are open.
        smile: How likely it smiles, by the smile network.
        eye_light: How light the skin around its eyes is, in lightnesses of the rest of the face.
        mirrored_gap: How far its lips are apart in the mirror, in widths of the mouth; asked where they seem clear.
        mouth_seen: How likely its mouth is seen, and nothing lies over it.
    """

    about: str
    detection: Detection
    side: float
    lean: float
    mesh: FaceMesh
    pose: HeadPose
    opening: Opening | None = None
    smile: float | None = None
    eye_light: float | None = None
    mirrored_gap: float | None = None
    mouth_seen: float | None = None

    @property
    def believed(self) -> bool:
        """Whether the mesh lies on a face."""
        return self.mesh.score >= MESH_THRESHOLD

    @property
    def close(self) -> bool:
        """Whether its eyes and its mouth can be told."""
        return self.side >= CLOSE_SIDE

    @property
    def doubt(self) -> str:
        """Why the mesh is not believed."""
        return f"the mesh scores {self.mesh.score:.2f} on this face and is believed from {MESH_THRESHOLD}"
