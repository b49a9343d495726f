"""Scenes for tests of narration: any number of faces, any claims said or held back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from device.core.types import Box, Face, Scene
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUES = {
    "place": ("left", "centre", "right"),
    "distance": ("near", "middle", "far"),
    "facing": ("front", "left", "right", "up", "down"),
    "smiling": (True, False),
}


DEFAULTS: dict[str, str | bool] = {"place": "left", "distance": "middle"}


@st.composite
def scenes(draw: st.DrawFn, *, most_faces: int = 12) -> Scene:
    """Scenes as an analyser may give them: a place is always said, all else may be held back or missing."""
    number = draw(st.integers(0, most_faces))
    claims = [factories.claim("photo", "faces", number)]
    faces = []
    for index in range(number):
        values = {name: draw(st.sampled_from(choices)) for name, choices in VALUES.items()}
        claims.append(factories.claim(f"face {index}", "place", values["place"]))
        claims.append(factories.claim(f"face {index}", "distance", values["distance"]))
        for name in ("facing", "smiling"):
            if draw(st.booleans()):
                said = draw(st.booleans()) and values[name] is not False
                claims.append(factories.claim(f"face {index}", name, values[name], said=said))
        faces.append(_face(index, values, draw(st.floats(20, 400))))
    return Scene(faces=tuple(faces), claims=tuple(claims))


def scene_of(*faces: Mapping[str, Any]) -> Scene:
    """A scene in which exactly this is claimed of each face, and said."""
    claims = [factories.claim("photo", "faces", len(faces))]
    for index, values in enumerate(faces):
        claims.extend(factories.claim(f"face {index}", name, value) for name, value in values.items())
    made = tuple(_face(index, DEFAULTS | dict(values), 50.0) for index, values in enumerate(faces))
    return Scene(faces=made, claims=tuple(claims))


def glance_at(scene: Scene) -> Scene:
    """What the detector alone knows of it."""
    faces = tuple(replace(face, facing=None, head=None, smiling=None, smile=None) for face in scene.faces)
    claims = tuple(claim for claim in scene.claims if claim.name in ("faces", "place", "distance"))
    return Scene(faces=faces, claims=claims)


def _face(index: int, values: Mapping[str, Any], side: float) -> Face:
    return factories.face(
        box=Box(x=index * 50.0, y=10, width=side, height=side), place=values["place"], distance=values["distance"]
    )
