"""Things that lie over a mouth, for faces of real photos: hands, microphones, masks, cups, scarves and whatever else.

Their stuff is cut from real photos, or drawn; their shapes are drawn. The same seed gives the same pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from device.living.axes import axes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    import numpy.typing as npt

    from device.core.types import FaceMesh, Pixels, Rgb
    from device.living.axes import Axes

_MASK_EDGE = (123, 50, 36, 49, 131, 134, 51, 5, 281, 363, 360, 279, 266, 280, 352)
"""From one cheek over the nose to the other: the upper edge of a mask."""
_MASK_JAW = (401, 435, 367, 364, 394, 395, 369, 396, 175, 171, 140, 170, 169, 135, 138, 215, 177)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuff:
    """What occluders are made of.

    Attributes:
        cloths: Pictures of whatever: masks, cups and scarves are cut from them.
        skins: Pictures of skin: hands are.
    """

    cloths: Sequence[Rgb]
    skins: Sequence[Rgb]


def covered(pixels: Pixels, mesh: FaceMesh, kind: str, *, stuff: Stuff, random: Random) -> Rgb:
    """The picture with something over the mouth of this face."""
    points = mesh.points[:, :2].astype(np.float64) * pixels.scale
    axes = axes_of(points)
    drawing = _Drawing(pixels.rgb, points, axes, stuff, random)
    return KINDS[kind](drawing)


class _Drawing:
    """One picture in the making."""

    def __init__(self, rgb: Rgb, points: npt.NDArray[np.float64], axes: Axes, stuff: Stuff, random: Random) -> None:
        self.rgb, self.points, self.axes, self.stuff, self.random = rgb, points, axes, stuff, random
        skin = self.cheeks()
        self.light = float(np.clip(skin.mean() / 150, 0.25, 1.2))
        self.grey = bool(np.abs(skin - skin.mean(axis=1, keepdims=True)).max() < 6)

    def cheeks(self) -> npt.NDArray[np.uint8]:
        """Points x 3: the colours of the upper face."""
        high, wide = self.rgb.shape[:2]
        columns, rows = self.points[[50, 280, 151, 9]].astype(int).T
        return np.asarray(self.rgb[np.clip(rows, 0, high - 1), np.clip(columns, 0, wide - 1)])

    def between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def at(self, across: float, down: float) -> npt.NDArray[np.float64]:
        """A place beside the middle of the mouth, in heights of the face."""
        return np.asarray(self.axes.mouth + self.axes.height * (across * self.axes.across + down * self.axes.down))

    def stuffed(self, pictures: Sequence[Rgb], *, smooth: bool = False) -> npt.NDArray[np.float32]:
        """A piece of a picture as large as ours."""
        high, wide = self.rgb.shape[:2]
        source = self.random.choice(pictures)
        size = int(min(source.shape[:2]) * self.between(0.2, 0.9))
        top = self.random.randrange(source.shape[0] - size + 1)
        left = self.random.randrange(source.shape[1] - size + 1)
        side = max(2, int(self.axes.height * self.between(0.8, 2.0)))
        piece = cv2.resize(source[top : top + size, left : left + size], (side, side), interpolation=cv2.INTER_AREA)
        if smooth:
            piece = cv2.GaussianBlur(piece, (0, 0), 0.02 * side + 0.3)
        x, y = (self.axes.mouth - side / 2).astype(int)
        # In the mirror again and again, so that the piece is as large as the picture.
        rows, columns = (
            np.minimum(np.abs((np.arange(length) - at) % (2 * side) - side), side - 1)
            for length, at in ((high, y), (wide, x))
        )
        return np.asarray(piece[rows][:, columns], np.float32)

    def plain(self) -> npt.NDArray[np.float32]:
        """One colour, with the grain of a photo."""
        colour = np.array([self.between(10, 245) for _ in range(3)])
        colour = colour.mean() + (colour - colour.mean()) * self.between(0, 1)
        return np.full(self.rgb.shape, colour, np.float32)

    def folded(self, stuff: npt.NDArray[np.float32], *, folds: float) -> npt.NDArray[np.float32]:
        """Shaded as cloth with so many folds in a height of the face."""
        across, down = np.moveaxis(self.local(), -1, 0)
        phase, tilt = self.between(0, 6), self.between(-0.3, 0.3)
        wave = np.sin(2 * np.pi * folds * (down + tilt * across) + phase + 2 * np.sin(3 * across + phase))
        shade = 1 + self.between(0.05, 0.2) * wave - 0.25 * np.abs(across)
        return np.asarray(stuff * shade[..., None], np.float32)

    def laid(self, stuff: npt.NDArray[Any], shape: npt.NDArray[np.float32]) -> Rgb:
        """Over the picture, in its light, as sharp as it is."""
        if self.grey:
            stuff = np.broadcast_to(stuff.mean(axis=2, keepdims=True), stuff.shape)
        grain = np.random.default_rng(self.random.randrange(1 << 30)).normal(0, 2, stuff.shape)
        soft = cv2.GaussianBlur(shape, (0, 0), max(0.5, 0.006 * self.axes.height))[..., None]
        shadow = cv2.GaussianBlur(shape, (0, 0), 0.03 * self.axes.height + 0.5)[..., None] * self.between(0.0, 0.4)
        under = self.rgb * (1 - shadow * (1 - soft))
        return np.asarray(np.clip(under * (1 - soft) + (stuff * self.light + grain) * soft, 0, 255), np.uint8)

    def polygon(self, points: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """1 inside."""
        shape = np.zeros(self.rgb.shape[:2], np.float32)
        cv2.fillPoly(shape, [np.round(points * 16).astype(np.int32)], 1.0, cv2.LINE_8, 4)
        return shape

    def local(self) -> npt.NDArray[np.float64]:
        """For each pixel across and down from the mouth, in heights of the face."""
        high, wide = self.rgb.shape[:2]
        places = np.stack(np.meshgrid(np.arange(float(wide)), np.arange(float(high))), axis=-1)
        return np.asarray(self.axes.local(places) / self.axes.height)


def _mask(drawing: _Drawing) -> Rgb:
    upper = drawing.points[list(_MASK_EDGE)] + drawing.between(0.0, 0.06) * drawing.axes.height * drawing.axes.down
    lower = drawing.points[list(_MASK_JAW)] + drawing.between(0.0, 0.05) * drawing.axes.height * drawing.axes.down
    shape = drawing.polygon(np.concatenate([upper, lower]))
    cloth = drawing.plain() if drawing.random.random() < 0.6 else drawing.stuffed(drawing.stuff.cloths, smooth=True)
    return drawing.laid(drawing.folded(cloth, folds=drawing.between(3, 9)), shape)


def _scarf(drawing: _Drawing) -> Rgb:
    top, tilt, phase = drawing.between(-0.22, -0.08), drawing.between(-0.15, 0.15), drawing.between(0, 6)
    across = np.linspace(-0.8, 0.8, 40)
    edge = top + tilt * across + 0.02 * np.sin(7 * across + phase)
    upper = np.array([drawing.at(x, y) for x, y in zip(across, edge, strict=True)])
    lower = np.array([drawing.at(0.8, 0.9), drawing.at(-0.8, 0.9)])
    shape = drawing.polygon(np.concatenate([upper, lower]))
    return drawing.laid(drawing.folded(drawing.stuffed(drawing.stuff.cloths), folds=drawing.between(1, 5)), shape)


def _cup(drawing: _Drawing) -> Rgb:
    wide, top, bottom = drawing.between(0.17, 0.3), drawing.between(-0.12, -0.06), drawing.between(0.3, 0.6)
    lean, narrow = drawing.between(-0.15, 0.15), drawing.between(0.7, 1.0)
    rim = np.linspace(0, np.pi, 24)
    high = drawing.between(0.02, 0.07)
    upper = [drawing.at(-wide * np.cos(turn), top - high * np.sin(turn)) for turn in rim]
    lower = [drawing.at(lean + wide * narrow * np.cos(turn), bottom + high * np.sin(turn)) for turn in rim]
    shape = drawing.polygon(np.array(upper + lower))
    stuff = drawing.plain() if drawing.random.random() < 0.5 else drawing.stuffed(drawing.stuff.cloths, smooth=True)
    across = drawing.local()[..., 0] / wide
    shine = drawing.between(-0.6, 0.6)
    round_ = 1 - 0.35 * np.clip(np.abs(across), 0, 1) ** 2 + 0.5 * np.exp(-(((across - shine) / 0.15) ** 2))
    return drawing.laid(stuff * round_[..., None], shape)


def _microphone(drawing: _Drawing) -> Rgb:
    radius, x, y = drawing.between(0.14, 0.24), drawing.between(-0.06, 0.06), drawing.between(-0.03, 0.08)
    down, across = drawing.between(0.5, 1.0), drawing.between(-0.5, 0.5)
    turns = np.linspace(0, 2 * np.pi, 40)
    tall = drawing.between(0.9, 1.3)
    head = drawing.polygon(np.array([drawing.at(x + radius * np.cos(t), y + tall * radius * np.sin(t)) for t in turns]))
    thin = radius * drawing.between(0.45, 0.8)
    handle = drawing.polygon(
        np.array([
            drawing.at(x - thin, y), drawing.at(x + thin, y),
            drawing.at(x + thin + across, y + down), drawing.at(x - thin + across, y + down),
        ])
    )  # fmt: skip
    local = drawing.local()
    far = np.hypot(local[..., 0] - x, (local[..., 1] - y) / tall) / radius
    light = drawing.between(15, 150)
    ball = light * (1.3 - 0.8 * np.clip(far, 0, 1) ** 2)
    if drawing.random.random() < 0.6:  # a grill of wire, else foam
        cell = drawing.between(0.012, 0.03)
        ball = ball * (
            0.75 + 0.35 * np.sin(2 * np.pi * local[..., 0] / cell) * np.sin(2 * np.pi * local[..., 1] / cell)
        )
    under = drawing.laid(np.full(drawing.rgb.shape, drawing.between(10, 60), np.float32), handle)
    drawing.rgb = under
    return drawing.laid(np.repeat(ball[..., None], 3, axis=2).astype(np.float32), head)


def _skin(drawing: _Drawing) -> npt.NDArray[np.float32]:
    """Mostly that of the same person: then colour tells nothing."""
    skin = drawing.stuffed(drawing.stuff.skins, smooth=drawing.random.random() < 0.5)
    if drawing.random.random() < 0.6:
        colour = np.median(drawing.cheeks(), axis=0)
        skin = np.clip(skin - skin.mean(axis=(0, 1)), -40, 40) + colour / drawing.light * drawing.between(0.8, 1.15)
    return skin


def _hand(drawing: _Drawing) -> Rgb:
    """Fingers side by side, from any side, or a fist."""
    skin = _skin(drawing)
    turn = (
        drawing.between(0, 2 * np.pi)
        if drawing.random.random() < 0.3
        else drawing.random.choice((0.0, np.pi)) + drawing.between(-0.7, 0.7)
    )
    along, beside = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    middle = np.array([drawing.between(-0.04, 0.04), drawing.between(-0.03, 0.05)])
    local = drawing.local() - middle
    u, v = local @ along, local @ beside
    fingers, thick = drawing.random.choice((2, 3, 4, 4)), drawing.between(0.085, 0.12)
    shape = np.zeros(drawing.rgb.shape[:2], np.float32)
    shade = np.ones_like(shape)
    for number in range(fingers):
        offset = (number - (fingers - 1) / 2) * thick
        tip = drawing.between(0.16, 0.34)
        inside = np.where(u > tip, np.hypot(u - tip, v - offset), np.abs(v - offset)) / (thick / 2)
        shape = np.maximum(shape, (inside < 1).astype(np.float32))
        shade = np.where(inside < 1, 1.05 - 0.45 * np.clip(inside, 0, 1) ** 3, shade)
        joint = np.exp(-(((u - tip + drawing.between(0.1, 0.16)) / 0.012) ** 2)) * (inside < 1)
        shade = shade * (1 - drawing.between(0.05, 0.2) * joint)
    palm = (u < drawing.between(-0.35, -0.05)) & (np.abs(v) < fingers * thick / 2 * 1.15)
    shape = np.maximum(shape, palm.astype(np.float32))
    return drawing.laid((skin * shade[..., None]).astype(np.float32), shape)


def _finger(drawing: _Drawing) -> Rgb:
    """One finger over the lips."""
    skin = _skin(drawing)
    turn = np.pi / 2 + drawing.between(-0.5, 0.5)
    along, beside = np.array([np.cos(turn), -np.sin(turn)]), np.array([np.sin(turn), np.cos(turn)])
    local = drawing.local() - np.array([drawing.between(-0.05, 0.05), 0.0])
    u, v = local @ along, local @ beside
    tip, thick = drawing.between(0.06, 0.2), drawing.between(0.09, 0.13)
    inside = np.where(u > tip, np.hypot(u - tip, v), np.abs(v)) / (thick / 2)
    shade = 1.05 - 0.5 * np.clip(inside, 0, 1) ** 3
    fist = np.hypot(u + drawing.between(0.3, 0.36), v * drawing.between(0.7, 1)) < drawing.between(0.16, 0.22)
    return drawing.laid((skin * shade[..., None]).astype(np.float32), ((inside < 1) | fist).astype(np.float32))


def _thing(drawing: _Drawing) -> Rgb:
    """Anything else, of any shape: a phone, a flower, a slice of bread, somebody's shoulder."""
    turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    waves = [drawing.between(-0.35, 0.35) / n * np.cos(n * turns + drawing.between(0, 6)) for n in range(1, 6)]
    far = drawing.between(0.1, 0.26) * np.clip(1 + sum(waves), 0.35, 1.8)
    middle = np.array([drawing.between(-0.06, 0.06), drawing.between(-0.04, 0.07)])
    stretch, tilt = drawing.between(0.5, 1.6), drawing.between(0, np.pi)
    along, beside = np.array([np.cos(tilt), np.sin(tilt)]), np.array([-np.sin(tilt), np.cos(tilt)])
    rim = (far * np.cos(turns) * stretch)[:, None] * along + (far * np.sin(turns) / stretch)[:, None] * beside + middle
    chance = drawing.random.random()
    if chance < 0.45:
        stuff = _skin(drawing)
    elif chance < 0.65:
        stuff = drawing.plain()
    else:
        stuff = drawing.stuffed(drawing.stuff.cloths, smooth=drawing.random.random() < 0.5)
    local = drawing.local() - middle
    shade = 1 + drawing.between(0, 0.9) * (local @ along)
    shade = shade * (
        1.05 - drawing.between(0, 0.35) * np.clip(np.hypot(*np.moveaxis(local, -1, 0)) / far.mean(), 0, 1.5) ** 2
    )
    if drawing.random.random() < 0.5:
        shade = shade * (
            1 + drawing.between(0.03, 0.15) * np.sin(2 * np.pi * drawing.between(2, 14) * (local @ beside))
        )
    shape = drawing.polygon(np.array([drawing.at(*place) for place in rim]))
    return drawing.laid((stuff * np.clip(shade, 0.2, 1.6)[..., None]).astype(np.float32), shape)


KINDS: dict[str, Callable[[_Drawing], Rgb]] = {
    "hand": _hand,
    "finger": _finger,
    "microphone": _microphone,
    "mask": _mask,
    "cup": _cup,
    "scarf": _scarf,
    "thing": _thing,
}
