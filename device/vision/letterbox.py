"""Pictures cut and scaled for a network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from device.core.types import Box, Rgb


def scale_to(picture: Rgb, *, side: int, most: float) -> float:
    """By what the picture is to be scaled so that its long side has `side` pixels; at most by `most`."""
    return min(side / int(max(picture.shape[:2])), most)


def letterbox(picture: Rgb, *, side: int, most: float, canvases: Sequence[tuple[int, int]]) -> tuple[Rgb, float]:
    """The picture with its long side scaled to `side`, in the corner of a black canvas; and its scale.

    It is not enlarged by more than `most`. The canvas is the smallest of `canvases` (heights and widths) that holds it.

    Raises:
        ValueError: None holds it.
    """
    scale = scale_to(picture, side=side, most=most)
    height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
    fitting = [(high, wide) for high, wide in canvases if height <= high and width <= wide]
    canvas = np.zeros((*min(fitting, key=math.prod), 3), np.uint8)
    canvas[:height, :width] = resized(picture, width, height)
    return canvas, scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tile:
    """A part of a picture; `cut` says whether it goes on beyond the left, top, right and bottom edge."""

    rgb: Rgb
    left: int
    top: int
    cut: tuple[bool, bool, bool, bool]


def tiles(picture: Rgb, *, canvases: Sequence[tuple[int, int]], overlap: int) -> Iterator[Tile]:
    """The picture in tiles of one size, black where it is smaller than a tile.

    Neighbours share at least `overlap` pixels, so that what is smaller lies whole in one of them. The size is that one
    of `canvases` (heights and widths) which takes the fewest pixels.
    """
    height, width = picture.shape[:2]

    def corners(size: tuple[int, int]) -> list[tuple[int, int]]:
        return list(product(_starts(height, size[0], overlap), _starts(width, size[1], overlap)))

    high, wide = min(canvases, key=lambda size: math.prod(size) * len(corners(size)))
    for top, left in corners((high, wide)):
        part = picture[top : top + high, left : left + wide]
        rgb = np.zeros((high, wide, 3), np.uint8)
        rgb[: part.shape[0], : part.shape[1]] = part
        cut = (left > 0, top > 0, left + wide < width, top + high < height)
        yield Tile(rgb=rgb, left=left, top=top, cut=cut)


def _starts(length: int, size: int, overlap: int) -> list[int]:
    """Where tiles of `size` begin, evenly, so that they cover `length`."""
    steps = max(0, math.ceil((length - size) / (size - overlap)))
    return [round(step * (length - size) / steps) for step in range(steps + 1)] if steps else [0]


def square_around(picture: Rgb, box: Box, *, side: int, face: int) -> Rgb:
    """A square of `side` pixels around a box, scaled so that its larger side has `face`; black beyond the edge."""
    scale = face / max(box.width, box.height)
    reach = side / scale
    left, top = box.centre[0] - reach / 2, box.centre[1] - reach / 2
    height, width = picture.shape[:2]
    x0, y0 = max(int(left), 0), max(int(top), 0)
    x1, y1 = min(int(left + reach), width), min(int(top + reach), height)
    square = np.zeros((side, side, 3), np.uint8)
    at_x, at_y = max(0, round((x0 - left) * scale)), max(0, round((y0 - top) * scale))
    across = min(round((x1 - x0) * scale), side - at_x)
    down = min(round((y1 - y0) * scale), side - at_y)
    if across > 0 and down > 0:
        square[at_y : at_y + down, at_x : at_x + across] = resized(picture[y0:y1, x0:x1], across, down)
    return square


def resized(picture: Rgb, width: int, height: int) -> Rgb:
    """The picture at another size: halved while it is twice too large, then interpolated.

    Averaging to the very size costs ten times as much and finds no face more.
    """
    while picture.shape[1] >= 2 * width and picture.shape[0] >= 2 * height:
        down, across = picture.shape[0] // 2, picture.shape[1] // 2
        even = picture[: down * 2, : across * 2]
        picture = np.asarray(cv2.resize(even, (across, down), interpolation=cv2.INTER_AREA), np.uint8)
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
