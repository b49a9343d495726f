"""The words in the picture: there at any size, to be read on any photo, and nothing else is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from device.living.stamp import Stamp, stamp_of
from device.text.texts import Texts, languages

if TYPE_CHECKING:
    from device.core.types import Rgb

WORDS = "imagined voice and movement"
SIZES = ((1280, 853), (640, 427), (427, 640), (200, 133), (133, 200), (201, 77), (64, 64), (30, 9), (8, 8), (2, 2))


def plain(wide: int, high: int, grey: int) -> Rgb:
    return np.full((high, wide, 3), grey, np.uint8)


def inside(stamp: Stamp) -> tuple[slice, slice]:
    high, wide = stamp.patch.shape[:2]
    return slice(stamp.top, stamp.top + high), slice(stamp.left, stamp.left + wide)


def luminance(grey: float) -> float:
    """Relative luminance as WCAG 2.2 has it."""
    share = grey / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize(("wide", "high"), SIZES)
@pytest.mark.parametrize("text", [WORDS, "voice", "Vorgestellte Stimme und vorgestellte Bewegung", "a" * 200])
def test_the_mark_lies_within_a_picture_of_any_size_and_nothing_else_is_changed(
    wide: int, high: int, text: str
) -> None:
    stamp = stamp_of(text, wide, high)
    picture = plain(wide, high, 130)
    marked = stamp.on(picture)
    assert stamp.left >= 0
    assert stamp.top >= 0
    assert marked[inside(stamp)].shape[:2] == stamp.patch.shape[:2]
    assert not np.array_equal(marked[inside(stamp)], picture[inside(stamp)])
    marked[inside(stamp)] = picture[inside(stamp)]
    assert np.array_equal(marked, picture)


def test_marking_leaves_the_picture_that_was_given_as_it_is() -> None:
    picture = plain(300, 200, 130)
    stamp_of(WORDS, 300, 200).on(picture)
    assert np.array_equal(picture, plain(300, 200, 130))


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize(("wide", "high"), [(1280, 853), (640, 427), (200, 133), (133, 200)])
def test_the_letters_stand_out_on_dark_and_light_photos(wide: int, high: int, grey: int) -> None:
    stamp = stamp_of(WORDS, wide, high)
    shown = stamp.on(plain(wide, high, grey))[inside(stamp)]
    lightest, darkest = luminance(float(np.percentile(shown, 99))), luminance(float(np.percentile(shown, 5)))
    assert (lightest + 0.05) / (darkest + 0.05) > 4.5


@pytest.mark.parametrize(("wide", "high"), [(200, 200), (200, 133), (133, 200)])
def test_the_letters_of_small_pictures_are_still_ten_pixels(wide: int, high: int) -> None:
    stamp = stamp_of(WORDS, wide, high)
    written = stamp.on(plain(wide, high, 0))[inside(stamp)].max(axis=(1, 2)) > 128
    down = np.flatnonzero(np.diff(np.concatenate([[0], written, [0]]).astype(int)))
    lines = down.reshape(-1, 2)
    assert (lines[:, 1] - lines[:, 0]).min() >= 7  # from the foot of an a to the tip of a d


def test_letters_beyond_ascii_are_drawn_and_differ_from_one_another() -> None:
    patches = [stamp_of(letter * 3, 640, 480).patch for letter in "aäáâãåeéuüoößçñżœ"]
    shapes = {cv2.resize(patch, (64, 32)).tobytes() for patch in patches}
    assert len(shapes) == len(patches)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", ["mark-imagined", "mark-still", "mark-synthetic"])
def test_every_language_has_words_that_are_legible_in_small_pictures(language: str, name: str) -> None:
    stamp = stamp_of(Texts(language).text(name), 200, 133)
    assert stamp.patch.shape[0] < 133 / 2
