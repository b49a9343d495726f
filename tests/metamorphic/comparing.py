"""What was seen before a change against what is seen after it: which faces are there again, and what contradicts.

Nothing here knows an attribute by name but the two that are measures of the box: any field of a face that is a word or
yes and no is compared, and any claim about it that is said. Coming and going is no contradiction; changing is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tests.labels import overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from device.core.types import Box, Face, Scene

    Move = Callable[[Box], tuple[float, float, float, float]]
    """Where a box lies after the change: left, top, width, height."""

SAME_FACE = 0.4
FRAME = frozenset({"place", "distance"})
"""These depend on the size of the picture, and step from one word to the next where a box moves by a pixel."""

_THIRDS = (1 / 3, 2 / 3)
_DISTANCES = (0.08, 0.25)
_NEAR_EDGE = 0.02
_NEAR_STEP = 0.1
_SIDES = re.compile(r"\b(left|right)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Which face is which: numbers before and after; those without a partner apart."""

    pairs: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]
    new: tuple[int, ...]


def paired(before: Sequence[Face], after: Sequence[Face], move: Move) -> Paired:
    """The best overlaps first, each face once."""
    overlaps = sorted(
        (
            (overlap(move(old.box), (new.box.x, new.box.y, new.box.width, new.box.height)), number, other)
            for number, old in enumerate(before)
            for other, new in enumerate(after)
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for share, number, other in overlaps:
        if share >= SAME_FACE and number not in pairs and other not in pairs.values():
            pairs[number] = other
    return Paired(
        pairs=tuple(sorted(pairs.items())),
        gone=tuple(number for number in range(len(before)) if number not in pairs),
        new=tuple(number for number in range(len(after)) if number not in pairs.values()),
    )


def mirrored(value: object) -> object:
    """The value with left and right the other way round."""
    if not isinstance(value, str):
        return value
    return _SIDES.sub(lambda match: "right" if match.group() == "left" else "left", value)


def as_it_is(value: object) -> object:
    """The value."""
    return value


def contradictions(
    before: Scene,
    after: Scene,
    pairs: Sequence[tuple[int, int]],
    *,
    size: tuple[int, int] | None,
    turn: Callable[[object], object] = as_it_is,
) -> Iterator[str]:
    """What is said of a face afterwards that is not what was said before.

    Args:
        before: The scene before the change.
        after: The scene after it.
        pairs: Which face is which.
        size: Width and height of both pictures; None where they differ, so that place and distance may too.
        turn: What becomes of a value by the change.
    """
    for number, other in pairs:
        old, new = _said(before, number), _said(after, other)
        for name in sorted(old.keys() & new.keys()):
            if turn(old[name]) == new[name] or _borderline(name, before.faces[number].box, size):
                continue
            yield f"face {number}: {name} was {old[name]}, is {new[name]}"


def _said(scene: Scene, number: int) -> Mapping[str, object]:
    """Every word and every yes or no about a face, in its fields and in what is said of it."""
    face = scene.faces[number]
    values = {each.name: getattr(face, each.name) for each in fields(face)}
    words: dict[str, object] = {name: value for name, value in values.items() if isinstance(value, str | bool)}
    claims = {claim.name: claim.value for claim in scene.claims if claim.said and claim.about == f"face {number}"}
    return words | {f"said {name}" if name in words else name: value for name, value in claims.items()}


def _borderline(name: str, box: Box, size: tuple[int, int] | None) -> bool:
    """Whether a place or a distance may be another word, because the box lies where one ends."""
    name = name.removeprefix("said ")
    if name not in FRAME:
        return False
    if size is None:
        return True
    if name == "place":
        return any(abs(box.centre[0] / size[0] - edge) < _NEAR_EDGE for edge in _THIRDS)
    share = max(box.width, box.height) / min(size)
    return any(abs(share / edge - 1) < _NEAR_STEP for edge in _DISTANCES)
