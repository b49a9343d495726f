"""What a page needs of a performance: plain values, and small pictures of each face that moves.

A page draws the photo that it shows anyway; it is told how each face is moved and how its layers lie over one another.
The points of the mesh stay behind: a field holds what they steer, smoothed over the whole face.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from device.living.eyelids import CLOSES
from device.living.fields import GRID
from device.living.motion import ACROSS, BROW, JAW, LOWER, ROUND, UPPER, WIDE
from device.living.rig import grid_of
from device.living.spotlight import DARK, REACH, SOFT
from device.living.visemes import visemes

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Record
    from device.living.eyelids import Eyelid
    from device.living.motion import Array, Motion, Plane
    from device.living.performance import Performance, Turn
    from device.living.rig import Rig

PLACES = 40
"""Places of a field across and down, from edge to edge of the box: coarser than the rig's, see docs/adr/0036."""

_STEPS = 127
_COLUMNS = 13  # of an eyelid
_QUALITY = 90
_FINEST = (
    640  # pixels of a box's height up to which its pictures are kept as they are; they are soft, larger ones more so
)
_DIGITS = 10  # behind the point: teeth show and hide within milliseconds, and are to be right to a millionth
_HOLDS = ("lips", "teeth")


def exported(performance: Performance) -> Record:
    """The performance as JSON has it; all lengths are in pixels of the stage's photo, all times in seconds.

    `visemes` holds jaw, upper, lower, wide, round and what is held (1 lips, 2 teeth, 0 nothing) of each shape, to which
    the spans of the turns refer; `faces` the faces that move, by their number.
    """
    shapes = {name: number for number, name in enumerate(visemes().all)}
    high, wide = performance.stage.photo.shape[:2]
    moving = {turn.speaker for turn in performance.turns if turn.motion}
    return {
        "size": [wide, high],
        "seconds": performance.seconds,
        "light": {"dark": DARK, "reach": REACH, "soft": SOFT},
        "visemes": [
            [each.jaw, each.upper, each.lower, each.wide, each.round, _HOLDS.index(each.holds) + 1 if each.holds else 0]
            for each in visemes().all.values()
        ],
        "boxes": [_rounded(box.x, box.y, box.width, box.height) for box in performance.stage.faces],
        "faces": {str(number): _face(rig) for number, rig in performance.stage.rigs.items() if number in moving},
        "turns": [_turn(turn, shapes) for turn in performance.turns],
    }


def _turn(turn: Turn, shapes: dict[str, int]) -> Record:
    return {
        "speaker": turn.speaker,
        "start": turn.start,
        "end": turn.end,
        "lit": list(turn.lit),
        "motion": _motion(turn.motion, shapes) if turn.motion else None,
    }


def _motion(motion: Motion, shapes: dict[str, int]) -> Record:
    mobility = motion.mobility
    return {
        "gain": mobility.gain,
        "gap": mobility.gap,
        "speaks": mobility.speaks,
        "teeth": mobility.teeth,
        "seconds": motion.seconds,
        "before": motion.before,
        "after": motion.after,
        "blinks": _rounded(*motion.blinks),
        "phases": _rounded(*motion.phases),
        "opens": None if motion.loudness is None else _rounded(*motion.loudness.opens, digits=8),
        "spans": [
            [
                shapes[span.viseme.name],
                *_rounded(span.start, span.end),
                None if span.held_at is None else round(span.held_at, _DIGITS),
            ]
            for span in motion.spans
        ],
    }


def _face(rig: Rig) -> Record:
    left, top, right, bottom = rig.box
    scale, skull, jaw = small_fields(rig)
    hollow_left, hollow_top, hollow_right, hollow_bottom = rig.hollow
    hole = 1 - rig.skull_shows[hollow_top:hollow_bottom, hollow_left:hollow_right]
    is_seen = bool(rig.mouth.plain.size)
    same = np.array_equal(rig.mouth.plain, rig.mouth.teeth)
    return {
        "box": [left, top, right - left, bottom - top],
        "across": _rounded(*rig.axes.across),
        "parted": bool(rig.mobility.gap),
        "places": PLACES,
        "scale": scale,
        "skull": _text(skull.tobytes()),
        "jaw": _text(jaw.tobytes()),
        "mouth": _rounded(*rig.axes.mouth),
        "hollow": [hollow_left, hollow_top, hollow_right - hollow_left, hollow_bottom - hollow_top],
        "hole": _mask(hole) if is_seen else None,
        "plain": _picture(_smaller(rig.mouth.plain, bottom - top)) if is_seen else None,
        "toothed": _picture(_smaller(rig.mouth.teeth, bottom - top)) if is_seen and not same else None,
        "shown": _mask(_smaller(rig.jaw_shows, bottom - top)),
        "lids": [lid for each in rig.eyelids if (lid := _lid(each, rig))],
    }


def small_fields(rig: Rig, places: int = PLACES) -> tuple[list[float], npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """The fields of skull and jaw, down x across x 7 in steps, and how many pixels a step is for a coefficient of 1.

    All that is moved is moved along one of the face's own axes, so one number a channel is enough: jaw, upper, lower
    and brow down the face, wide and round across it, and the sway, which is the same both ways.
    """
    layers = [_along_axes(field, rig, places) for field in (rig.fields.skull, rig.fields.jaw)]
    scale = np.abs(layers).max(axis=(0, 1, 2)) / _STEPS
    scale[scale == 0] = 1
    skull, jaw = (np.round(each / scale).astype(np.int8) for each in layers)
    return [float(each) for each in scale], skull, jaw


def _along_axes(field: Plane, rig: Rig, places: int) -> Array:
    down, across = rig.axes.down, rig.axes.across
    along = [(JAW, down), (UPPER, down), (LOWER, down), (BROW, down), (WIDE, across), (ROUND, across), (ACROSS, across)]
    planes = np.stack([field[channel] @ axis for channel, axis in along], axis=-1).astype(np.float32)
    at = (np.arange(places) / (places - 1) * GRID - 0.5).astype(np.float32)
    columns, rows = np.meshgrid(at, at)
    taken = [
        cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for plane in np.ascontiguousarray(planes.transpose(2, 0, 1))
    ]
    return np.stack(taken, axis=-1).astype(np.float64)


def _lid(lid: Eyelid, rig: Rig) -> Record | None:
    """The lid's edge where the eye is open, and at each place how far it goes down and how much skin goes with it."""
    across = rig.axes.local(grid_of(lid.box))[..., 0].ravel()
    order = across.argsort()
    opening = lid.opening.ravel()[order]
    open_at = across[order][opening > 0]
    if not len(open_at):
        return None
    columns = np.linspace(open_at[0], open_at[-1], _COLUMNS)
    edge, falls, strip = (
        np.interp(columns, across[order], values.ravel()[order]) for values in (lid.edge, lid.opening, lid.strip)
    )
    places = rig.axes.place(columns, edge)
    rows = np.column_stack([places, CLOSES * falls, strip])
    return {"lash": lid.lash, "closes": CLOSES, "columns": [_rounded(*row, digits=2) for row in rows]}


def _rounded(*values: Any, digits: int = _DIGITS) -> list[float]:  # noqa: ANN401 - any number
    return [round(float(value), digits) for value in values]


def _smaller(picture: npt.NDArray[Any], height: int) -> npt.NDArray[Any]:
    """A picture of a face's box, or of a part of it; `height` is the box's."""
    scale = _FINEST / height
    if scale >= 1:
        return picture
    size = tuple(max(1, round(length * scale)) for length in picture.shape[1::-1])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _mask(shown: npt.NDArray[np.floating[Any]]) -> str:
    """As a PNG of which only the opacity is looked at."""
    grey = np.round(np.clip(shown, 0, 1) * 255).astype(np.uint8)
    # OpenCV writes no grey with opacity; black costs next to nothing.
    blank = np.zeros_like(grey)
    return _encoded(".png", np.dstack([blank, blank, blank, grey]), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def _picture(rgb: npt.NDArray[np.uint8]) -> str:
    whole = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return _encoded(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, *whole])


def _encoded(suffix: str, picture: npt.NDArray[np.uint8], options: list[int]) -> str:
    _, content = cv2.imencode(suffix, picture, options)
    kind = {".png": "image/png", ".jpg": "image/jpeg"}[suffix]
    return f"data:{kind};base64,{_text(content.tobytes())}"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
