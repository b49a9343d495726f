"""The words that every picture of a film bears: that what is seen and heard was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from device.core.types import Rgb
    from device.living.motion import Plane

_LETTERS = 1 / 28
"""The size of the letters in short sides of the picture: to be read also where a messenger halves the film."""
_LEAST_LETTERS = 10
_SMALLEST_LETTERS = 7  # before the words are drawn smaller than they can be read
_LINE, _BASE, _PAD = 1.3, 1.0, 0.45  # in sizes of the letters
_BAND = 0.65
"""How dark the band behind the words is: on a white photo white letters still have a contrast of more than 4.5 : 1."""
_WEIGHT = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stamp:
    """White words on a dark band, for pictures of one size.

    Attributes:
        patch: Height x width x 4, RGBA, the colours not multiplied by the alpha.
        left: Where its first column goes.
        top: Where its first row goes.
    """

    patch: npt.NDArray[np.uint8]
    left: int
    top: int

    def on(self, picture: Rgb) -> Rgb:
        """A copy of a picture of that size that bears it."""
        marked = picture.copy()
        high, wide = self.patch.shape[:2]
        place = marked[self.top : self.top + high, self.left : self.left + wide]
        colours, alpha = self.patch[..., :3], cv2.merge([self.patch[..., 3]] * 3)
        put = cv2.multiply(colours, alpha, scale=1 / 255)
        cv2.add(cv2.multiply(place, cv2.bitwise_not(alpha), scale=1 / 255), put, place)
        return marked


def stamp_of(text: str, wide: int, high: int) -> Stamp:
    """The words at the lower right of a picture of this size; in several lines where one is too long, always whole."""
    size = max(_LEAST_LETTERS, round(min(wide, high) * _LETTERS))
    lines = _lines(text, size, wide)
    while size > _SMALLEST_LETTERS and not _fits(lines, size, wide, high):
        size -= 1
        lines = _lines(text, size, wide)
    letters = _drawn(lines, size)
    least = min(1.0, wide / letters.shape[1], high / letters.shape[0])
    if least < 1:
        small = max(1, int(letters.shape[1] * least)), max(1, int(letters.shape[0] * least))
        letters = np.asarray(cv2.resize(letters, small, interpolation=cv2.INTER_AREA), np.float32)
    alpha = letters + (1 - letters) * np.float32(_BAND)
    colour = np.broadcast_to((letters / alpha)[..., None], (*letters.shape, 3))
    patch = (np.dstack([colour, alpha]) * 255 + 0.5).astype(np.uint8)
    margin = min(size // 2, wide - patch.shape[1], high - patch.shape[0])
    return Stamp(patch=patch, left=wide - patch.shape[1] - margin, top=high - patch.shape[0] - margin)


def _lines(text: str, size: int, wide: int) -> list[str]:
    """As few as fit into the width, a word a line at most."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _extent([longer], size)[0] <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _fits(lines: list[str], size: int, wide: int, high: int) -> bool:
    across, down = _extent(lines, size)
    return across <= wide and down <= high


def _extent(lines: list[str], size: int) -> tuple[int, int]:
    """Width and height of the band."""
    font = _font()
    longest = max(cv2.getTextSize((0, 0), line, (0, 0), font, size, _WEIGHT)[2] for line in lines)
    return longest + 2 * round(_PAD * size), round((len(lines) * _LINE + _PAD) * size)


def _drawn(lines: list[str], size: int) -> Plane:
    """How much of each pixel of the band the letters cover, 0 to 1."""
    wide, high = _extent(lines, size)
    drawn = np.zeros((high, wide), np.uint8)
    for number, line in enumerate(lines):
        base = round((number * _LINE + _BASE + _PAD / 2) * size)
        cv2.putText(drawn, line, (round(_PAD * size), base), (255, 255, 255), _font(), size, _WEIGHT)
    return drawn.astype(np.float32) / np.float32(255)


def _font() -> cv2.FontFace:
    """The one that OpenCV brings along; it has the letters of all languages of Europe."""
    return cv2.FontFace("sans")
