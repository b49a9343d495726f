"""A photo as it might have come: mirrored, dark, grey, smaller, badly compressed; and where its faces are then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.core.types import Rgb
    from tests.labels import Rectangle

DARK = 0.35
NOISE = 4.0
"""Levels of brightness, the deviation of the noise that a dark photo has."""

SMALLER = 0.6
QUALITY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A way in which a photo may come."""

    name: str
    change: Callable[[Rgb, np.random.Generator], Rgb]

    def of(self, rgb: Rgb, faces: list[Rectangle], *, seed: int) -> tuple[Rgb, list[Rectangle]]:
        """The picture in this version, and its faces there."""
        changed = np.ascontiguousarray(self.change(rgb, np.random.default_rng(seed)))
        scale = changed.shape[1] / rgb.shape[1]
        places = [(x * scale, y * scale, width * scale, height * scale) for x, y, width, height in faces]
        if self.name == "mirrored":
            places = [(changed.shape[1] - x - width, y, width, height) for x, y, width, height in places]
        return changed, places


def _dark(rgb: Rgb, dice: np.random.Generator) -> Rgb:
    return np.clip(rgb * DARK + dice.normal(0, NOISE, rgb.shape), 0, 255).astype(np.uint8)


def _grey(rgb: Rgb, _: np.random.Generator) -> Rgb:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _smaller(rgb: Rgb, _: np.random.Generator) -> Rgb:
    return np.asarray(cv2.resize(rgb, None, fx=SMALLER, fy=SMALLER, interpolation=cv2.INTER_AREA), np.uint8)


def _compressed(rgb: Rgb, _: np.random.Generator) -> Rgb:
    data = cv2.imencode(".jpg", rgb[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]


VERSIONS = (
    Version(name="as it is", change=lambda rgb, _: rgb),
    Version(name="mirrored", change=lambda rgb, _: rgb[:, ::-1]),
    Version(name="dark", change=_dark),
    Version(name="grey", change=_grey),
    Version(name="smaller", change=_smaller),
    Version(name="hard JPEG", change=_compressed),
)


def turned_box(box: Rectangle, turn: int, *, width: int, height: int) -> Rectangle:
    """Where a box of a picture of this size is, once the picture was turned clockwise by so many degrees."""
    x, y, across, down = box
    match turn:
        case 90:
            return height - y - down, x, down, across
        case 180:
            return width - x - across, height - y - down, across, down
        case _:
            return y, width - x - across, down, across
