"""Photos to be changed, in seeded versions. They need no labels: what is seen then is held against what is seen now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from device.app.shipped import PHOTOS
from device.core.errors import BadPhotoError
from device.decode.decoder import Limits, PhotoDecoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from device.core.types import Face, Rgb, Scene
    from tests.metamorphic.looking import Eyes

LONGEST = 1024
"""Pixels of the long side, to which larger photos are reduced."""

SCALES = (0.6, 1.6)
GAMMAS = (0.75, 1.33)
"""How much smaller, larger (up to `LONGEST`), darker or brighter a version is."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """A picture, what is seen on it, and of which photo it is which version."""

    photo: str
    version: str
    rgb: Rgb
    scene: Scene

    @property
    def name(self) -> str:
        return f"{self.photo} ({self.version})"

    @property
    def faces(self) -> tuple[Face, ...]:
        return self.scene.faces

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.rgb.shape[1], self.rgb.shape[0]


class Album:
    """Photos, of which a version is drawn at a time; each is seen as often as any other, in an order by chance.

    Attributes:
        eyes: Who looks at them.
        set_aside: How many cases were given up because the face to be pasted was not seen alone either.
    """

    def __init__(self, photos: Sequence[Path], eyes: Eyes, random: Random) -> None:
        self._photos = list(photos)
        self.eyes = eyes
        self.set_aside = 0
        self._random = random
        self._next: list[Path] = []

    def draw(self) -> Picture:
        """The next photo, in another size, darker or brighter."""
        if not self._next:
            self._next = self._photos[:]
            self._random.shuffle(self._next)
        path = self._next.pop()
        scale, gamma = self._random.uniform(*SCALES), self._random.uniform(*GAMMAS)
        rgb = _toned(_scaled(_decoded(path), scale), gamma)
        return Picture(
            photo=path.name, version=f"size {scale:.2f}, gamma {gamma:.2f}", rgb=rgb, scene=self.eyes.look(rgb)
        )


def photos_in(*folders: Path) -> list[Path]:
    """Every readable photo of these folders and of the demo, each content once, in the order of its content's hash."""
    found: dict[str, Path] = {}
    decoder = PhotoDecoder(limits=Limits())
    for folder in (PHOTOS, *folders):
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                try:
                    decoder.inspect(path)
                except BadPhotoError:
                    continue
                found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return [found[each] for each in sorted(found)]


def _decoded(path: Path) -> Rgb:
    decoder = PhotoDecoder(limits=Limits())
    rgb = decoder.pixels(decoder.inspect(path), long_side=LONGEST).rgb
    return _scaled(rgb, 1.0)


def _scaled(rgb: Rgb, scale: float) -> Rgb:
    scale = min(scale, LONGEST / max(rgb.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in rgb.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=way), np.uint8)


def _toned(rgb: Rgb, gamma: float) -> Rgb:
    table = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return np.asarray(table[rgb], np.uint8)
