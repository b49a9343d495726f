"""Pictures through the whole describer: each is written as a PNG, which loses nothing, and looked at as a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2

if TYPE_CHECKING:
    from pathlib import Path

    from device.core.types import Rgb, Scene
    from device.pipeline.describe import Describer

_QUICK = 1
"""How hard the PNG is packed."""


class Eyes(Protocol):
    """Whoever can say what is on a picture."""

    def look(self, rgb: Rgb) -> Scene:
        """The scene."""
        ...


class RealEyes:
    """What the describer makes of a picture."""

    def __init__(self, describer: Describer, folder: Path) -> None:
        self._describer = describer
        self._file = folder / "picture.png"

    def look(self, rgb: Rgb) -> Scene:
        """The scene; the file is gone afterwards."""
        written, data = cv2.imencode(
            ".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, _QUICK]
        )
        assert written
        self._file.write_bytes(data.tobytes())
        try:
            return self._describer.describe(self._file, speaking="narrator").scene
        finally:
            self._file.unlink()
