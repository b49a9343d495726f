"""Boxes over a photo: each a link to what it is about, of one size on any screen."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TINY = 0.05
"""Boxes up to this share of the photo's width get a small label, so that a crowd stays to be seen."""

_NO_ROOM_ABOVE = 0.06
"""Boxes that begin in this share of the photo's height carry their label inside."""


_LETTER, _ROOM = 0.03, 0.1
"""Shares of the photo's width, on a narrow screen, that a letter of a label takes, and that stay free beside it. Where
there is less room a box carries its label at its right end, so that the page need not be scrolled sideways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A box on a photo.

    Attributes:
        identity: The name on the page of what it is about.
        box: x, y, width and height in pixels of the upright photo at full resolution.
        label: What stands at it.
        name: What it is, in words.
        face: Whether it is a face; other boxes are dashed.
    """

    identity: str
    box: Sequence[float]
    label: str
    name: str
    face: bool


def box_link(marked: Marked, *, width: int, height: int) -> str:
    """The box as HTML, to lie in an element that is as large as the photo of this width and height."""
    x, y, box_width, box_height = marked.box
    left, top = max(0.0, x), max(0.0, y)
    across, down = min(width, x + box_width) - left, min(height, y + box_height) - top
    classes = ["box", f"box-{marked.identity}"]
    classes += ["other"] if not marked.face else []
    classes += ["tiny"] if across < width * _TINY else []
    classes += ["inside"] if top < height * _NO_ROOM_ABOVE else []
    classes += ["at-end"] if left / width + _LETTER * len(marked.label) + _ROOM > 1 else []
    # A small box lies over a large one, so that both can be pointed at.
    depth = round(1000 * (1 - across * down / (width * height)))
    style = (
        f"left:{left / width:.2%};top:{top / height:.2%};"
        f"width:{across / width:.2%};height:{down / height:.2%};z-index:{depth}"
    )
    return (
        f'<a class="{" ".join(classes)}" href="#{marked.identity}" style="{style}" aria-label="{escape(marked.name)}">'
        f'<span class="number">{escape(marked.label)}</span></a>\n'
    )
