"""Drawings on a page, as SVG: the photo, where heads point, a face close up, and how sure a claim is."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from device.report.document import data_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.core.types import Record

_SMALLEST_REACH = 1 / 20
"""An arrow goes from the middle of a face as far as its box is large for a head that points fully aside, and at least
so far, in long sides of the photo."""

_AT_VIEWER = 0.14
"""Shorter arrows are drawn as the tip of one that comes towards the viewer: a ring with a dot."""

_BARB, _BARB_OF_ARROW, _BARB_ANGLE = 0.15, 0.4, math.radians(30)
_CLOSE_UP = 1.7
"""How much is shown around a face, in sides of its box."""


def picture(jpeg: bytes, *, width: int, height: int, label: str, over: str) -> str:
    """The photo with `over` drawn on it, in pixels of the upright photo; other drawings may use it as `#picture`."""
    return (
        f'<svg class="picture" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f'<image id="picture" width="{width}" height="{height}" preserveAspectRatio="none" '
        f'href="{data_address("image/jpeg", jpeg)}"/>{over}</svg>'
    )


def pointing(identity: str, box: Sequence[float], head: Record, *, long_side: int) -> str:
    """Where a head points, seen from the camera: an arrow that is shorter the more it points at the viewer."""
    x, y, width, height = box
    smallest = long_side * _SMALLEST_REACH
    side, far = max(width, height, smallest), " far" if max(width, height) <= smallest else ""
    from_x, from_y = x + width / 2, y + height / 2
    yaw, pitch = math.radians(head["yaw"]), math.radians(head["pitch"])
    across, down = math.sin(yaw) * math.cos(pitch), -math.sin(pitch)
    if math.hypot(across, down) < _AT_VIEWER:
        path = _ring(from_x, from_y, side * _AT_VIEWER / 1.5) + f"M{from_x:.1f} {from_y:.1f}h0"
    else:
        to_x, to_y = from_x + across * side, from_y + down * side
        back = math.atan2(from_y - to_y, from_x - to_x)
        barb = min(side * _BARB, math.hypot(to_x - from_x, to_y - from_y) * _BARB_OF_ARROW)
        barbs = [
            (to_x + barb * math.cos(back + turn), to_y + barb * math.sin(back + turn))
            for turn in (-_BARB_ANGLE, _BARB_ANGLE)
        ]
        (a_x, a_y), (b_x, b_y) = barbs
        path = (
            f"M{from_x:.1f} {from_y:.1f}L{to_x:.1f} {to_y:.1f}M{a_x:.1f} {a_y:.1f}L{to_x:.1f} {to_y:.1f}"
            f"L{b_x:.1f} {b_y:.1f}"
        )
    # A white line on a black one is seen on any photo.
    return (
        f'<g id="{identity}" class="pointing{far}"><path class="under" d="{path}"/><path class="over" d="{path}"/></g>'
    )


def close_up(box: Sequence[float], *, width: int, height: int, over: str | None) -> str:
    """A square around a box, cut from the picture that is on the page already, with the drawing of identity `over`."""
    side = min(max(box[2], box[3]) * _CLOSE_UP, width, height)
    left = min(max(0.0, box[0] + box[2] / 2 - side / 2), width - side)
    top = min(max(0.0, box[1] + box[3] / 2 - side / 2), height - side)
    drawn = f'<use href="#{over}"/>' if over else ""
    return (
        f'<svg class="close-up" viewBox="{left:.1f} {top:.1f} {side:.1f} {side:.1f}" aria-hidden="true">'
        f'<use href="#picture"/>{drawn}</svg>'
    )


def scale(claim: Record) -> str:
    """A bar as long as the score, with a line across where the threshold is; hollow where nothing was said of it.

    It says nothing that does not stand beside it in words, so a screen reader passes over it.
    """
    score, threshold = (100 * min(1.0, max(0.0, claim[each])) for each in ("score", "threshold"))
    state = "said" if claim["said"] else "held"
    return (
        f'<svg class="scale {state}" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="track" d="M0 7H100"/><rect class="score" y="4" width="{score:.1f}" height="6"/>'
        f'<path class="gap" d="M{threshold:.1f} 0V14"/><path class="needed" d="M{threshold:.1f} 0V14"/></svg>'
    )


def _ring(x: float, y: float, radius: float) -> str:
    half = f"a{radius:.1f} {radius:.1f} 0 1 0"
    return f"M{x - radius:.1f} {y:.1f}{half} {2 * radius:.1f} 0{half} {-2 * radius:.1f} 0"
