"""Colours of the skin are measured as OpenCV would, without its tables."""

from __future__ import annotations

import cv2
import numpy as np

from device.vision.skin import lab


def test_colours_are_those_that_opencv_gives() -> None:
    levels = np.arange(0, 256, 15).astype(np.uint8)
    every = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    expected = cv2.cvtColor(every.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    # Its tables are off by a little themselves.
    assert np.abs(lab(every) - expected).max() < 0.5
    assert np.abs(lab(every) - expected).mean() < 0.1


def test_grey_has_no_colour_and_white_is_white() -> None:
    levels = np.arange(256).astype(np.uint8)
    grey = lab(np.repeat(levels[None, :, None], 3, axis=2))
    assert np.abs(grey[..., 1:]).max() < 0.02
    np.testing.assert_allclose(grey[0, [0, 255], 0], [0, 100], atol=1e-6)
